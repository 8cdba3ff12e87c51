import { z } from 'zod'
import { ToolIdentity } from './tool.ts'

/** Evidence that could not be had. It is never read as "no findings": the gate makes a violation of it. */
export const Undecided = z.strictObject({
  status: z.literal('undecided'),
  /** What the collector was asked to find out. */
  wanted: z.string(),
  /** What it met instead. */
  found: z.string(),
  /** What a person can do about it. */
  remedy: z.string(),
  tool: ToolIdentity.optional(),
})
export type Undecided = z.infer<typeof Undecided>

/** What every collector returns: evidence with the tool that gave it, or the reason why there is none. */
export type Collected<T> = { status: 'collected'; tool: ToolIdentity; value: T } | Undecided

/** The schema of a collector's result around the schema of its value. */
export function collected<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('collected'), tool: ToolIdentity, value }),
    Undecided,
  ])
}

/** Evidence that there cannot be, because what it is about does not exist. Neither missing nor good: the rule `dockerfile` judges that there is none, and no rule that rests on it is asked. */
export const NotApplicable = z.strictObject({ status: z.literal('not-applicable'), reason: z.string() })
export type NotApplicable = z.infer<typeof NotApplicable>

/** The schema of evidence about the Dockerfile: for an image that was given as it is there may be none. */
export function collectedOrNone<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('collected'), tool: ToolIdentity, value }),
    Undecided,
    NotApplicable,
  ])
}

/** Says that evidence could not be had. */
export function undecided(reason: Omit<Undecided, 'status'>): Undecided {
  return { status: 'undecided', ...reason }
}
