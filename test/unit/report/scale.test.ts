import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import type { Run } from '../../../src/model/index.ts'
import { strictPolicy } from '../../../src/policy/index.ts'
import {
  readRun,
  renderGithub,
  renderReports,
  renderTerminal,
  reportedFindings,
  tally,
  type ReportedFinding,
} from '../../../src/report/index.ts'
import { crowdedRun } from './runs.ts'

describe('50,000 findings', () => {
  let run: Run
  let findings: ReportedFinding[]
  let reports: ReturnType<typeof renderReports>

  beforeAll(() => {
    const crowded = crowdedRun(50_000)
    if (crowded.evidence === undefined) throw new TypeError('the fixture has evidence')
    const { verdict } = evaluate(strictPolicy, crowded.evidence, new Date('2026-11-23T01:12:41Z'))
    run = { ...crowded, outcome: verdict.outcome, verdict }
    findings = reportedFindings(run)
    reports = renderReports(run)
  }, 300_000)

  it('are counted exactly by the gate and by the reports [fault 13]', () => {
    expect(run.verdict?.results.find(({ rule }) => rule === 'vulnerabilities')?.found).toContain(
      '10000 critical, 10000 high, 10000 medium, 10000 low, 10000 unknown',
    )
    const vulnerabilities = findings.filter(({ vulnerability }) => vulnerability !== undefined)
    expect(tally(vulnerabilities)).toMatchObject({
      total: 50_000,
      severities: { critical: 10_000, high: 10_000, medium: 10_000, low: 10_000, unknown: 10_000 },
    })
  })

  it('are all in the document, which can be read again', { timeout: 120_000 }, () => {
    const [platform] = readRun(reports['verdict.json']).evidence?.platforms ?? []
    expect(platform?.evidence.vulnerabilities).toMatchObject({
      status: 'collected',
      value: { findings: { length: 50_000 } },
    })
  })

  it('fill no report beyond its limit, and each says how many it leaves out [fault 13]', () => {
    const total = findings.length
    const said = (value: number): string => value.toLocaleString('en-US')

    expect(reports['report.sarif']).toContain(
      `5,000 results of ${said(total)} are listed, most severe first. Left out: ${said(total - 5_000)} results`,
    )
    expect(gzipSync(reports['report.sarif']).length).toBeLessThan(10_000_000)

    expect(/Vulnerabilities, not listed here: ([\d,]+) more findings/.exec(reports['report.html'])?.[1]).toBe(
      said(findings.filter(({ kind }) => kind === 'vulnerabilities').length - 500),
    )
    expect(Buffer.byteLength(reports['report.html'])).toBeLessThan(2_000_000)

    expect(reports['summary.md']).toContain(`Top 10 of ${said(total)} findings`)
    expect(reports['summary.md']).toContain(`and ${said(total - 10)} more findings`)
    expect(Buffer.byteLength(reports['summary.md'])).toBeLessThan(1_048_576)

    expect(reports['report.junit.xml']).toMatch(/and \d+,\d{3} more: see verdict\.json/)
    expect(Buffer.byteLength(reports['report.junit.xml'])).toBeLessThan(1_000_000)
  })

  it('are told shortly on a terminal and to GitHub', { timeout: 60_000 }, () => {
    expect(renderTerminal(run, { color: false, width: 120 })).toMatch(/and \d+,\d{3} more/)
    const annotations = renderGithub(run, findings).trimEnd().split('\n')
    expect(annotations.length).toBeLessThanOrEqual(21)
    expect(annotations.at(-1)).toMatch(/ \d+,\d{3} more findings are only in the reports/)
  })
})
