import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { DeliveryError } from '../src/model/errors.ts'
import { mountsBelow } from './mounts-below.ts'

/**
 * The cache directory of the sealed toolchain.
 *
 *     steps/<step>/<key>/   finished results, never changed after they were renamed into place
 *     work/                 unfinished results; emptied at the start of each set-up
 *     go-build/             Go's build cache, so that a killed compilation continues where it stopped
 *     go-build-<program>/   the same for a program that shares no packages with others; removed when it is compiled
 *     shared/               what the base images share: roots and downloads
 *     registry/             configuration, storage, log and process record of the loopback registry
 *     engine/               bundle, state, log and process record of the engine
 *     logs/                 full output of the programs of each step
 *     sealed.lock.json      what this toolchain stands in for, by digest
 */
export interface Cache {
  root: string
  /** A path inside the cache directory. */
  path(...segments: string[]): string
}

/** Where a finished result is, and whether it already existed. */
export interface StoredResult {
  path: string
  cached: boolean
}

/** Name of the lock inside the cache directory. */
export const SET_UP_LOCK = 'set-up.lock'

/** Results that no set-up has asked for in this many days are removed. */
const UNUSED_DAYS = 14

/**
 * Finds the cache directory: `LOADLINE_CACHE`, else `$XDG_CACHE_HOME/loadline`, else `~/.cache/loadline`. Creates
 * nothing. A relative `XDG_CACHE_HOME` is ignored, as its specification requires. Throws `PREREQUISITE` if the
 * directory is in a git work tree: programs are started from it, and anybody can commit those.
 */
export function locateCache(env: NodeJS.ProcessEnv = process.env): Cache {
  const xdg = env.XDG_CACHE_HOME
  const root = env.LOADLINE_CACHE
    ? resolve(env.LOADLINE_CACHE)
    : join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'loadline')
  const tree = workTreeAround(root)
  if (tree !== undefined)
    throw new DeliveryError(
      'PREREQUISITE',
      `the cache directory ${root} is inside the git work tree ${tree}: anyone who can commit there could choose which programs run`,
      'Set LOADLINE_CACHE to a directory outside it.',
    )
  return { root, path: (...segments) => join(root, ...segments) }
}

/** The git work tree that contains a path; people may keep even their home directory in git. */
function workTreeAround(path: string): string | undefined {
  for (let current = path; dirname(current) !== current; current = dirname(current))
    if (current !== homedir() && existsSync(join(current, '.git'))) return current
  return undefined
}

/**
 * Gives the result of a step for a content key, producing it when it is not there yet. `produce` fills an empty directory, which
 * is renamed into place when it returns: a result is complete or absent, whenever the process dies.
 */
export async function storedResult(
  cache: Cache,
  step: string,
  key: string,
  produce: (directory: string) => Promise<void>,
): Promise<StoredResult> {
  const path = cache.path('steps', step, key)
  if (existsSync(path)) {
    const now = new Date()
    await utimes(path, now, now)
    return { path, cached: true }
  }
  const work = cache.path('work', `${step}-${randomBytes(6).toString('hex')}`)
  await mkdir(work, { recursive: true })
  try {
    await produce(work)
    await mkdir(dirname(path), { recursive: true })
    await rename(work, path)
  } catch (error) {
    await removeTree(work)
    throw error
  }
  return { path, cached: false }
}

/** Whether the result of a step for a content key is there. */
export function holdsResult(cache: Cache, step: string, key: string): boolean {
  return existsSync(cache.path('steps', step, key))
}

/** Removes what killed set-ups left unfinished. Only for the holder of the set-up lock. */
export async function removeUnfinished(cache: Cache): Promise<void> {
  await removeTree(cache.path('work'))
}

/** Removes results that no recent set-up asked for. Only for the holder of the set-up lock, after a complete set-up. */
export async function removeUnused(cache: Cache, now: Date): Promise<void> {
  const oldest = now.getTime() - UNUSED_DAYS * 24 * 60 * 60 * 1000
  for (const step of await readdir(cache.path('steps'))) {
    for (const key of await readdir(cache.path('steps', step))) {
      const path = cache.path('steps', step, key)
      if ((await stat(path)).mtimeMs < oldest) await removeTree(path)
    }
  }
}

/** Removes everything but the lock of the holder. Only for that holder, with nothing running from the cache. */
export async function emptyCache(cache: Cache): Promise<void> {
  for (const entry of await readdir(cache.root)) {
    if (entry !== SET_UP_LOCK) await removeTree(cache.path(entry))
  }
}

/**
 * Removes a directory of the cache, unless something is mounted below it: the mount may be the machine's own devices or a person's files.
 * @throws DeliveryError `PREREQUISITE` with the mounts.
 */
async function removeTree(path: string): Promise<void> {
  const mounts = mountsBelow(path, await readFile('/proc/self/mountinfo', 'utf8'))
  if (mounts.length > 0) {
    throw new DeliveryError(
      'PREREQUISITE',
      `cannot remove ${path}: ${mounts.join(', ')} ${mounts.length === 1 ? 'is' : 'are'} mounted below it, and removing it would delete their files`,
      `Unmount first (umount ${mounts.toReversed().join(' ')}), and run the same command again.`,
    )
  }
  await rm(path, { recursive: true, force: true })
}

/** Writes a file so that readers see the old bytes or the new ones, never a mixture. */
export async function writeAtomically(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(beside, content)
  await rename(beside, path)
}
