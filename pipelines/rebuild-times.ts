import type { Directory } from '@dagger.io/dagger'
import { step } from '../src/engine/progress.ts'
import { readText } from '../src/engine/read-text.ts'
import { DeliveryError } from '../src/model/errors.ts'
import { limits } from '../src/model/limits.ts'
import type { ChangedLine, Rebuild } from '../src/repair/index.ts'
import { timeBuild } from '../src/stages/build/build.ts'
import { readSource } from '../src/stages/source/source.ts'
import { prepareBuild } from './prepare-build.ts'
import type { Request } from './request.ts'

/** Seconds of two rebuilds, from which on what else the machine does hardly counts. */
const long = 15

/**
 * Rebuilds of two sources after one changed line. Short ones are made twice, in turn, and the shorter time of each
 * counts: whatever else the machine does makes one longer. Undefined if one of them does not build.
 */
export async function timeRebuilds(
  request: Request,
  sources: { before: Directory; after: Directory },
  line: ChangedLine,
  name: string,
): Promise<Rebuild | undefined> {
  const inTurn = async (again: string) => {
    const before = await rebuildSeconds(request, sources.before, line, `before ${name}${again}`)
    const after = await rebuildSeconds(request, sources.after, line, `${name}${again}`)
    return before === undefined || after === undefined ? undefined : { path: line.path, before, after }
  }
  const first = await inTurn('')
  if (first === undefined || first.before + first.after > long) return first
  const second = await inTurn(', again')
  return (
    second && {
      ...first,
      before: Math.min(first.before, second.before),
      after: Math.min(first.after, second.after),
    }
  )
}

/**
 * Seconds to build a source again after one changed line, on an engine that has just built it unchanged; without the
 * export of the image. `name` says whose rebuild it is: each one changes another line, so that none uses what another
 * has built. Undefined if it does not build.
 */
async function rebuildSeconds(
  request: Request,
  directory: Directory,
  { path, comment }: ChangedLine,
  name: string,
): Promise<number | undefined> {
  const { progress, now } = request
  try {
    return await step(
      progress,
      'build',
      async () => {
        const text = (await readText(directory, path, limits.written, 'SOURCE')) ?? ''
        const line = `${comment} ${name} ${now.toISOString()}`
        const changed = directory.withNewFile(path, `${text.replace(/\n?$/, '\n')}${line}\n`)
        const source = await readSource({ ...request, directory: changed })
        const prepared = await prepareBuild(source, request)
        const { dockerfile, policy, labels, epoch } = source
        if (prepared === undefined || dockerfile === undefined)
          throw new TypeError('a repaired source has a Dockerfile')
        const { preparation } = prepared
        const { buildSecrets: secrets, ssh } = request
        return timeBuild(
          { directory: changed, dockerfile, preparation, policy, secrets, ssh, labels, epoch },
          source.platforms[0],
        )
      },
      { of: `rebuild ${name}`, said: (seconds) => `${seconds.toFixed(1)} s after a line of ${path} changed` },
    )
  } catch (error) {
    if (error instanceof DeliveryError && /^(BUILD|BUILD_STEP)$/.test(error.code)) return undefined
    throw error
  }
}
