import { z } from 'zod'
import { DeliveryError } from '../../src/model/errors.ts'
import { describeFault, parseJson } from '../../src/model/read-json.ts'
import { requireFromGithub, type Repository } from './api.ts'

/** A pull request, and a token that may write to it. */
export interface PullRequest extends Repository {
  number: number
}

/** Most bytes of Markdown: GitHub takes 65,536 characters, and the rest is for the mark. */
export const mostCommentBytes = 60_000

/** Comments are read in pages of this many. */
const perPage = 100
const mostPages = 50

const Comments = z.array(
  z.object({ id: z.int(), body: z.string().nullish(), user: z.object({ type: z.string() }).nullish() }),
)

/**
 * Writes one comment on a pull request, which later runs with the same mark rewrite: "Issue comments" in the
 * documentation of GitHub's REST API. Only an application's own comment is rewritten: a person who wrote the mark could
 * change the comment afterwards. Throws `REPORT` if it cannot be written: an older comment would read as the current
 * verdict.
 */
export async function commentOn(place: PullRequest, about: string, markdown: string): Promise<void> {
  const mark = `<!-- loadline ${encodeURIComponent(about).replaceAll('-', '%2D')} -->`
  const body = { body: `${mark}\n${markdown}` }
  const thread = `/issues/${place.number}/comments`
  const before = await findComment(place, thread, mark)
  if (before === undefined) await requireFromGithub(place, failed, 'POST', thread, body)
  else await requireFromGithub(place, failed, 'PATCH', `/issues/comments/${before}`, body)
}

async function findComment(place: PullRequest, thread: string, mark: string): Promise<number | undefined> {
  for (let page = 1; page <= mostPages; page += 1) {
    const text = await requireFromGithub(place, failed, 'GET', `${thread}?per_page=${perPage}&page=${page}`)
    const comments = Comments.safeParse(parseJson(text, (fault) => failed(`it answered ${describeFault(fault)}`)))
    if (!comments.success) throw failed('it answered with something that is no list of comments')
    const own = comments.data.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(mark) === true)
    if (own !== undefined) return own.id
    if (comments.data.length < perPage) return undefined
  }
  throw failed(`it has more than ${mostPages * perPage} comments`)
}

function failed(why: string, cause?: unknown): DeliveryError {
  return new DeliveryError(
    'REPORT',
    `the comment on the pull request cannot be written: ${why}`,
    'Give the job "permissions: pull-requests: write", or leave out comment-token; the verdict is in the summary and the reports.',
    cause === undefined ? {} : { cause },
  )
}
