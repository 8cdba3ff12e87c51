import { posix, resolve } from 'node:path'
import pc from 'picocolors'
import { DeliveryError } from '../../src/model/errors.ts'
import type { SourceRevision } from '../../src/model/git-facts.ts'
import { renderRepair, type Repaired } from '../../src/repair/index.ts'
import { codeBlock, defused, printable } from '../../src/report/index.ts'
import { policyName } from '../../src/policy/file.ts'
import type { Repository } from '../github/api.ts'
import { mostCommentBytes } from '../github/pull-request-comment.ts'
import { proposeRepair } from '../github/repair-pull-request.ts'
import { githubStep, writeStep } from '../github/step.ts'
import { exitCodeOf } from '../run/exit-code.ts'
import { readGitFacts } from '../run/git/read-git-facts.ts'
import { compareFiles, shownText } from '../run/scaffold-files.ts'
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
  const place = token === '' ? undefined : await placeToPropose(source, token)
  const repaired = await repairGiven(
    source,
    options,
    displayFor({ progress: 'plain', quiet: false, json: false }),
    place !== undefined,
  )
  const report = renderRepair(repaired, pc.createColors(false))
  process.stdout.write(defused(report))

  // What is left to people are exceptions without a reason: not something to merge.
  const { [policyName]: _, ...files } = repaired.files
  const compared = await compareFiles(resolve(source), files, undefined, shownText)
  const { said, url, failure } =
    place === undefined ? nothing('no token was given') : await propose(place, { ...repaired, files }, report)
  process.stdout.write(`${said}\n`)
  await writeStep(
    githubStep(process.env) ?? {},
    (room) => {
      const text = codeBlock(report.split('\n'))
      const differences = codeBlock(compared.flatMap(({ diff }) => diff.split('\n')))
      const isShown = Buffer.byteLength(text + differences) + 1000 < room
      return [text, isShown ? differences : 'The differences do not fit here.', said].join('\n\n')
    },
    {
      verdict: repaired.after.outcome,
      changed: String(Object.keys(files).length > 0),
      'pull-request': url,
    },
  )
  if (failure !== undefined) throw failure
  // That the repaired image is still rejected is no fault of this step.
  const code = exitCodeOf(repaired.after)
  return code === 1 ? 0 : code
}

/** A repository, and the commit of its branch that is checked out. */
type Place = Repository & Pick<SourceRevision, 'revision'> & { branch: string }

/** Throws `USAGE` unless the source is the commit for which the job runs, and that is a branch's. */
async function placeToPropose(source: string, token: string): Promise<Place> {
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository, GITHUB_REF: ref = '' } = process.env
  const { GITHUB_SHA: commit, GITHUB_HEAD_REF: pullRequest } = process.env
  const git = await readGitFacts(resolve(source), process.env, () => undefined)
  const [, branch] = /^refs\/heads\/(.+)$/.exec(ref) ?? []
  if (!api || !repository || !commit) throw notHere('no repository of a GitHub job')
  if (branch === undefined || pullRequest) throw notHere(`a job for ${pullRequest || ref || 'no branch'}`)
  if (git === undefined) throw notHere('no repository that git may read')
  if (git.revision !== commit) throw notHere(`the commit ${git.revision} in a job for ${commit}`)
  if (git.dirty) throw notHere('files that differ from the commit')
  return { api, repository, token, branch, revision: commit }
}

function notHere(found: string): DeliveryError {
  return new DeliveryError(
    'USAGE',
    `to propose a repair, expected a clean checkout of the commit of a branch for which the job runs, found ${found}`,
    'Run this step on schedule, workflow_dispatch or push to a branch, directly after the checkout; or leave out the token: the differences are in the summary.',
  )
}

/** What became of the pull request. A failure must not hide the result of the repair. */
interface Outcome {
  said: string
  /** Empty if there is none. */
  url: string
  failure?: DeliveryError
}

async function propose(
  { branch, revision, ...repository }: Place,
  { files, before, after }: Repaired,
  report: string,
): Promise<Outcome> {
  const { name, directory = '' } = before.subject
  const entries = Object.entries(files)
  if (entries.length === 0) return nothing('nothing was repaired')
  try {
    const { url, isNew } = await proposeRepair(repository, {
      branch,
      commit: revision,
      files: entries.map(([path, content]) => ({ path: posix.join(directory, path), content })),
      title: `Repair the image of ${printable(name)}: ${before.outcome}, then ${after.outcome}`,
      text: codeBlock(report.slice(0, mostCommentBytes).split('\n')),
    })
    return { said: `${isNew ? 'Proposed' : 'Proposed before, and not again'}: ${url}`, url }
  } catch (error) {
    if (error instanceof DeliveryError) return { ...nothing(printable(error.message)), failure: error }
    throw error
  }
}

function nothing(why: string): Outcome {
  return { said: `No pull request was opened: ${why}`, url: '' }
}
