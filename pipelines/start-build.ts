import type { Platform } from '../src/model/index.ts'
import { pinBases } from '../src/stages/base.ts'
import { buildArchive } from '../src/stages/build.ts'
import { openDatabase } from '../src/stages/evidence/database.ts'
import type { CollectRequest } from '../src/stages/evidence/index.ts'
import type { Source } from '../src/stages/source.ts'
import type { Request } from './build-and-scan.ts'

/**
 * Pins a source's bases once for all platforms, and gives what builds one of them: the archive, with all that its collectors need.
 * The database is opened beside it and not waited for. Throws `LOCK`; each build throws `BUILD`.
 */
export async function startBuild(source: Source, { database: given, buildSecrets: secrets, cacheScope, lock }: Request): Promise<(platform: Platform, sbomDirectory: string) => Promise<CollectRequest>> {
  const { policy, directory, labels, structureTests, seccomp, subject: { name } } = source
  const database = openDatabase(given, policy, lock)
  database.catch(() => undefined) // said by the collector that needs it
  const bases = await pinBases({ ...source.dockerfile, images: source.images }, lock)
  const dockerfile = { path: source.dockerfile.path, text: bases.dockerfile }
  return async (platform, sbomDirectory) => {
    const built = await buildArchive({ directory, dockerfile, policy, secrets, cacheScope, labels }, platform, lock)
    return { built, name, bases: bases.images, dockerfile: source.dockerfile, structureTests, policy, seccomp, sbomDirectory, database, lock }
  }
}
