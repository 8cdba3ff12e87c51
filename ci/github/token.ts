import { z } from 'zod'
import { DeliveryError } from '../../src/model/errors.ts'

const Answer = z.object({ value: z.string().min(1) })

/** The identity token that this job can request, or why it cannot. */
export type Ambient =
  | { token: () => Promise<string> }
  | {
      missing: string
      hint: string
      /** Whether this job was meant to publish: then a missing token is an error, not a reason to pass quietly. */
      mayPublish: boolean
    }

/**
 * How this job gets an OpenID Connect token from GitHub Actions (its documentation, "OpenID Connect reference":
 * ACTIONS_ID_TOKEN_REQUEST_URL and ..._TOKEN are set if the job may write id-tokens). Jobs of pull requests from forks
 * never may.
 */
export function ambientToken(env: NodeJS.ProcessEnv, request: typeof fetch = fetch): Ambient {
  const {
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    GITHUB_ACTIONS: actions,
    GITHUB_EVENT_NAME: event,
  } = env
  if (url && bearer) return { token: () => requestToken(url, bearer, request) }
  const hint =
    'Give the job "permissions: id-token: write", or name a token with --identity-token env:NAME or file:PATH.'
  if (actions !== 'true')
    return {
      missing: '--keyless requests an identity token from the CI system, and of these only GitHub Actions is supported',
      hint,
      mayPublish: true,
    }
  if (event === 'pull_request')
    return {
      missing: 'this job runs for a pull request without permission to request one, as all pull requests from forks do',
      hint,
      mayPublish: false,
    }
  return {
    missing: `this job (event ${event ?? 'unknown'}) has no permission to request an identity token`,
    hint,
    mayPublish: true,
  }
}

async function requestToken(url: string, bearer: string, request: typeof fetch): Promise<string> {
  const asked = new URL(url)
  asked.searchParams.set('audience', 'sigstore')
  const failed = (what: string, cause?: unknown) =>
    new DeliveryError(
      'CREDENTIAL',
      `failed to get an identity token from GitHub Actions: ${what}`,
      'Run the job again; if it persists, check its "permissions: id-token: write".',
      cause === undefined ? {} : { cause },
    )
  const answer = await request(asked, {
    headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw failed('its token service does not answer', error)
  })
  if (!answer.ok) throw failed(`its token service answered ${answer.status}`)
  const parsed = Answer.safeParse(await answer.json().catch(() => undefined))
  if (!parsed.success) throw failed('its token service answered without a token')
  return parsed.data.value
}
