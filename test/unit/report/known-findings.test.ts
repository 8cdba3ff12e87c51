import { describe, expect, it } from 'vitest'
import { Run } from '../../../src/model/index.ts'
import { renderGithub, renderReports, renderTerminal } from '../../../src/report/index.ts'
import { digestOf, rejectedRun } from './runs.ts'

const since = '2026-11-20T08:00:00Z'
const baseline = {
  digest: digestOf('baseline'),
  at: '2026-11-21T08:00:00Z',
  images: [{ platform: 'linux/amd64', digest: digestOf('older image') }],
}

/** The rejected run, with its vulnerabilities known from an earlier verdict. */
function runWithKnown(): Run {
  const run = rejectedRun()
  if (run.verdict === undefined) throw new TypeError('the fixture has a verdict')
  const results = run.verdict.results.map((result) =>
    result.rule === 'vulnerabilities'
      ? {
          ...result,
          status: 'warned' as const,
          violations: [],
          known: result.violations.map((violation) => ({ violation, since })),
        }
      : result,
  )
  return Run.parse({ ...run, verdict: { ...run.verdict, results, binding: { ...run.verdict.binding, baseline } } })
}

describe('findings that an earlier verdict had', () => {
  const reports = renderReports(runWithKnown())

  it.each(['report.html', 'summary.md'] as const)(
    '%s says how many there are, and which document and image they are known from',
    (file) => {
      expect(reports[file]).toContain('5 findings that would reject are known from it and do not')
      expect(reports[file]).toContain(baseline.digest)
      expect(reports[file]).toContain(digestOf('older image'))
    },
  )

  it('the page says of each since when it is known', () => {
    expect(reports['report.html'].split('known since 2026-11-20').length - 1).toBe(5)
  })

  it('JUnit names the baseline and the findings, and does not fail for them', () => {
    expect(reports['report.junit.xml']).toContain(`value="${baseline.digest}, ${baseline.at}"`)
    expect(reports['report.junit.xml']).toContain(
      '5 findings known since an earlier verdict: CVE-2024-22195 since 2026-11-20',
    )
    expect(reports['report.junit.xml']).not.toMatch(/<failure[^>]*type="failed"[^>]*>[^<]*CVE-2024-22195/)
  })

  it('SARIF keeps them, milder than what denies', () => {
    const [run] = (
      JSON.parse(reports['report.sarif']) as {
        runs: [
          {
            results: Array<{ level: string; properties: { state: string; knownSince?: string } }>
            properties: { findings: { known: number }; baseline: unknown }
          },
        ]
      }
    ).runs
    const known = run.results.filter(({ properties }) => properties.state === 'known')
    expect(known).toHaveLength(5)
    expect(known.every(({ level, properties }) => level !== 'error' && properties.knownSince === since)).toBe(true)
    expect([run.properties.findings.known, run.properties.baseline]).toEqual([5, baseline])
  })

  it('the terminal and GitHub count them', () => {
    expect(renderTerminal(runWithKnown(), { color: false, width: 120 })).toContain(
      '! 5 known: CVE-2024-22195 since 2026-11-20',
    )
    expect(renderGithub(runWithKnown())).toContain('5 known since an earlier verdict.')
  })
})
