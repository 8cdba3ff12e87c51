import { z } from 'zod'
import { SecretFinding } from './finding.ts'

const count = z.int().min(0)

/**
 * Why a credential is public anyway: its value says that it is an example; a system package published the file
 * unchanged; an installer of application packages recorded the file unchanged; it is a key or similar among a package's
 * tests, documents and examples. The rule accepts the last two only for files that the application did not add itself.
 */
export const knownBecause = ['example-value', 'published-file', 'installed-file', 'package-tests'] as const

/** Why the search could not look into something. `too-deep` and `too-much` are its own limits, against archives made to exhaust it. */
export const unreadBecause = ['encrypted', 'unknown-format', 'damaged', 'key-store', 'too-deep', 'too-much'] as const

/** What was searched for credentials, and what was not: a search that does not state its limits is not evidence. */
export const SecretSearch = z.strictObject({
  /** Files in all layers, including those that a later one hides or removes. */
  files: count,
  /** Their size, unpacked. */
  bytes: count,
  /** What looks like a credential but is nobody's secret. `by` is the package that published the file. */
  known: z.array(SecretFinding.extend({ because: z.enum(knownBecause), by: z.string().optional() })),
  /** What was not searched, by reason: how many files, and how many bytes as stored. At most 20 paths each. */
  notLookedAt: z.array(
    z.strictObject({ because: z.enum(unreadBecause), files: count, bytes: count, paths: z.array(z.string()) }),
  ),
})
export type SecretSearch = z.infer<typeof SecretSearch>

/** Credentials in the files of every layer, in their metadata, and in the image's documents. */
export const Secrets = z.strictObject({
  findings: z.array(SecretFinding),
  /** Absent in verdicts from before it was recorded. */
  search: SecretSearch.optional(),
})
export type Secrets = z.infer<typeof Secrets>
