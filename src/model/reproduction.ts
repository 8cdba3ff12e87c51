import { z } from 'zod'
import { Digest } from './digest.ts'

/** What a second build of the same source gave, without anything that the first one left: the same image, or what differs first. */
export const Reproduction = z.strictObject({
  first: Digest,
  second: Digest,
  /** How much differs in the first layer that does; at most twenty are listed. */
  count: z.int().min(0),
  differences: z.array(
    z.strictObject({
      /** Counted from 1; 0 is the configuration. */
      layer: z.int().min(0),
      createdBy: z.string(),
      /** A file of the layer, or a field of the configuration. */
      path: z.string(),
      what: z.enum(['content', 'attributes', 'only in the first', 'only in the second', 'order']),
    }),
  ),
})
export type Reproduction = z.infer<typeof Reproduction>
