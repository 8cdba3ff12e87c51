import type { Platform } from '../src/model/index.ts'
import { buildArchive, type BuiltArchive } from '../src/stages/build/build.ts'
import type { ImageOrigin } from '../src/stages/evidence/base.ts'
import { openDatabase } from '../src/stages/evidence/database.ts'
import type { CollectRequest } from '../src/stages/evidence/index.ts'
import { openImage } from '../src/stages/build/existing-image.ts'
import type { Source } from '../src/stages/source/source.ts'
import type { Prepared } from './prepare.ts'
import type { Request } from './request.ts'

/** How the image of one platform comes about, and what is known of where it comes from. */
interface Making {
  archive(platform: Platform): Promise<BuiltArchive>
  origin: ImageOrigin | undefined
}

/**
 * Waits for the prepared Dockerfile, or opens the image that was given in place of a build, and gives what makes the archive of one platform, with all that its collectors need.
 * The database is opened beside it and not waited for. Throws what the preparation throws, and `SOURCE` for an image that cannot be read; each build throws `BUILD`.
 */
export async function startBuild(
  source: Source,
  request: Request,
  prepared: Promise<Prepared | undefined>,
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
      ? await fromDockerfile(source, request, prepared)
      : { archive: await openImage(source.image, lock), origin: besideImage(source, prepared) }
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
  { directory, dockerfile, policy, labels }: Source,
  { buildSecrets: secrets, lock }: Request,
  prepared: Promise<Prepared | undefined>,
): Promise<Making> {
  const ready = await prepared
  if (dockerfile === undefined || ready === undefined) throw new TypeError('a source without an image has a Dockerfile')
  const { bases, preparation } = ready
  return {
    archive: (platform) =>
      buildArchive({ directory, dockerfile, preparation, policy, secrets, labels }, platform, lock),
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
