import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../../ci/run/exit-code.ts'
import { judgeAgain } from '../../../pipelines/judge-again.ts'
import type { Evidence } from '../../../src/model/index.ts'
import { renderJson } from '../../../src/report/index.ts'
import { evaluate } from '../../../src/gate/evaluate.ts'
import { goodEvidence, missing, now, policy, vulnerability, withVulnerabilities } from '../gate/good-evidence.ts'
import { brokenRun, passedRun } from '../report/runs.ts'

function recorded(evidence: Evidence): { path: string; text: string } {
  const { release: _, ...run } = passedRun()
  const { verdict } = evaluate(policy, evidence, now)
  return { path: 'old/verdict.json', text: renderJson({ ...run, evidence, verdict, outcome: verdict.outcome }) }
}

const application = (text: string) => ({ path: 'loadline.yaml', text })

describe('recorded evidence, judged again', () => {
  it('gives the same verdict by the same policy at the same moment', () => {
    const run = judgeAgain({ recorded: recorded(goodEvidence()), now })
    expect(run.verdict).toEqual({
      ...evaluate(policy, goodEvidence(), now, { tools: run.verdict!.binding.tools }).verdict,
    })
    expect(run.outcome).toBe('passed')
    expect(exitCodeOf(run)).toBe(0)
  })

  it('is rejected by a policy that asks for more', () => {
    const old = recorded(withVulnerabilities({ findings: [vulnerability({ severity: 'medium' })] }))
    expect(exitCodeOf(judgeAgain({ recorded: old, now }))).toBe(0)
    const run = judgeAgain({ recorded: old, application: application('version: 1\nvulnerabilities: {medium: 0}'), now })
    expect([run.outcome, exitCodeOf(run), run.policy?.origin]).toEqual(['rejected', 1, 'file'])
  })

  it('is undecided where evidence is missing, the database has grown old, or a platform is asked for that was not there', () => {
    const without = goodEvidence()
    without.platforms[0]!.evidence.secrets = missing
    expect(exitCodeOf(judgeAgain({ recorded: recorded(without), now }))).toBe(3)
    expect(exitCodeOf(judgeAgain({ recorded: recorded(goodEvidence()), now: new Date('2026-12-24T00:00:00Z') }))).toBe(
      3,
    )
    expect(
      exitCodeOf(judgeAgain({ recorded: recorded(goodEvidence()), now, platforms: ['linux/amd64', 'linux/arm64'] })),
    ).toBe(3)
  })

  it('sets a rule in force on its day', () => {
    const old = recorded(withVulnerabilities({ findings: [vulnerability()] }))
    const asks = application(
      'version: 1\ndatabase: {maximumAge: 365d}\nvulnerabilities: {knownExploited: {maximumAge: 365d}}\nrules: {vulnerabilities: {level: deny, effectiveFrom: 2026-12-24}}',
    )
    expect(exitCodeOf(judgeAgain({ recorded: old, application: asks, now: new Date('2026-12-23T23:59:59Z') }))).toBe(0)
    expect(exitCodeOf(judgeAgain({ recorded: old, application: asks, now: new Date('2026-12-24T00:00:00Z') }))).toBe(1)
  })

  it('never claims a release, and says that nothing was built', () => {
    const run = judgeAgain({ recorded: { path: 'verdict.json', text: renderJson(passedRun()) }, now })
    expect(run.release).toBeUndefined()
    expect(run.notPublished).toContain('evidence recorded in verdict.json')
  })

  it('is compared with the list of exploited vulnerabilities that is given now', () => {
    const old = recorded(withVulnerabilities({ findings: [vulnerability({ id: 'CVE-2024-3094', severity: 'low' })] }))
    const path = new URL('../../fixtures/cisa-kev/two-entries.json', import.meta.url)
    expect(exitCodeOf(judgeAgain({ recorded: old, now }))).toBe(0)
    const run = judgeAgain({
      recorded: old,
      knownExploited: { path: 'kev.json', text: readFileSync(path, 'utf8') },
      now,
    })
    expect([exitCodeOf(run), run.verdict?.binding.knownExploited?.name]).toEqual([1, 'kev.json'])
    expect(exitCodeOf(judgeAgain({ recorded: old, knownExploited: { path: 'kev.json', text: '{}' }, now }))).toBe(3)
  })

  it('is compared with the exploit predictions that are given now', () => {
    const old = recorded(withVulnerabilities({ findings: [vulnerability({ id: 'CVE-2024-3094', severity: 'low' })] }))
    const text = readFileSync(new URL('../../fixtures/first-epss/five-scores.csv', import.meta.url), 'utf8')
    const judged = (given: string) =>
      judgeAgain({ recorded: old, exploitPrediction: { path: 'epss.csv', text: given }, now })
    const run = judged(text)
    expect([exitCodeOf(run), run.verdict?.binding.exploitPrediction?.model]).toEqual([1, 'v2025.03.14'])
    expect(exitCodeOf(judged('{}'))).toBe(3)
    // A list that ends too early says nothing of it.
    expect(exitCodeOf(judged(text.slice(0, text.indexOf('CVE-2024'))))).toBe(3)
  })

  it('lets what an earlier verdict had pass, where the policy accepts that', () => {
    const old = recorded(withVulnerabilities({ findings: [vulnerability()] }))
    const asks = application('version: 1\nbaseline: {accept: true}')
    expect(exitCodeOf(judgeAgain({ recorded: old, application: asks, now }))).toBe(1)
    expect(exitCodeOf(judgeAgain({ recorded: old, application: asks, baseline: old, now }))).toBe(0)
    expect(() => judgeAgain({ recorded: old, baseline: old, now })).toThrow('baseline.accept: false')
  })

  it('is refused where the run failed before there was any', () => {
    const { evidence: _, ...blind } = brokenRun()
    for (const run of [brokenRun(), blind])
      expect(() => judgeAgain({ recorded: { path: 'verdict.json', text: renderJson(run) }, now })).toThrow(
        /expected recorded evidence, found none of an image in verdict\.json: that run failed in the stage/,
      )
  })
})
