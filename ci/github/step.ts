import { randomUUID } from 'node:crypto'
import { appendFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DeliveryError } from '../../src/model/errors.ts'
import { commentOn, mostCommentBytes, type PullRequest } from './pull-request-comment.ts'
import type { Merged, Run } from '../../src/model/index.ts'
import { repositoryOf } from '../../src/formats/image-reference.ts'
import {
  headline,
  renderGithub,
  renderMarkdown,
  reportedFindings,
  type ReportedFinding,
} from '../../src/report/index.ts'

/** A step of GitHub Actions: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
export interface GithubStep {
  /** Markdown shown on the run's page. */
  summaryFile: string | undefined
  /** Values for later steps. */
  outputFile: string | undefined
  /** Where the summary is also written; nowhere if omitted. */
  pullRequest?: PullRequest
}

/** By which variables the program learns that it may comment on a pull request. */
export const commentVariables = {
  token: 'LOADLINE_COMMENT_TOKEN',
  number: 'LOADLINE_COMMENT_PULL_REQUEST',
} as const

/** GitHub drops a step's entire summary if it is longer than this, in bytes. */
const mostSummaryBytes = 1_048_576

/** The step that this process runs in, if any. */
export function githubStep(env: Readonly<Record<string, string | undefined>>): GithubStep | undefined {
  if (env['GITHUB_ACTIONS'] !== 'true') return undefined
  return {
    summaryFile: env['GITHUB_STEP_SUMMARY'] || undefined,
    outputFile: env['GITHUB_OUTPUT'] || undefined,
    ...pullRequestOf(env),
  }
}

function pullRequestOf(env: Readonly<Record<string, string | undefined>>): Pick<GithubStep, 'pullRequest'> {
  const { [commentVariables.token]: token, [commentVariables.number]: number } = env
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository } = env
  if (!token || !number || !api || !repository) return {}
  return { pullRequest: { api, repository, number: Number(number), token } }
}

/**
 * Reports a run to its GitHub Actions step: annotations through `say`, the summary, and the outputs of `githubOutputs`.
 * If the step may comment on a pull request, the summary is also in a comment that each run on the same image rewrites.
 * Throws `REPORT` if the step's files or the comment cannot be written: a job that continues without the verdict would
 * look as if it had passed.
 */
export async function tellGithub(
  step: GithubStep,
  run: Run,
  directory: string,
  say: (text: string) => void,
  findings: readonly ReportedFinding[] = reportedFindings(run),
): Promise<void> {
  say(renderGithub(run, findings))
  const summary = (room: number) => renderMarkdown(run, findings, Math.min(1_000_000, room))
  await writeStep(step, summary, githubOutputs(run, directory))
  if (step.pullRequest === undefined) return
  const { name, directory: place = '' } = run.subject
  await commentOn(step.pullRequest, `${name} ${place}`, renderMarkdown(run, findings, mostCommentBytes))
}

/**
 * Adds to the summary of a step, and writes its outputs. Several runs may share a step: `summary` gets the bytes that are
 * left of it, and what is longer is left out, so that GitHub does not drop them all. Throws `REPORT`.
 */
export async function writeStep(
  { summaryFile, outputFile }: Partial<GithubStep>,
  summary: (room: number) => string,
  outputs: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    if (summaryFile !== undefined) {
      const room = mostSummaryBytes - (await sizeOf(summaryFile))
      const text = summary(room)
      if (Buffer.byteLength(text) <= room) await appendFile(summaryFile, text)
    }
    if (outputFile !== undefined) await appendFile(outputFile, outputText(outputs))
  } catch (error) {
    throw notTold(error)
  }
}

/**
 * Reports the merged verdict of several sources to a step, as its output `verdict`; each source has its own annotations
 * and summary. Throws `REPORT` if it cannot be written.
 */
export async function tellGithubMerged({ outputFile }: GithubStep, { outcome }: Merged): Promise<void> {
  if (outputFile === undefined) return
  try {
    await appendFile(outputFile, outputText({ verdict: outcome }))
  } catch (error) {
    throw notTold(error)
  }
}

function notTold(error: unknown): DeliveryError {
  return new DeliveryError(
    'REPORT',
    `failed to write the summary and outputs of the GitHub step (${(error as Error).message})`,
    'Check that GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name writable files, and that the disk is not full.',
    { cause: error },
  )
}

/**
 * What later steps can use. `digest` is the published one, or the image's if there is only one; `sbom` is its CycloneDX
 * document, or the directory of all documents if there are several platforms; `tags` are whole references, one per
 * line, as in docker/metadata-action. Absent values are empty.
 */
export function githubOutputs(
  run: Run,
  directory: string,
): Record<'verdict' | 'digest' | 'image' | 'tags' | 'report' | 'sarif' | 'sbom', string> {
  const { outcome, images } = headline(run)
  const [first, ...others] = images
  const documents = (run.evidence?.platforms ?? [])
    .flatMap(({ evidence }) => (evidence.sbom.status === 'collected' ? evidence.sbom.value.documents : []))
    .filter(({ format }) => format === 'cyclonedx')
  const [document] = documents
  return {
    verdict: outcome,
    digest: run.release?.digest ?? (others.length === 0 ? (first?.digest ?? '') : ''),
    image: run.release === undefined ? '' : `${run.release.reference}@${run.release.digest}`,
    tags: (run.release?.tags ?? []).map((tag) => `${repositoryOf(run.release?.reference ?? '')}:${tag}`).join('\n'),
    report: join(directory, 'report.html'),
    sarif: join(directory, 'report.sarif'),
    sbom: document === undefined ? '' : join(directory, documents.length === 1 ? document.path : 'sbom'),
  }
}

/** Encloses every value in unguessable delimiter lines, so that no value can end early and add an output of its own. */
function outputText(outputs: Readonly<Record<string, string>>): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const end = `loadline-${randomUUID()}`
      return `${name}<<${end}\n${value}\n${end}\n`
    })
    .join('')
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
