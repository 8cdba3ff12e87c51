import { expect, it } from 'vitest'
import { ownerGroups } from '../../../src/report/owner-groups.ts'
import { reportedFindings, type ReportedFinding } from '../../../src/report/index.ts'
import { rejectedRun } from './runs.ts'

const [template] = reportedFindings(rejectedRun())

function ofLine(id: string, instruction: string, line: number): ReportedFinding {
  if (template === undefined) throw new Error('the run has no findings')
  return { ...template, id, owner: { kind: 'application', instruction, line } }
}

it('takes a line of the Dockerfile as one owner, by the longest that any collector says of its instruction', () => {
  const groups = ownerGroups([
    ofLine('layer', 'ADD . /srv/app', 8),
    ofLine('lint', 'ADD', 8),
    ofLine('other', 'ADD', 9),
  ])
  expect(groups.map(({ name, line, findings }) => [name, line, findings.map(({ id }) => id)])).toEqual([
    ['ADD . /srv/app', 8, ['layer', 'lint']],
    ['ADD', 9, ['other']],
  ])
})
