import { z } from 'zod'
import { Size } from './evidence.ts'
import { Platform } from './platform.ts'
import { Severity } from './severity.ts'

/** A violation that an earlier verdict had, by what identifies it there and in a later one. */
export const EarlierFinding = z.strictObject({
  rule: z.string(),
  id: z.string(),
  subject: z.string(),
  severity: Severity,
  platform: Platform.optional(),
  /** Path of its location: a second copy of a package is a second finding. */
  path: z.string().optional(),
  /** When the first verdict in the chain with this violation was judged, UTC. */
  since: z.iso.datetime(),
})
export type EarlierFinding = z.infer<typeof EarlierFinding>

/** The size of an earlier image, as far as a later one is compared with it. */
export const EarlierSize = Size.pick({ unpacked: true, layers: true, largest: true }).extend({ platform: Platform })
export type EarlierSize = z.infer<typeof EarlierSize>

/** What a verdict makes known to later ones. */
export const MadeKnown = z.strictObject({ findings: z.array(EarlierFinding), sizes: z.array(EarlierSize) })
export type MadeKnown = z.infer<typeof MadeKnown>
