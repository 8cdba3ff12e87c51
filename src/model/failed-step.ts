import { z } from 'zod'

/** The instruction of a Dockerfile at which a build ended. */
export const FailedStep = z.strictObject({
  /** Path of the Dockerfile below the source. */
  path: z.string(),
  /** Absent where no instruction, or more than one, can have been it. */
  line: z.int().min(1).optional(),
  /** The instruction as it is written, in one line. */
  instruction: z.string(),
  /** Of the process that the instruction started; absent where it started none. */
  exitCode: z.int().optional(),
  /** The last lines of what it printed. */
  output: z.array(z.string()),
})
export type FailedStep = z.infer<typeof FailedStep>
