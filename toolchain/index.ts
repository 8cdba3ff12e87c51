import { existsSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { emptyCache, locateCache, type Cache } from './cache.ts'
import { refuseSecondEngine, runningEngine, stopEngine } from './start-engine.ts'
import { inputStamp } from './input-stamp.ts'
import { checkMachine } from './prerequisites.ts'
import { readRecord, writeRecord } from './process-record.ts'
import { runningRegistry, stopRegistry, type Registry } from './registry.ts'
import type { SealedOptions, SealedReady } from './sealed-ready.ts'
import { namesWanted, type Wanted } from './wanted.ts'

export { renderProgress } from './render-progress.ts'
export type { StepEvent } from './steps.ts'

/** The state of a sealed toolchain. */
export interface SealedStatus {
  cacheDirectory: string
  /** Whether a set-up has been completed for the current sources. */
  complete: boolean
  engine: { runnerHost: string; version: string; pid: number } | undefined
  registry: Registry | undefined
  /** The Dagger CLI, if a set-up has installed one. */
  cliBin: string | undefined
  lockFile: string | undefined
}

/** The engine, the tools and the base images for networks where only package registries can be reached. */
export interface SealedToolchain {
  /**
   * Makes what is missing, starts what is not running, and says how to reach it. Under a second when everything is
   * there. Two processes may call it at once, and any may be killed at any time.
   * An engine that has the runtime of modules is restarted whenever something is made on demand, because that runtime
   * holds the lock file.
   * @throws DeliveryError `PREREQUISITE` for what only the machine's owner can give, `ENGINE` otherwise.
   */
  ensure(wanted?: Wanted): Promise<SealedReady>
  status(): Promise<SealedStatus>
  /** Stops the engine and the registry. Caches stay. */
  down(): Promise<void>
  /** Stops everything and removes the whole cache directory. */
  clean(): Promise<void>
}

interface ReadyRecord extends SealedReady {
  stamp: string
  /** Names of what was made on demand. */
  onDemand?: string[]
}

/** The sealed toolchain of this machine, in the cache directory that the environment names. */
export function sealedToolchain(options: SealedOptions): SealedToolchain {
  const env = options.env ?? process.env
  const cache = locateCache(env)
  return {
    async ensure(wanted = {}) {
      const names = await namesWanted(wanted)
      const warm = await findReady(cache, env, names)
      if (warm !== undefined) return warm
      await checkMachine(cache.root, existsSync(recordPath(cache)))
      const { withSetUpLock } = await import('./set-up-lock.ts')
      return withSetUpLock(cache, options.signal, options.log, async (signal) => {
        // The process we waited for may have done everything.
        const found = await findReady(cache, env, names)
        if (found !== undefined) return found
        // Before anything is compiled, which would take minutes for nothing.
        await refuseSecondEngine(cache)
        const stamp = await inputStamp(env)
        const before = await readRecord<ReadyRecord>(recordPath(cache))
        const onDemand = [...new Set([...(before?.onDemand ?? []), ...names])].sort()
        const { setUp } = await import('./set-up.ts')
        const ready = await setUp(cache, { ...options, env, signal, onDemand })
        await writeRecord(recordPath(cache), { ...ready, stamp, onDemand } satisfies ReadyRecord)
        return ready
      })
    },
    async status() {
      const record = await readRecord<ReadyRecord>(recordPath(cache))
      const engine = await runningEngine(cache)
      return {
        cacheDirectory: cache.root,
        complete: record !== undefined && record.stamp === (await inputStamp(env)),
        engine:
          engine === undefined
            ? undefined
            : { runnerHost: engine.runnerHost, version: engine.version, pid: engine.pid },
        registry: await runningRegistry(cache),
        cliBin: record !== undefined && existsSync(record.cliBin) ? record.cliBin : undefined,
        lockFile: record?.lockFile,
      }
    },
    async down() {
      await alone(cache, options, () => stopAll(cache))
    },
    async clean() {
      await alone(cache, options, async () => {
        await stopAll(cache)
        await emptyCache(cache)
      })
      // Only when nobody has started again in the meantime.
      await rmdir(cache.root).catch(() => undefined)
    },
  }
}

/** The finished set-up, when its sources are unchanged, its engine and registry answer, and it has what of these is made on demand. */
async function findReady(
  cache: Cache,
  env: NodeJS.ProcessEnv,
  names: readonly string[],
): Promise<SealedReady | undefined> {
  const record = await readRecord<ReadyRecord>(recordPath(cache))
  if (record === undefined) return undefined
  const [stamp, engine, registry] = await Promise.all([inputStamp(env), runningEngine(cache), runningRegistry(cache)])
  const usable =
    stamp === record.stamp &&
    names.every((name) => record.onDemand?.includes(name)) &&
    engine?.runnerHost === record.runnerHost &&
    registry?.port === record.registry.port &&
    existsSync(record.cliBin) &&
    existsSync(record.lockFile)
  if (!usable) return undefined
  const { runnerHost, cliBin, lockFile } = record
  return { runnerHost, cliBin, lockFile, registry }
}

async function alone(cache: Cache, options: SealedOptions, work: () => Promise<void>): Promise<void> {
  if (!existsSync(cache.root)) return
  const { withSetUpLock } = await import('./set-up-lock.ts')
  await withSetUpLock(cache, options.signal, options.log, work)
}

async function stopAll(cache: Cache): Promise<void> {
  await stopEngine(cache)
  await stopRegistry(cache)
}

function recordPath(cache: Cache): string {
  return cache.path('ready.json')
}
