import { describe, expect, it } from 'vitest'
import {
  Compliance,
  evaluateCompliance,
  frameworks,
  renderComplianceMarkdown,
} from '../../../src/audit/compliance/index.ts'
import type { Framework } from '../../../src/audit/compliance/framework.ts'
import { digestOf, type Run } from '../../../src/model/index.ts'
import { ruleIds } from '../../../src/policy/index.ts'
import { brokenRun, passedRun, rejectedRun, undecidedRun } from '../report/runs.ts'

const record = (run: Run, files: Record<string, string> = {}) => ({
  run,
  verdictText: JSON.stringify(run),
  files: new Map(Object.entries(files)),
})
const one = (proof: Framework['requirements'][number]['proof']): Framework => ({
  name: 'one',
  requirements: [{ id: '1', title: 'one thing', proof }],
})
const row = (proof: Framework['requirements'][number]['proof'], run: Run, files: Record<string, string> = {}) =>
  evaluateCompliance(one(proof), record(run, files)).rows[0]

describe.each(Object.entries(frameworks))('%s', (_name, framework) => {
  it.each([rejectedRun(), undecidedRun(), brokenRun()])('has nothing evidenced by a run that did not pass', (run) => {
    expect(
      evaluateCompliance(framework, record(run, { 'report.html': 'x', 'summary.md': 'x', 'sbom.cdx.json': 'x' })).counts
        .evidenced,
    ).toBe(0)
  })

  it('has a valid document, in which every evidenced row names artifacts with digests', () => {
    const document = evaluateCompliance(framework, record(passedRun(), { 'report.html': 'x', 'summary.md': 'x' }))
    expect(Compliance.parse(document)).toEqual(document)
    for (const { status, artifacts } of document.rows) expect(artifacts.length > 0).toBe(status === 'evidenced')
    expect(
      renderComplianceMarkdown(document)
        .split('\n')
        .filter((line) => line.startsWith('| ')),
    ).toHaveLength(framework.requirements.length + 2)
  })

  it('asks for rules that exist, and names each requirement once', () => {
    const asked = framework.requirements.flatMap(({ proof }) => ('outside' in proof ? [] : (proof.rules ?? [])))
    expect(asked.filter((rule) => !ruleIds.includes(rule))).toEqual([])
    expect(new Set(framework.requirements.map(({ id }) => id)).size).toBe(framework.requirements.length)
  })
})

describe('a row', () => {
  const passed = passedRun()
  const { verdict } = passed
  if (verdict === undefined) throw new Error('the passed run of the fixtures has a verdict')
  const withResult = (change: object): Run => ({
    ...passed,
    verdict: {
      ...verdict,
      results: verdict.results.map((result) => (result.rule === 'user' ? { ...result, ...change } : result)),
    },
  })

  it('is evidenced by a rule that passed, with the digest of the verdict', () => {
    expect(row({ rules: ['user'] }, withResult({ status: 'passed', excepted: [] }))).toMatchObject({
      status: 'evidenced',
      artifacts: [{ path: 'verdict.json', digest: expect.stringMatching(/^sha256:/) as string }],
    })
  })

  it.each(['warned', 'off', 'undecided', 'failed'])('is not evidenced by a rule that is %s', (status) => {
    expect(row({ rules: ['user'] }, withResult({ status }))).toMatchObject({ status: 'not-evidenced', artifacts: [] })
  })

  it('is not evidenced by a rule that was not run', () => {
    const run = { ...passed, verdict: { ...verdict, results: [] } }
    expect(row({ rules: ['user'] }, run)).toMatchObject({
      status: 'not-evidenced',
      says: ['the rule user was not run'],
    })
  })

  it('is not evidenced where the rule passed only by an exception', () => {
    expect(row({ rules: ['user'] }, withResult({ excepted: [{}] }))).toMatchObject({
      status: 'not-evidenced',
      says: ['the rule user passed only by exceptions'],
    })
  })

  it.each<Record<string, string>>([{}, { 'report.html': ' \n' }])(
    'is not evidenced by a file that is missing or empty',
    (files) => {
      expect(row({ files: ['report.html'] }, passed, files)).toMatchObject({
        status: 'not-evidenced',
        says: ['report.html is missing'],
      })
    },
  )

  it('is evidenced by a file that is there, with its digest', () => {
    expect(row({ files: ['report.html'] }, passed, { 'report.html': '<p>' })).toMatchObject({
      status: 'evidenced',
      artifacts: [{ path: 'report.html', digest: digestOf('<p>') }],
    })
  })

  it('is not evidenced by a bill of materials that the run did not make', () => {
    expect(row({ files: ['sbom.cdx.json'] }, passed, { 'sbom.cdx.json': '{}' })).toMatchObject({
      status: 'not-evidenced',
      artifacts: [],
    })
  })

  it('is not evidenced by a release without a signature, or by none', () => {
    const { release: _, ...unreleased } = passed
    expect(row({ release: ['signature'] }, unreleased)).toMatchObject({
      status: 'not-evidenced',
      says: ['the run released nothing'],
    })
  })

  it('is outside where no pipeline can show it', () => {
    expect(row({ outside: 'People decide.' }, passed)).toEqual({
      id: '1',
      title: 'one thing',
      status: 'outside',
      says: ['People decide.'],
      artifacts: [],
    })
  })
})
