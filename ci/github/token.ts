import { z } from 'zod'
import { DeliveryError } from '../../src/model/errors.ts'

const Answer = z.object({ value: z.string().min(1) })

/** The identity token that this job can ask for, or why it has none. */
export type Ambient =
  | { token: () => Promise<string> }
  | {
      missing: string
      hint: string
      /** Whether this job was meant to publish: then a missing token is an error, and no reason to pass quietly. */
      mayPublish: boolean
    }

/**
 * How this job gets an OpenID Connect token from GitHub Actions (its documentation, "OpenID Connect reference": ACTIONS_ID_TOKEN_REQUEST_URL
 * and ..._TOKEN are there where the job may write id-tokens). Jobs of pull requests from forks never may.
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
      missing:
        '--keyless asks the CI system for an identity token, and only GitHub Actions is known to give one to this process',
      hint,
      mayPublish: true,
    }
  if (event === 'pull_request')
    return {
      missing:
        'this job runs for a pull request without the permission to ask for one, as all pull requests from forks do',
      hint,
      mayPublish: false,
    }
  return {
    missing: `this job (event ${event ?? 'unknown'}) has no permission to ask for an identity token`,
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
      `GitHub Actions gave no identity token: ${what}`,
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
