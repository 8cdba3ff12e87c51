import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../../src/policy/index.ts'

const now = new Date('2026-11-23T12:00:00Z')

describe('what involves several values of a policy', () => {
  const load = (text: string) => loadPolicy(`version: 1\n${text}`, 'loadline.yaml', now)
  const entry = (text: string) =>
    `exceptions: {register: [{${text}, reason: not reached, owner: team-x, expires: 2027-03-31}]}`

  it.each([
    'rules: {evidence: {level: deny}}',
    'rules: {user: {level: deny, effectiveFrom: 2027-05-22}}',
    'rules: {user: {level: warn, reason: old images remain}}',
    entry('rule: vulnerabilities, id: CVE-2026-1234'),
    'suppressions: {trivyignore: []}',
  ])('can be %s', (text) => {
    expect(() => load(text)).not.toThrow()
  })

  it.each([
    [
      'rules: {evidence: {level: deny, effectiveFrom: 2026-12-01}}',
      'loadline.yaml:2:19: rules.evidence: the rule evidence always rejects: without evidence the answer cannot be yes; remove the setting and make the evidence available',
    ],
    [
      entry('rule: user, id: root'),
      'loadline.yaml:2:42: exceptions.register[0].id: expected "user"; no violation of user can have the id "root"',
    ],
    [`extends: [strict]\n${entry('rule: user, id: user')}`, 'loadline.yaml:2:10: extends: expected one of'],
    ['exceptions: {register: none}', 'loadline.yaml:2:24: exceptions.register: expected a list'],
    ['suppressions: {trivyignore: .trivyignore}', 'loadline.yaml:2:29: suppressions.trivyignore: expected a list'],
  ])('cannot be %j', (text, message) => {
    const said = (() => {
      try {
        load(text)
        return 'nothing'
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    })()
    expect(said.split('\n')).toEqual([expect.stringContaining(message)])
  })
})
