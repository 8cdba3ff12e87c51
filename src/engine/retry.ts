import pRetry from 'p-retry'
import { DeliveryError } from '../model/errors.ts'

/** A service did not answer, or answered that it is temporarily unavailable. Unlike any other error, another attempt can help. */
export class ServiceAway extends DeliveryError {}

/** How long to keep trying. */
export type Patience = (
  | {
      /** The last attempt starts after this many minutes. 0 means a single attempt. */
      minutes: number
    }
  | {
      /** Maximum number of attempts, including the first. */
      attempts: number
    }
) & {
  /** The first wait in milliseconds; each is twice the previous one, up to a minute, with jitter. */
  firstWait?: number
}

/**
 * Retries while a service is unavailable: waits double up to a minute, with jitter so that a whole fleet does not return at once.
 * Throws the last error, with how long it has tried.
 */
export async function retry<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  const began = Date.now()
  const limits =
    'minutes' in patience
      ? { retries: patience.minutes > 0 ? Number.POSITIVE_INFINITY : 0, maxRetryTime: patience.minutes * 60_000 }
      : { retries: patience.attempts - 1 }
  let attempts = 0
  try {
    return await pRetry(
      () => {
        attempts += 1
        return attempt()
      },
      {
        ...limits,
        minTimeout: patience.firstWait ?? 2_000,
        maxTimeout: 60_000,
        factor: 2,
        randomize: true,
        shouldRetry: ({ error }) => error instanceof ServiceAway,
      },
    )
  } catch (error) {
    if (!(error instanceof ServiceAway)) throw error
    const tried = `tried ${attempts === 1 ? 'once' : `${attempts} times`} in ${Math.round((Date.now() - began) / 1000)} s`
    throw new ServiceAway(error.code, `${error.message} (${tried})`, error.hint, { cause: error })
  }
}
