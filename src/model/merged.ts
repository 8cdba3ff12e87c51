import { z } from 'zod'
import { Digest } from './digest.ts'
import { Platform } from './platform.ts'

/** One service of a merged verdict. */
export const MergedPart = z.strictObject({
  /** Its name, from its policy or its directory. */
  name: z.string(),
  /**
   * `missing`: expected, but no document was given; `unexpected`: not declared as part of this release. Others are the
   * outcome of its own run.
   */
  state: z.enum(['passed', 'rejected', 'undecided', 'broken', 'missing', 'unexpected']),
  /** A one-sentence summary. */
  said: z.string(),
  /** The digest of its verdict.json. */
  document: Digest.optional(),
  /** When it was judged, UTC. */
  judgedAt: z.iso.datetime().optional(),
  images: z.array(z.strictObject({ platform: Platform, digest: Digest })),
  policy: Digest.optional(),
  /** Where it was published. */
  release: z.strictObject({ reference: z.string(), digest: Digest }).optional(),
})
export type MergedPart = z.infer<typeof MergedPart>

/** One verdict over the services of a repository, each judged separately, perhaps on a different machine. */
export const Merged = z.strictObject({
  schemaVersion: z.literal('loadline.merged/v1'),
  /**
   * `passed`: every expected part is present and passed, and they fit together. `undecided`: no part says no, but one
   * did not reach a verdict.
   */
  outcome: z.enum(['passed', 'rejected', 'undecided']),
  mergedAt: z.iso.datetime(),
  /** The commit that all parts were built from; absent if they are not in a repository, disagree, or one has uncommitted changes. */
  revision: z.string().optional(),
  parts: z.array(MergedPart),
  /** Why the parts do not fit together, e.g. different commits. */
  faults: z.array(z.string()),
})
export type Merged = z.infer<typeof Merged>
