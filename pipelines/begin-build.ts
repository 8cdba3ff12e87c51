import { randomInt } from 'node:crypto'
import type { Platform } from '../src/model/index.ts'
import { parseDuration } from '../src/model/units.ts'
import { buildArchive, type BuiltArchive } from '../src/stages/build/build.ts'
import { openImage } from '../src/stages/build/existing-image.ts'
import type { ImageOrigin } from '../src/stages/evidence/base.ts'
import { openDatabase } from '../src/stages/evidence/database.ts'
import type { CollectableImage } from '../src/stages/evidence/index.ts'
import type { Source } from '../src/stages/source/source.ts'
import type { DockerfilePreparation } from '../src/tools/dockerfile/output.ts'
import { prepareBuild, type Prepared } from './prepare-build.ts'
import type { Request } from './request.ts'
import { begun } from '../src/engine/begun.ts'

/** The build of a source's images. All its preparations have been started; each method waits for what it returns. */
export interface Build {
  /** Waits until images can be made. Throws what preparing the Dockerfile throws, and `SOURCE` for a given image that cannot be read. */
  ready(): Promise<void>
  /** The results of BuildKit's checks for the Dockerfile; none if there is no Dockerfile. */
  checks(): Promise<DockerfilePreparation['checks']>
  /** Builds the image of one platform, or reads it from the image given instead of a build. Throws `BUILD`. */
  image(platform: Platform): Promise<CollectableImage>
  /** Builds that of one platform again, without what earlier builds left. Undefined unless the policy asks for it and something is built. */
  again: ((platform: Platform) => Promise<BuiltArchive>) | undefined
}

/** How an image is made, and what is known about its origin. */
interface Making {
  archive(platform: Platform): Promise<BuiltArchive>
  origin: ImageOrigin | undefined
}

/** Starts, in parallel, to prepare the Dockerfile, to open an image given instead of a build, and to open the vulnerability database. */
export function beginBuild(source: Source, request: Request): Build {
  const { lock } = request
  const database = begun(openDatabase(request.database, source.policy, lock))
  const prepared = begun(prepareBuild(source, request))
  const making = begun(
    source.image === undefined
      ? fromDockerfile(source, request, prepared)
      : openImage(source.image, lock).then((archive) => ({ archive, origin: besideImage(source, prepared) })),
  )
  let second: Promise<Making> | undefined
  return {
    ready: async () => void (await making),
    checks: async () => (await prepared)?.preparation.checks ?? [],
    async image(platform) {
      const { archive, origin } = await making
      return { built: await archive(platform), source, origin, database, lock, ...reuseOf(source, request) }
    },
    again:
      source.image !== undefined || source.policy.build.reproducible !== 'verify'
        ? undefined
        : async (platform) => (await (second ??= makeAgain(source, request))).archive(platform),
  }
}

/** When an earlier run of an image may count: never, unless the policy says otherwise. */
function reuseOf(
  { policy: { runtime } }: Source,
  { now, mayReuse = async () => true }: Request,
): Pick<CollectableImage, 'reuse'> {
  const within = runtime.reuse === undefined ? 0 : parseDuration(runtime.reuse)
  return within === 0 ? {} : { reuse: { within, now, mayReuse } }
}

/** A build that takes nothing from the engine's caches. */
function makeAgain(source: Source, request: Request): Promise<Making> {
  return fromDockerfile(source, request, prepareBuild(source, request, randomInt(1, 2 ** 32)))
}

async function fromDockerfile(
  { directory, dockerfile, policy, labels, epoch }: Source,
  { buildSecrets: secrets, ssh, lock }: Request,
  prepared: Promise<Prepared | undefined>,
): Promise<Making> {
  const ready = await prepared
  if (dockerfile === undefined || ready === undefined) throw new TypeError('a source without an image has a Dockerfile')
  const { bases, preparation } = ready
  return {
    archive: (platform) =>
      buildArchive({ directory, dockerfile, preparation, policy, secrets, ssh, labels, epoch }, platform, lock),
    origin: { reading: dockerfile.reading, bases: async (platform) => bases.images(platform), built: true },
  }
}

function besideImage({ dockerfile }: Source, prepared: Promise<Prepared | undefined>): ImageOrigin | undefined {
  return dockerfile === undefined
    ? undefined
    : {
        reading: dockerfile.reading,
        bases: async (platform) => (await prepared)?.bases.images(platform) ?? [],
        built: false,
      }
}
