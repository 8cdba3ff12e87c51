import { z } from 'zod'
import { Digest } from './digest.ts'

/** What a second build of the same source gave, without anything that the first one left: the same image, or what differs. */
export const Reproduction = z.strictObject({
  first: Digest,
  second: Digest,
  /** How much differs in all layers, or in the documents if no layer does; at most twenty differences are listed. */
  count: z.int().min(0),
  differences: z.array(
    z.strictObject({
      /** Counted from 1; 0 is the configuration or the manifest. */
      layer: z.int().min(0),
      /** A file of the layer, or a field of the document; empty if the layer as a whole differs. */
      path: z.string(),
      /** What each of them has: `18 bytes, then 19 bytes`. */
      how: z.string().min(1),
    }),
  ),
})
export type Reproduction = z.infer<typeof Reproduction>
