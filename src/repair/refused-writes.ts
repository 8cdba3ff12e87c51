import { posix } from 'node:path'
import type { Configuration, Runtime } from '../model/index.ts'
import { outermost } from './placed-paths.ts'

/** More directories than these are no set-up that anybody would give the application in production. */
const mostDirectories = 6

/** Nothing in these is data: a directory that hides what is there would only hide the cause. */
const ofSystem = /^\/(|etc|usr|bin|s?bin|lib|lib32|lib64|boot|dev|proc|sys|opt|home|root|srv|mnt|media|var|app)$/
const belowSystem = /^\/(etc|usr|s?bin|lib|lib32|lib64|boot|dev|proc|sys)\//

/** Calls that make a directory: it can be one that is provided. */
const makesDirectory = /^mkdir(at)?$/

/**
 * The directories that an application was refused to write to because the root is read-only, as `runtime.tmpfs` can
 * name them, sorted. Left out are those that hold the program or what it works with, because one that is empty at every
 * start would hide them.
 */
export function refusedDirectories(
  { refusedWrites }: Pick<Runtime, 'refusedWrites'>,
  { workingDir, entrypoint, cmd }: Pick<Configuration, 'workingDir' | 'entrypoint' | 'cmd'>,
): string[] {
  const needed = [workingDir, ...[...entrypoint, ...cmd].filter((word) => word.startsWith('/'))]
  const isFree = (path: string) =>
    !ofSystem.test(path) && !belowSystem.test(`${path}/`) && !needed.some((one) => `${one}/`.startsWith(`${path}/`))
  const found = refusedWrites.flatMap(({ path, why, call }) => {
    const place = path.replace(/^\/var\/run(?=\/|$)/, '/run')
    if (why !== 'read-only' || /\/__pycache__(\/|$)/.test(place)) return []
    const parent = posix.dirname(place)
    if (isFree(parent)) return [parent]
    return makesDirectory.test(call) && isFree(place) ? [place] : []
  })
  return outermost([...new Set(found)].toSorted()).slice(0, mostDirectories)
}
