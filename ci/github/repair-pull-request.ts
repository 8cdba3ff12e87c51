import { createHash } from 'node:crypto'
import { z } from 'zod'
import { DeliveryError } from '../../src/model/errors.ts'
import { describeFault, parseJson } from '../../src/model/read-json.ts'
import { askGithub, requireFromGithub, type Repository } from './api.ts'

/** Changes of files, and the commit of a branch to which they were made. */
export interface RepairPatch {
  /** The branch to merge into. */
  branch: string
  commit: string
  /** By path in the repository. */
  files: ReadonlyArray<{ path: string; content: string }>
  title: string
  /** Markdown. */
  text: string
}

/** A pull request that proposes a patch. */
export interface Proposed {
  url: string
  /** False if the same patch was proposed before, whether it is still open or was closed since. */
  isNew: boolean
}

const Commit = z.object({ tree: z.object({ sha: z.string() }) })
const Made = z.object({ sha: z.string() })
const PullRequest = z.object({ html_url: z.string() })

/**
 * Proposes a patch as a pull request, by GitHub's REST API ("Git database" and "Pulls" in its documentation): a commit on
 * a branch of its own, whose name depends on the patch and its target. What was proposed before is not proposed again,
 * and no branch is ever moved. Throws `REPORT`.
 */
export async function proposeRepair(place: Repository, patch: RepairPatch): Promise<Proposed> {
  const { branch, files, title, text } = patch
  const head = `loadline/repair-${digestOf(JSON.stringify([branch, files]))}`
  const exists = await askGithub(place, failed, 'GET', `/git/ref/heads/${head}`)
  if (!exists.ok && exists.status !== 404)
    throw failed(`GitHub answered ${exists.status} to the question for the branch ${head}`)
  if (exists.ok) {
    const owner = place.repository.split('/')[0] ?? ''
    const query = new URLSearchParams({ head: `${owner}:${head}`, state: 'all' })
    const [found] = read(z.array(PullRequest), await requireFromGithub(place, failed, 'GET', `/pulls?${query}`))
    if (found !== undefined) return { url: found.html_url, isNew: false }
  } else await makeBranch(place, head, patch)
  const made = await requireFromGithub(place, failed, 'POST', '/pulls', { title, head, base: branch, body: text })
  return { url: read(PullRequest, made).html_url, isNew: true }
}

async function makeBranch(place: Repository, head: string, { commit, files, title }: RepairPatch): Promise<void> {
  const parent = read(Commit, await requireFromGithub(place, failed, 'GET', `/git/commits/${commit}`))
  const tree = files.map((file) => ({ ...file, mode: '100644', type: 'blob' }))
  const made = await requireFromGithub(place, failed, 'POST', '/git/trees', { base_tree: parent.tree.sha, tree })
  const body = { message: title, tree: read(Made, made).sha, parents: [commit] }
  const { sha } = read(Made, await requireFromGithub(place, failed, 'POST', '/git/commits', body))
  await requireFromGithub(place, failed, 'POST', '/git/refs', { ref: `refs/heads/${head}`, sha })
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(parseJson(text, (fault) => failed(`GitHub answered ${describeFault(fault)}`)))
  if (!parsed.success) throw failed('GitHub answered with something else than its documentation says')
  return parsed.data
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function failed(why: string, cause?: unknown): DeliveryError {
  return new DeliveryError(
    'REPORT',
    `the repair cannot be proposed as a pull request: ${why}`,
    'Give the job "permissions: contents: write, pull-requests: write", and allow GitHub Actions to create pull requests in the settings of the repository; or leave out the token. The differences are in the summary.',
    cause === undefined ? {} : { cause },
  )
}
