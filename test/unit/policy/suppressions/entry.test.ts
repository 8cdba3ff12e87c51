import { describe, expect, it } from 'vitest'
import { dayBefore, suppressionEntry } from '../../../../src/policy/suppressions/entry.ts'

const acceptance = { reason: 'Looked at by us.', owner: 'team-x', ticket: 'SEC-1', expires: '2027-01-31' }
const origin = { kind: 'openvex', path: 'vex.json', place: 'statements[0]' } as const
const finding = { rule: 'vulnerabilities', id: 'CVE-2026-1234' } as const
const entry = (
  said: { says?: string | undefined; lastDay?: string | undefined } = {},
  given: { created?: string; reason?: string } = {},
) => suppressionEntry({ file: 'vex.json', ...acceptance, ...given }, { ...finding, ...said }, origin)

describe('an exception from a file', () => {
  it('has what the policy says about the file, and what the file says about the finding', () => {
    expect(entry()).toStrictEqual({ ...finding, ...acceptance, origin })
  })

  it.each([
    [undefined, '2027-01-31'],
    ['2027-01-30', '2027-01-30'],
    ['2027-01-31', '2027-01-31'],
    ['2027-02-01', '2027-01-31'],
  ])('with the last day %s of the file ends on %s', (lastDay, expires) => {
    expect(entry({ lastDay })).toStrictEqual({
      ...finding,
      ...acceptance,
      expires,
      origin,
    })
  })

  it.each([
    ['2026-12-01', '2026-12-02', '2026-12-01'],
    ['2026-12-01', '2026-12-01', undefined],
    ['2026-12-01', '2026-11-30', undefined],
  ])('created on %s keeps that day only if it ends later: on %s', (created, lastDay, kept) => {
    expect(entry({ lastDay }, { created })).toStrictEqual({
      ...finding,
      ...acceptance,
      ...(kept === undefined ? {} : { created: kept }),
      expires: lastDay,
      origin,
    })
  })

  it.each([
    ['Looked at by us.', '', 'Looked at by us.'],
    ['Looked at by us.', ' \n', 'Looked at by us.'],
    ['Looked at by us.', '\nnever called ', 'Looked at by us. The file says: never called'],
    ['Looked at by us', 'never called', 'Looked at by us. The file says: never called'],
    ['Looked at by us?', 'never called', 'Looked at by us? The file says: never called'],
  ])('for the reason %j of the policy and %j in the file gives %j', (reason, says, expected) => {
    expect(entry({ says }, { reason }).reason).toBe(expected)
  })
})

it.each([
  ['2027-01-01', '2026-12-31'],
  ['2028-03-01', '2028-02-29'],
])('the day before %s is %s', (day, before) => {
  expect(dayBefore(day)).toBe(before)
})
