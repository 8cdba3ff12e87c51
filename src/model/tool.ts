import { z } from 'zod'

/** The exact tool that produced a piece of evidence. */
export const ToolIdentity = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** The image it ran from, with its digest. */
  reference: z.string(),
})
export type ToolIdentity = z.infer<typeof ToolIdentity>
