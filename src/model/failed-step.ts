import { z } from 'zod'

/** The Dockerfile instruction at which a build failed. */
export const FailedStep = z.strictObject({
  /** Path of the Dockerfile below the source. */
  path: z.string(),
  /** Absent unless exactly one instruction can have been it. */
  line: z.int().min(1).optional(),
  /** The instruction as written, on one line. */
  instruction: z.string(),
  /** Of the process that the instruction started; absent if it started none. */
  exitCode: z.int().optional(),
  /** The last lines of what it printed. */
  output: z.array(z.string()),
})
export type FailedStep = z.infer<typeof FailedStep>
