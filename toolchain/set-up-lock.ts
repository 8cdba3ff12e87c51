import { mkdir } from 'node:fs/promises'
import { lock } from 'proper-lockfile'
import { SET_UP_LOCK, type Cache } from './cache.ts'
import { isRunning, readRecord, recordProcess, writeRecord, type ProcessRecord } from './process-record.ts'
import { setTimeout as sleep } from 'node:timers/promises'

/** A holder that has not renewed its lock for this long is dead, and the next one continues. */
const STALE_MILLISECONDS = 15_000
const RETRY_MILLISECONDS = 300

/**
 * Runs `work` while no other process sets up, stops or cleans the same cache; waits for the other and says so. The lock of a
 * killed process is taken over at once if it was on this machine, otherwise after 15 s. `work` gets a signal that stops it when the
 * lock is lost, for example because the cache directory was removed.
 */
export async function withSetUpLock<Result>(
  cache: Cache,
  signal: AbortSignal | undefined,
  say: (detail: string) => void,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  await mkdir(cache.root, { recursive: true })
  const holderPath = cache.path('set-up.holder.json')
  const lost = new AbortController()
  let said = false
  let release: () => Promise<void>
  for (;;) {
    signal?.throwIfAborted()
    const holder = await readRecord<ProcessRecord>(holderPath)
    try {
      release = await lock(cache.root, {
        lockfilePath: cache.path(SET_UP_LOCK),
        // The library accepts no value below 2 s.
        stale: holder !== undefined && !isRunning(holder) ? 2_000 : STALE_MILLISECONDS,
        update: 1_000,
        onCompromised: (error) => lost.abort(error),
      })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error
      if (!said)
        say(`another Loadline (process ${holder?.pid ?? 'unknown'}) is setting up the same cache; waiting for it`)
      said = true
      await sleep(RETRY_MILLISECONDS, undefined, signal === undefined ? {} : { signal })
    }
  }
  try {
    await writeRecord(holderPath, recordProcess(process.pid))
    return await work(signal === undefined ? lost.signal : AbortSignal.any([signal, lost.signal]))
  } finally {
    await release().catch(() => undefined)
  }
}
