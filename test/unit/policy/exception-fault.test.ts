import { describe, expect, it } from 'vitest'
import { exceptionFault, isInForce, lifeFault } from '../../../src/policy/exception-fault.ts'
import type { Exception } from '../../../src/policy/schema.ts'

const now = new Date('2026-11-23T12:00:00Z')
const exception = (changes: Partial<Exception>): Exception => ({
  rule: 'vulnerabilities',
  id: 'CVE-2026-1234',
  reason: 'not reachable here',
  owner: 'team-x',
  expires: '2027-01-31',
  ...changes,
})
const fault = (changes: Partial<Exception>) => exceptionFault(exception(changes), 180, now)
const digest = `sha256:${'0'.repeat(64)}`
const vex = { status: 'not_affected', justification: 'component_not_present' } as const
const everywhere = { platform: 'linux/amd64', digest, package: 'pkg:deb/debian/libssl3' }

describe('an exception that can apply', () => {
  it.each<[string, Partial<Exception>]>([
    ['from a vulnerability, wherever it is', { ...everywhere, image: 'shop/orders', path: '/app', vex }],
    ['from a finding without an ID, with its subject', { id: 'unidentified', subject: 'pkg:deb/debian/libssl3' }],
    ['from a rule about the source, in one file', { rule: 'lint-level', id: 'DL3008', path: 'Dockerfile' }],
    ['from an audit control, in one file', { rule: 'cis-5.4', id: 'privileged', subject: 'web', path: 'compose.yaml' }],
    ['after its last day, which only ends it', { expires: '2020-01-01', created: '2019-01-01' }],
  ])('is one %s', (_what, changes) => {
    expect(fault(changes)).toBeUndefined()
  })
})

describe('an exception that cannot apply', () => {
  const control = 'no finding of cis-5.4 has one: an audit control is narrowed by id, subject and path; remove the key'

  it.each<[keyof Exception, Partial<Exception>]>([
    ['platform', { ...everywhere, vex }],
    ['digest', { digest, image: 'shop/orders' }],
    ['image', { image: 'shop/orders', package: everywhere.package }],
    ['package', { package: everywhere.package, vex }],
    ['vex', { vex }],
  ])('is one from an audit control with the key %s', (key, changes) => {
    expect(fault({ rule: 'cis-5.4', ...changes })).toEqual({ key, message: control })
  })

  it.each<[keyof Exception, Partial<Exception>, string]>([
    [
      'id',
      { id: 'unidentified' },
      'expected a single finding, found "unidentified", which stands for every finding without an ID; add the subject that the report prints',
    ],
    [
      'digest',
      { rule: 'lint-level', id: 'DL3008', digest },
      'no violation of lint-level has one: it is about the source, and the same for every image; remove the key',
    ],
    ['vex', { rule: 'setuid', id: '/bin/su', vex }, 'OpenVEX covers vulnerabilities, not setuid; remove the key'],
    [
      'expires',
      { rule: 'cis-5.4', expires: '2027-05-23' },
      'expected a date at most 180 days from today (exceptions.maximumDays), found 2027-05-23, 181 days away; choose an earlier date and reassess the risk then',
    ],
  ])('says why, at the key %s of %j', (key, changes, message) => {
    expect(fault(changes)).toEqual({ key, message })
  })
})

describe('the days of an exception', () => {
  it.each([
    [undefined, '2027-05-22', undefined],
    [undefined, '2027-05-23', 'expires'],
    ['2026-11-23', '2026-11-24', undefined],
    ['2026-11-23', '2026-11-23', 'expires'],
    ['2026-11-24', '2026-11-25', 'created'],
  ])('from %s to %s are wrong at: %s', (created, expires, key) => {
    expect(lifeFault({ created, expires }, 180, now)?.key).toBe(key)
  })

  it.each([
    ['2026-11-22', false],
    ['2026-11-23', true],
    ['2026-11-24', true],
  ])('include the last one, %s: %s', (expires, isIn) => {
    expect(isInForce({ expires }, now)).toBe(isIn)
  })
})
