import type { Platform } from '../src/model/index.ts'
import { pinBases } from '../src/stages/build/pin-bases.ts'
import { buildArchive, type BuiltArchive } from '../src/stages/build/build.ts'
import type { ImageOrigin } from '../src/stages/evidence/base.ts'
import { openDatabase } from '../src/stages/evidence/database.ts'
import type { CollectRequest } from '../src/stages/evidence/index.ts'
import { openImage } from '../src/stages/build/existing-image.ts'
import type { Source } from '../src/stages/source/source.ts'
import type { Request } from './request.ts'

/** How the image of one platform comes about, and what is known of where it comes from. */
interface Making {
  archive(platform: Platform): Promise<BuiltArchive>
  origin: ImageOrigin | undefined
}

/**
 * Pins a source's bases once for all platforms, or opens the image that was given in place of a build, and gives what makes the archive of one platform, with all that its collectors need.
 * The database is opened beside it and not waited for. Throws `LOCK`, and `SOURCE` for an image that cannot be read; each build throws `BUILD`.
 */
export async function startBuild(
  source: Source,
  request: Request,
): Promise<(platform: Platform, sbomDirectory: string) => Promise<CollectRequest>> {
  const { lock } = request
  const {
    policy,
    structureTests,
    seccomp,
    subject: { name },
  } = source
  const database = openDatabase(request.database, policy, lock)
  database.catch(() => undefined) // said by the collector that needs it
  const { archive, origin } =
    source.image === undefined
      ? await fromDockerfile(source, request)
      : { archive: await openImage(source.image, lock), origin: besideImage(source, request) }
  return async (platform, sbomDirectory) => ({
    built: await archive(platform),
    name,
    origin,
    structureTests,
    policy,
    seccomp,
    sbomDirectory,
    database,
    lock,
  })
}

async function fromDockerfile(
  { directory, dockerfile, images, policy, labels }: Source,
  { buildSecrets: secrets, cacheScope, lock }: Request,
): Promise<Making> {
  if (dockerfile === undefined) throw new TypeError('a source without an image has a Dockerfile')
  const bases = await pinBases({ ...dockerfile, images }, lock)
  const pinned = { path: dockerfile.path, text: bases.dockerfile }
  return {
    archive: (platform) =>
      buildArchive({ directory, dockerfile: pinned, policy, secrets, cacheScope, labels }, platform, lock),
    origin: { dockerfile, bases: async () => bases.images, built: true },
  }
}

function besideImage({ dockerfile, images }: Source, { lock }: Request): ImageOrigin | undefined {
  return dockerfile === undefined
    ? undefined
    : { dockerfile, bases: async () => (await pinBases({ ...dockerfile, images }, lock)).images, built: false }
}
