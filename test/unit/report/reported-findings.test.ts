import { describe, expect, it } from 'vitest'
import { reportedFindings, tally } from '../../../src/report/index.ts'
import { crowdedRun, passedRun, rejectedRun, undecidedRun, vulnerability } from './runs.ts'

const named = (run: Parameters<typeof reportedFindings>[0]): string[] =>
  reportedFindings(run).map(({ state, severity, id }) => `${state} ${severity} ${id}`)

describe('reportedFindings', () => {
  it('reports every finding once, the most severe first', () => {
    expect(named(rejectedRun())).toEqual([
      'denied critical CVE-2024-22195',
      'denied high CVE-2024-45491',
      'denied high CVE-2024-47874',
      'denied high CVE-2024-5535',
      'denied high private-key',
      'denied high user',
      'denied unknown GO-2026-4401',
      'denied medium DL3008',
      'denied medium size-unpacked',
      'warned low layer-efficiency',
      'reported medium CVE-2023-31484',
      'reported medium CVE-2023-45853',
      'reported low CVE-2005-2541',
      'reported low CVE-2011-3374',
    ])
  })

  it('makes one of equal findings on several platforms', () => {
    const findings = reportedFindings(passedRun())
    expect(findings.filter(({ id }) => id === 'CVE-2024-5535')).toMatchObject([
      { state: 'excepted', platforms: ['linux/amd64', 'linux/arm64'], exception: { owner: 'team-orders@example.com' } },
    ])
    expect(findings.filter(({ id }) => id === '/bin/sh')).toMatchObject([{ platforms: ['linux/amd64', 'linux/arm64'] }])
  })

  it('keeps findings apart that only look alike', () => {
    const run = rejectedRun()
    const cell = run.evidence?.platforms[0]?.evidence.vulnerabilities
    if (cell?.status !== 'collected') throw new TypeError('the fixture collects vulnerabilities')
    cell.value.findings = ['1.0', '1.1'].map((version) =>
      vulnerability('unidentified', 'unknown', 'p', version, undefined, 'no identifier'),
    )
    expect(reportedFindings(run).filter(({ id }) => id === 'unidentified')).toHaveLength(2)
  })

  it('reports missing evidence once, although many rules need it', () => {
    const undecided = reportedFindings(undecidedRun()).filter(({ state }) => state === 'undecided')
    expect(undecided).toMatchObject([
      { kind: 'vulnerabilities', id: 'vulnerabilities', platforms: ['linux/amd64', 'linux/arm64'] },
    ])
  })

  it('gives a vulnerability of a rule its title and package', () => {
    expect(reportedFindings(rejectedRun())[0]?.vulnerability).toMatchObject({
      title: expect.stringMatching(/^HTML attribute injection/),
      package: { name: 'jinja2', version: '3.1.2' },
    })
  })

  it('reports a rule that denies without naming anything', () => {
    const run = rejectedRun()
    for (const result of run.verdict?.results ?? []) result.violations = []
    expect(named(run).filter((line) => line.startsWith('denied'))).toEqual([
      'denied unknown lint-level',
      'denied unknown vulnerabilities',
      'denied unknown secrets',
      'denied unknown size-unpacked',
      'denied unknown user',
    ])
  })

  it('counts exactly', () => {
    const counts = tally(reportedFindings(crowdedRun(1_000)))
    expect(counts).toEqual({
      total: 1_005,
      states: { undecided: 0, denied: 1_004, warned: 1, excepted: 0, known: 0, reported: 0 },
      severities: { critical: 200, high: 202, medium: 202, low: 201, unknown: 200 },
    })
  })
})
