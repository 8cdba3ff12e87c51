import { expect, it } from 'vitest'
import { renderReports } from '../../../src/report/index.ts'
import { renderTerminal } from '../../../src/report/terminal.ts'
import { passedRun } from './runs.ts'

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
