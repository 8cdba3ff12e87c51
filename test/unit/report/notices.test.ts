import { expect, it } from 'vitest'
import { notices } from '../../../src/report/notices.ts'
import { renderReports } from '../../../src/report/index.ts'
import { renderTerminal } from '../../../src/report/terminal.ts'
import type { Run } from '../../../src/model/index.ts'
import { passedRun } from './runs.ts'

/** A passed run whose first image was not started, because an earlier start of it counted. */
function withReusedRun(): Run {
  const { evidence, ...run } = passedRun()
  if (evidence === undefined) throw new Error('no evidence')
  const reused = { startedAt: '2026-11-24T09:30:00.000Z', kernel: 'Linux 6.1.0 #1 SMP x86_64' }
  const [first, ...others] = evidence.platforms
  if (first?.evidence.runtime.status !== 'collected') throw new Error('no run')
  const runtime = { ...first.evidence.runtime, value: { ...first.evidence.runtime.value, reused } }
  return {
    ...run,
    evidence: { ...evidence, platforms: [{ ...first, evidence: { ...first.evidence, runtime } }, ...others] },
  }
}

it('says in every report when a run was that counts again, and nothing of the kind otherwise', () => {
  const texts = (run: Run) => {
    const reports = renderReports(run)
    return [
      reports['report.html'],
      reports['summary.md'],
      reports['verdict.json'],
      renderTerminal(run, { color: false, width: 200, reports: 'r' }),
    ].map((text) => text?.replaceAll('&#8203;', '').replaceAll(/\s+/g, ' '))
  }
  const [html, summary, document, terminal] = texts(withReusedRun())
  expect(document).toContain('"reused": { "startedAt": "2026-11-24T09:30:00.000Z", "kernel": "Linux 6.1.0 ')
  for (const text of [html, summary, terminal]) expect(text).toContain('run at 2026-11-24 09:30 UTC, reused')
  for (const text of [html, summary]) expect(text).toContain('linux/amd64 on Linux 6.1.0')
  for (const text of texts(passedRun())) expect(text).not.toContain('reused')
})

it('says in every report for people that the built-in policy judged where nobody wrote one [fault 27]', () => {
  const { policy, ...run } = passedRun()
  if (policy === undefined) throw new Error('no policy')
  const reports = renderReports({ ...run, policy: { origin: 'default', digest: policy.digest } })
  for (const text of [
    reports['report.html'],
    reports['summary.md'],
    renderTerminal(
      { ...run, policy: { origin: 'default', digest: policy.digest } },
      { color: false, width: 200, reports: 'r' },
    ),
  ]) {
    expect(text?.replaceAll(/\s+/g, ' ')).toContain('No policy file was found')
  }
})

it('a port below 1024 is said, because not every cluster lets a user other than root listen there', () => {
  const run = passedRun()
  const [first] = run.evidence?.platforms ?? []
  if (run.evidence === undefined || first === undefined) throw new Error('no evidence')
  const cell = first.evidence.runtime
  if (cell.status !== 'collected') throw new Error('no run')
  const { evidence } = run
  const at = (listens: string[]) => {
    const runtime = { ...cell, value: { ...cell.value, listens } }
    const platforms = [{ ...first, evidence: { ...first.evidence, runtime } }]
    return notices({ ...run, evidence: { ...evidence, platforms } }).find(({ title }) => title.startsWith('A port'))
      ?.items
  }
  expect(at(['0.0.0.0:8080', '[::]:443', '0.0.0.0:80', '[::]:80'])).toEqual(['port 80', 'port 443'])
  expect(at(['0.0.0.0:1024'])).toBeUndefined()
})
