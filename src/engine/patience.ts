import pRetry from 'p-retry'
import { DeliveryError } from '../model/errors.ts'

/** A signing service did not answer, or answered that it cannot now. Trying again can help, which is so for no other error. */
export class ServiceAway extends DeliveryError {}

/** How long to go on trying. */
export interface Patience {
  /** The last attempt begins after this many minutes. 0 means a single attempt. */
  minutes: number
  /** The first wait, milliseconds; each is twice the one before, up to a minute, with jitter. */
  firstWait?: number
}

/**
 * Tries again while a signing service is away: waits that double, capped at a minute, with jitter so that a whole fleet does not come back at once.
 * Throws the last error, with how long it was tried.
 */
export async function patiently<T>({ minutes, firstWait = 2_000 }: Patience, attempt: () => Promise<T>): Promise<T> {
  const began = Date.now()
  let attempts = 0
  try {
    return await pRetry(
      () => {
        attempts += 1
        return attempt()
      },
      {
        retries: Number.POSITIVE_INFINITY,
        maxRetryTime: minutes * 60_000,
        minTimeout: firstWait,
        maxTimeout: 60_000,
        factor: 2,
        randomize: true,
        shouldRetry: ({ error }) => minutes > 0 && error instanceof ServiceAway,
      },
    )
  } catch (error) {
    if (!(error instanceof ServiceAway)) throw error
    const tried = `tried ${attempts === 1 ? 'once' : `${attempts} times`} in ${Math.round((Date.now() - began) / 1000)} s`
    throw new ServiceAway(error.code, `${error.message} (${tried})`, error.hint, { cause: error })
  }
}
