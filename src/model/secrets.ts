import { z } from 'zod'
import { SecretFinding } from './finding.ts'

const count = z.int().min(0)

/** Why others know a credential anyway: its value says that it is an example; the package of a system published the file as it is; an installer of the application's packages recorded the file as it is; it is a key or the like among the tests, documents and examples of a package. The rule believes the last two only of files that the application did not bring itself. */
export const knownBecause = ['example-value', 'published-file', 'installed-file', 'package-tests'] as const

/** What keeps the search from looking into something. `too-deep` and `too-much` are its own limits, against archives made to exhaust it. */
export const unreadBecause = ['encrypted', 'unknown-format', 'damaged', 'key-store', 'too-deep', 'too-much'] as const

/** What was searched for credentials, and what was not: a search that says nothing of its limits is no evidence. */
export const SecretSearch = z.strictObject({
  /** Files of all layers, also those that a later one hides or removes. */
  files: count,
  /** Of these files, unpacked. */
  bytes: count,
  /** What looks like a credential and is no secret of anybody. `by` is the package that published the file. */
  known: z.array(SecretFinding.extend({ because: z.enum(knownBecause), by: z.string().optional() })),
  /** What was not looked at, by reason: how many files, and how many bytes as they are stored. At most 20 paths each. */
  notLookedAt: z.array(
    z.strictObject({ because: z.enum(unreadBecause), files: count, bytes: count, paths: z.array(z.string()) }),
  ),
})
export type SecretSearch = z.infer<typeof SecretSearch>

/** Credentials in the files of every layer, in what the layers say of them, and in the documents of the image. */
export const Secrets = z.strictObject({
  findings: z.array(SecretFinding),
  /** Absent in verdicts of before it was said. */
  search: SecretSearch.optional(),
})
export type Secrets = z.infer<typeof Secrets>
