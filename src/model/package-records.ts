import { z } from 'zod'
import { Digest } from './digest.ts'

const count = z.int().min(0)

/** A distribution's package database: dpkg, apk or rpm. */
const RecordDatabase = z.strictObject({ name: z.enum(['dpkg', 'apk', 'rpm']), packages: count })

/**
 * What an image records about its distribution, compared with what its own lower layers recorded: a scanner trusts the
 * image's final records, and an image without records scans as clean. A list holds at most 1000 entries; the count
 * beside it is exact.
 */
export const PackageRecords = z.strictObject({
  databases: z.array(RecordDatabase),
  /** Databases that exist but cannot be read. */
  unreadable: z.array(z.string()),
  /**
   * What the layers say about the distribution, where it changes. `byPackage`: the package that owns the file changed
   * with it. An empty ID: os-release was removed.
   */
  systems: z.array(z.strictObject({ layer: Digest, id: z.string(), versionId: z.string(), byPackage: z.boolean() })),
  goneCount: count,
  /**
   * Packages that a layer records but the image does not, although some of their files remain. `layer` is the first without
   * the record; no files: their list is gone too.
   */
  gone: z.array(
    z.strictObject({
      database: z.string(),
      name: z.string(),
      version: z.string(),
      layer: Digest,
      files: count,
      example: z.string(),
    }),
  ),
  changedCount: count,
  /** Packages whose record was rewritten, although none of their files was. */
  changed: z.array(
    z.strictObject({ database: z.string(), name: z.string(), from: z.string(), to: z.string(), layer: Digest }),
  ),
  unownedCount: count,
  /** Native programs and libraries in system directories that no package owns. */
  unowned: z.array(z.strictObject({ path: z.string(), bytes: count })),
  /** Packages recorded without a list of their files: what they own is unknown. */
  listsMissing: count,
  /** Packages whose version identifies the distribution's release, e.g. Debian's base-files. */
  releases: z.array(z.strictObject({ name: z.string(), version: z.string() })),
})
export type PackageRecords = z.infer<typeof PackageRecords>
