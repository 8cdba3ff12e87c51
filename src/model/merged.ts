import { z } from 'zod'
import { Digest } from './digest.ts'
import { Platform } from './platform.ts'

/** One service of a merged verdict. */
export const MergedPart = z.strictObject({
  /** Its name, as its policy or its directory says it. */
  name: z.string(),
  /** `missing`: expected, and no document was given; `unexpected`: nobody said that it belongs to this release. Others are the outcome of its own run. */
  state: z.enum(['passed', 'rejected', 'undecided', 'broken', 'missing', 'unexpected']),
  /** What to know of it in one sentence. */
  said: z.string(),
  /** Of the bytes of its verdict.json. */
  document: Digest.optional(),
  /** When it was judged, UTC. */
  judgedAt: z.iso.datetime().optional(),
  images: z.array(z.strictObject({ platform: Platform, digest: Digest })),
  policy: Digest.optional(),
  /** Where it was published. */
  release: z.strictObject({ reference: z.string(), digest: Digest }).optional(),
})
export type MergedPart = z.infer<typeof MergedPart>

/** One verdict over the services of a repository, each judged by itself, maybe on another machine. */
export const Merged = z.strictObject({
  schemaVersion: z.literal('loadline.merged/v1'),
  /** `passed`: every expected part is there and passed, and nothing speaks against them together. `undecided`: no part says no, and one did not come to a verdict. */
  outcome: z.enum(['passed', 'rejected', 'undecided']),
  mergedAt: z.iso.datetime(),
  /** The commit that all parts were built from; absent where they are in no repository, do not agree, or one has changes that are in no commit. */
  revision: z.string().optional(),
  parts: z.array(MergedPart),
  /** What speaks against the parts together, e.g. that they are of different commits. */
  faults: z.array(z.string()),
})
export type Merged = z.infer<typeof Merged>
