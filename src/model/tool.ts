import { z } from 'zod'

/** Which tool gave a piece of evidence, exactly. */
export const ToolIdentity = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** The image it ran from, with its digest. */
  reference: z.string(),
})
export type ToolIdentity = z.infer<typeof ToolIdentity>
