import { z } from 'zod'
import { ToolIdentity } from './tool.ts'

/** Evidence that could not be collected. It never means "no findings": the gate turns it into a violation. */
export const Undecided = z.strictObject({
  status: z.literal('undecided'),
  /** What the collector expected. */
  wanted: z.string(),
  /** What it found instead. */
  found: z.string(),
  /** What to do about it. */
  remedy: z.string(),
  tool: ToolIdentity.optional(),
})
export type Undecided = z.infer<typeof Undecided>

/** What every collector returns: evidence with the tool that produced it, or the reason why there is none. */
export type Collected<T> = { status: 'collected'; tool: ToolIdentity; value: T } | Undecided

/** The schema of a collector's result around the schema of its value. */
export function collected<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('collected'), tool: ToolIdentity, value }),
    Undecided,
  ])
}

/**
 * Evidence that cannot exist, because its subject does not. Neither missing nor good: the rule `dockerfile` judges its
 * absence, and rules that rest on it do not run.
 */
export const NotApplicable = z.strictObject({ status: z.literal('not-applicable'), reason: z.string() })
export type NotApplicable = z.infer<typeof NotApplicable>

/** The schema of evidence about the Dockerfile, which an existing image may lack. */
export function collectedOrNone<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('collected'), tool: ToolIdentity, value }),
    Undecided,
    NotApplicable,
  ])
}

/** Records that evidence could not be collected. */
export function undecided(reason: Omit<Undecided, 'status'>): Undecided {
  return { status: 'undecided', ...reason }
}
