import { describe, expect, it } from 'vitest'
import type { Violation } from '../../../src/model/index.ts'
import { openRegister } from '../../../src/policy/exception-register.ts'
import type { RegisterEntry } from '../../../src/policy/schema.ts'
import { exception, now, withExceptions } from '../gate/good-evidence.ts'

const violation: Violation = {
  id: 'CVE-2026-0001',
  subject: 'jinja2',
  severity: 'critical',
  wanted: 'none',
  found: 'one',
  remedy: 'Update it.',
}
const open = (register: RegisterEntry[], reader?: 'gate' | 'audit') =>
  openRegister(withExceptions(...register), { name: undefined, digests: new Map() }, now, reader)
const states = (register: ReturnType<typeof open>) => register.uses().map((use) => `${use.exception.id} ${use.state}`)
const named = (id: string, change: Partial<RegisterEntry> = {}) => exception({ id, ...change })
const line = (place: string) => ({ origin: { kind: 'trivyignore' as const, path: '.trivyignore', place } })

describe('the open register', () => {
  it.each([
    ['gate', ['CVE-2026-0001 unused']],
    ['audit', ['secret unused']],
    [undefined, ['CVE-2026-0001 unused']],
  ] as const)('of the reader %s has only its own entries', (reader, expected) => {
    expect(states(open([exception(), exception({ rule: 'cis-4.10', id: 'secret' })], reader))).toEqual(expected)
  })

  it('allows every violation that an entry covers, in one call or in several', () => {
    const register = open([exception()])
    expect(register.apply('vulnerabilities', [violation, violation]).excepted).toHaveLength(2)
    expect(register.apply('vulnerabilities', [violation]).remaining).toEqual([])
    expect(states(register)).toEqual(['CVE-2026-0001 used'])
  })

  it('leaves the entries of a rule open that was not judged, unless they were used', () => {
    const register = open([named('A'), exception(), exception({ rule: 'setuid', id: 'B' })])
    register.apply('vulnerabilities', [violation])
    register.leaveOpen('vulnerabilities')
    expect(states(register).toSorted()).toEqual(['A unjudged', 'B unused', 'CVE-2026-0001 used'])
  })

  it.each<[string, Partial<RegisterEntry>, Violation]>([
    ['a path covers no violation without a place', { path: 'app' }, violation],
    ['what is no package URL covers no package', { package: 'jinja2' }, { ...violation, package: 'pkg:pypi/jinja2' }],
  ])('is narrow: %s', (_what, change, met) => {
    expect(open([exception(change)]).apply('vulnerabilities', [met])).toEqual({ remaining: [met], excepted: [] })
  })

  it('says no more about an accepted risk than its entry does', () => {
    const says = { reason: 'not reachable from the network', owner: 'team-shop', expires: '2026-12-31', daysLeft: 38 }
    const vex = { status: 'not_affected', justification: 'component_not_present' } as const
    const accepted = (entry: RegisterEntry) => open([entry]).apply('vulnerabilities', [violation]).excepted
    expect(accepted(exception())).toStrictEqual([{ violation, ...says }])
    expect(accepted(exception({ vex, ...line('1') }))).toStrictEqual([{ violation, ...says, vex, ...line('1') }])
  })

  it.each([[['a', 'b']], [['b', 'a']]])('names the same one of two that match, and sorts them: %j', (owners) => {
    const register = open(owners.map((owner) => exception({ owner })))
    expect(register.apply('vulnerabilities', [violation]).excepted.map(({ owner }) => owner)).toEqual(['a'])
    expect(register.uses().map((use) => use.exception.owner)).toEqual(['a', 'b'])
  })

  const refused = { expires: '2099-01-01' }
  it.each<[string, RegisterEntry[], string[]]>([
    ['nothing', [], []],
    ['the same entry twice', [named('A'), named('A')], ['A unused', 'A unused']],
    ['one line that gives two', [named('B', line('1')), named('A', line('1'))], ['A unused']],
    ['two lines', [named('A', line('1')), named('B', line('2'))], ['A unused', 'B unused']],
    ['a line and an entry', [named('A', line('1')), named('B')], ['A unused', 'B unused']],
    ['a line, one refused', [named('A', line('1')), named('B', { ...line('1'), ...refused })], ['B refused']],
  ])('reports %s', (_what, register, expected) => {
    expect(states(open(register))).toEqual(expected)
  })
})
