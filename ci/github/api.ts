import type { DeliveryError } from '../../src/model/errors.ts'

/** A repository on GitHub, and a token that may write to it. */
export interface Repository {
  /** Address of GitHub's API, e.g. `https://api.github.com`. */
  api: string
  /** OWNER/NAME. */
  repository: string
  token: string
}

/** Makes the error of a caller from what went wrong. */
export type Failed = (why: string, cause?: unknown) => DeliveryError

/** What GitHub answered; an answer may be a refusal. */
export interface Answered {
  status: number
  ok: boolean
  text: string
}

/** Asks GitHub's REST API, for a path below the repository's own. Throws if nothing answers, or for a token that no header can hold. */
export async function askGithub(
  { api, repository, token }: Repository,
  failed: Failed,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answered> {
  // The error of a request would have it in its text.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw failed('the token is empty, or has white space or other signs that no token has')
  try {
    const answer = await fetch(`${api}/repos/${repository}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/vnd.github+json',
        'content-type': 'application/json',
        'x-github-api-version': '2022-11-28',
      },
      // A token is not taken elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, ok: answer.ok, text: await answer.text() }
  } catch (error) {
    throw failed(`GitHub does not answer (${(error as Error).message})`, error)
  }
}

/** The same, for what GitHub must not refuse. */
export async function requireFromGithub(
  place: Repository,
  failed: Failed,
  method: string,
  path: string,
  body?: unknown,
): Promise<string> {
  const { ok, status, text } = await askGithub(place, failed, method, path, body)
  if (!ok) throw failed(`GitHub answered ${status} to ${method} /repos/${place.repository}${path}`)
  return text
}
