import { posix, resolve } from 'node:path'
import pc from 'picocolors'
import { DeliveryError } from '../../src/model/errors.ts'
import { codeBlock, defused } from '../../src/report/index.ts'
import { renderRepair, type Repaired } from '../../src/repair/index.ts'
import { mostCommentBytes } from '../github/pull-request-comment.ts'
import { proposeRepair, type Proposed } from '../github/repair-pull-request.ts'
import { githubStep, writeStep } from '../github/step.ts'
import { exitCodeOf } from '../run/exit-code.ts'
import { compareFiles } from '../run/scaffold-files.ts'
import { displayFor } from '../show/progress-display.ts'
import { actionCall, ActionInputs } from './action-inputs.ts'
import { command } from './command.ts'
import { RepairInputs } from './repair-inputs.ts'
import { repairGiven } from './repair.ts'
import { readStepInputs } from './step-inputs.ts'

/** What repair/action.yml runs: `repair` with the inputs of a GitHub step, and a pull request with the result. */
export const make = command({
  run: githubRepair,
})

async function githubRepair(): Promise<number> {
  const { token, ...given } = readStepInputs(RepairInputs, process.env)
  const { source, options } = actionCall(ActionInputs.parse(given), {})
  const repaired = await repairGiven(source, options, displayFor({ progress: 'plain', quiet: false, json: false }))
  const report = renderRepair(repaired, pc.createColors(false))
  process.stdout.write(defused(report))

  const isChanged = Object.keys(repaired.files).length > 0
  const proposed = token === '' || !isChanged ? undefined : await propose(token, repaired, report)
  const compared = await compareFiles(resolve(source), repaired.files)
  const differences = compared.flatMap(({ diff }) => diff.split('\n'))
  await writeStep(
    githubStep(process.env) ?? {},
    (room) => {
      const text = codeBlock(report.split('\n'))
      const patch = codeBlock(differences)
      const isShown = Buffer.byteLength(text + patch) + 1000 < room
      return [text, isShown ? patch : 'The patch does not fit here.', sayWhere(proposed)].join('\n\n')
    },
    {
      verdict: repaired.after.outcome,
      changed: String(isChanged),
      'pull-request': proposed?.url ?? '',
    },
  )
  process.stdout.write(`${sayWhere(proposed)}\n`)
  // That the repaired image is still rejected is no fault of this step.
  const code = exitCodeOf(repaired.after)
  return code === 1 ? 0 : code
}

function propose(token: string, { files, before, after }: Repaired, report: string) {
  const { name, directory = '', revision } = before.subject
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository } = process.env
  if (revision?.branch === undefined || revision.pullRequest !== undefined || revision.dirty || !api || !repository)
    throw new DeliveryError(
      'USAGE',
      'expected a clean checkout of a branch to propose a repair for, found a pull request, a tag, or files that differ from the commit',
      'Run this step on schedule, workflow_dispatch or push, directly after the checkout; or leave out the token: the patch is in the summary.',
    )
  return proposeRepair(
    { api, repository, token },
    {
      branch: revision.branch,
      commit: revision.revision,
      files: Object.entries(files).map(([path, content]) => ({ path: posix.join(directory, path), content })),
      title: `Repair the image of ${name}: ${before.outcome}, then ${after.outcome}`,
      text: codeBlock(report.slice(0, mostCommentBytes).split('\n')),
    },
  )
}

function sayWhere(proposed: Proposed | undefined): string {
  if (proposed === undefined) return 'No pull request was opened.'
  return `${proposed.isNew ? 'Proposed' : 'Proposed before, and not again'}: ${proposed.url}`
}
