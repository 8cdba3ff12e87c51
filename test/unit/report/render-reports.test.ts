import { describe, expect, it } from 'vitest'
import { renderGithub, renderReports, renderTerminal, reportFiles } from '../../../src/report/index.ts'
import { expectGolden } from './golden.ts'
import { brokenReleaseRun, brokenRun, hostileRun, passedRun, rejectedRun, undecidedRun } from './runs.ts'

const runs = {
  passed: passedRun,
  rejected: rejectedRun,
  undecided: undecidedRun,
  broken: brokenRun,
  'broken-release': brokenReleaseRun,
}

describe.each(Object.entries(runs))('the reports of a run that is %s', (name, build) => {
  it.each(Object.entries(renderReports(build())))('are as agreed: %s', (file, report) => {
    expectGolden(`${name}/${file}`, report)
  })

  it('are as agreed on a terminal and for GitHub', () => {
    expectGolden(
      `${name}/terminal-80.txt`,
      renderTerminal(build(), { color: false, width: 80, reports: 'loadline-report' }),
    )
    expectGolden(
      `${name}/terminal-120.txt`,
      renderTerminal(build(), { color: false, width: 120, reports: 'loadline-report' }),
    )
    expectGolden(`${name}/github.txt`, renderGithub(build()))
  })
})

describe('renderReports', () => {
  it('writes every report of every run, and statements to the consumers of the image only if there is an exception to state', () => {
    expect(Object.keys(renderReports(passedRun()))).toEqual(reportFiles)
    for (const build of [rejectedRun, undecidedRun, brokenRun])
      expect(Object.keys(renderReports(build()))).toEqual(reportFiles.filter((file) => file !== 'vex.openvex.json'))
  })

  it('writes the same bytes for the same run', () => {
    expect(renderReports(hostileRun())).toEqual(renderReports(hostileRun()))
  })

  it('does not change the run', () => {
    const run = rejectedRun()
    const before = JSON.stringify(run)
    renderReports(run)
    renderTerminal(run, { color: true, width: 100 })
    renderGithub(run)
    expect(JSON.stringify(run)).toBe(before)
  })

  it('never calls a run passed that is not', () => {
    for (const build of [rejectedRun, undecidedRun, brokenRun, brokenReleaseRun]) {
      const run = build()
      expect(renderReports(run)['report.html']).not.toContain('<h1>Passed</h1>')
      expect(renderReports(run)['summary.md']).not.toMatch(/^## .*Passed/m)
      expect(renderTerminal(run, { color: false, width: 80 })).not.toMatch(/^PASSED/m)
    }
  })
})
