import type { Directory } from '@dagger.io/dagger'
import { step } from '../src/engine/progress.ts'
import { readText } from '../src/engine/read-text.ts'
import { DeliveryError } from '../src/model/errors.ts'
import { limits } from '../src/model/limits.ts'
import type { ChangedLine } from '../src/repair/index.ts'
import { timeBuild } from '../src/stages/build/build.ts'
import { readSource } from '../src/stages/source/source.ts'
import { prepareBuild } from './prepare-build.ts'
import type { Request } from './request.ts'

/**
 * Seconds to build a source again after one changed line, on an engine that has just built it unchanged; without the
 * export of the image. `name` says whose rebuild it is: each one changes another line, so that none uses what another
 * has built. Undefined if it does not build.
 */
export async function rebuildSeconds(
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
