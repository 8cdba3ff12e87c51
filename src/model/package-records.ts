import { z } from 'zod'
import { Digest } from './digest.ts'

const count = z.int().min(0)

/** A package database of a distribution: dpkg, apk or rpm. */
const RecordDatabase = z.strictObject({ name: z.enum(['dpkg', 'apk', 'rpm']), packages: count })

/**
 * What an image records of its distribution, held against what its own layers recorded before: a scanner believes the records of the whole image, and an image whose records are gone scans as clean.
 * A list holds at most 1000 entries; the count beside it is exact.
 */
export const PackageRecords = z.strictObject({
  databases: z.array(RecordDatabase),
  /** Databases that are there and cannot be read. */
  unreadable: z.array(z.string()),
  /** What the layers say of the distribution, where it changes. `byPackage`: the package that owns the file changed with it. An empty id: there is no os-release any more. */
  systems: z.array(z.strictObject({ layer: Digest, id: z.string(), versionId: z.string(), byPackage: z.boolean() })),
  goneCount: count,
  /** Packages that a layer records and the image does not, although files of theirs are there. `layer` is the first without the record; no files: the list of them is gone too. */
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
  /** Packages whose record was written anew, although none of their files was. */
  changed: z.array(
    z.strictObject({ database: z.string(), name: z.string(), from: z.string(), to: z.string(), layer: Digest }),
  ),
  unownedCount: count,
  /** Programs and libraries in machine code, in directories of the system, that no package owns. */
  unowned: z.array(z.strictObject({ path: z.string(), bytes: count })),
  /** Packages that are recorded without a list of their files: what they own is not known. */
  listsMissing: count,
  /** Packages whose version says which release of the distribution it is, e.g. Debian's base-files. */
  releases: z.array(z.strictObject({ name: z.string(), version: z.string() })),
})
export type PackageRecords = z.infer<typeof PackageRecords>
