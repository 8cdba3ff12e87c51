import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import { Run } from '../../../src/model/index.ts'
import { strictPolicy } from '../../../src/policy/index.ts'
import { renderReports, reportedFindings } from '../../../src/report/index.ts'
import { brokenRun, passedRun, rejectedRun, undecidedRun } from './runs.ts'

/** The evidence of a fixture, judged by the real gate: its rules, ids and subjects are what the reports must understand. */
function judged(run: Run): Run {
  if (run.evidence === undefined) throw new TypeError('the fixture has evidence')
  const policy = {
    ...strictPolicy,
    build: { ...strictPolicy.build, platforms: run.evidence.platforms.map(({ archive }) => archive.platform) },
  }
  const { verdict } = evaluate(policy, run.evidence, new Date('2026-11-23T01:12:41Z'))
  return Run.parse({ ...run, outcome: verdict.outcome, verdict, release: undefined, failure: undefined })
}

describe('a run that the real gate judged', () => {
  it.each([
    ['passed fixture', passedRun],
    ['rejected fixture', rejectedRun],
    ['undecided fixture', undecidedRun],
  ])('tells every finding of a vulnerability, secret or lint remark once: %s', (_name, build) => {
    const run = judged(build())
    const findings = reportedFindings(run)
    const seen = new Set<string>()
    for (const platform of run.evidence?.platforms ?? []) {
      const { vulnerabilities, secrets } = platform.evidence
      if (vulnerabilities.status === 'collected')
        for (const {
          id,
          package: { purl },
        } of vulnerabilities.value.findings)
          seen.add(`${id} ${purl}`)
      if (secrets.status === 'collected')
        for (const { id, location } of secrets.value.findings) seen.add(`${id} ${location.path}:${location.line}`)
    }
    if (run.evidence?.lint.status === 'collected')
      for (const { id, location } of run.evidence.lint.value.findings)
        seen.add(`${id} ${location.path}:${location.line}`)
    const told = findings.map(({ id, subject }) => `${id} ${subject}`).filter((name) => seen.has(name))
    expect(told.toSorted()).toEqual([...seen].toSorted())
  })

  it('knows title and package of every vulnerability that denies', () => {
    const denying = reportedFindings(judged(rejectedRun())).filter(
      ({ rule, state }) => rule === 'vulnerabilities' && state === 'denied',
    )
    expect(denying.length).toBeGreaterThan(0)
    for (const { vulnerability } of denying) expect(vulnerability).toBeDefined()
  })

  it('reports each missing cell once, however many rules wait for it', () => {
    const missing = reportedFindings(judged(undecidedRun())).filter(
      ({ id, kind }) => kind === 'vulnerabilities' && id === 'vulnerabilities',
    )
    expect(missing).toMatchObject([{ platforms: ['linux/amd64', 'linux/arm64'] }])
  })

  it('renders every report', () => {
    for (const build of [passedRun, rejectedRun, undecidedRun])
      expect(Object.keys(renderReports(judged(build())))).toHaveLength(5)
    expect(Object.keys(renderReports(brokenRun()))).toHaveLength(5)
  })
})
