import { z } from 'zod'

/** What the machine was and did during a run. */
export const Machine = z.strictObject({
  cores: z.int(),
  processor: z.string(),
  memoryGiB: z.number(),
  /** Seconds that one core takes to compress a fixed 16 MiB, before anything else: how fast this machine is today. */
  speed: z.number(),
  /** Average number of processes that wanted a core in the last minute, at both ends of the run. */
  load: z.strictObject({ start: z.number(), end: z.number() }),
  /** Share of the cores' time that was used, and that the host kept for others, from 0 to 1; undefined where the system does not tell. */
  busy: z.number().optional(),
  stolen: z.number().optional(),
})
export type Machine = z.infer<typeof Machine>

/** One step of the set-up, or one compilation that a test waited for. */
export const TimedStep = z.strictObject({
  name: z.string(),
  kind: z.enum(['compiling', 'downloading', 'other']),
  seconds: z.number(),
  /** Nothing had to be made. */
  cached: z.boolean(),
  /** The test file that waited for it; undefined in the set-up. */
  file: z.string().optional(),
})
export type TimedStep = z.infer<typeof TimedStep>

export const TimedTest = z.strictObject({ file: z.string(), title: z.string(), seconds: z.number() })
export type TimedTest = z.infer<typeof TimedTest>

export const TimedFile = z.strictObject({
  file: z.string(),
  project: z.string(),
  /** From the moment it was begun until its last test ended, imports included. */
  seconds: z.number(),
  tests: z.int(),
  failed: z.int(),
})
export type TimedFile = z.infer<typeof TimedFile>

/** What the runner says of a run: written by the reporter, read when it has ended. */
export const TestRecord = z.strictObject({
  files: z.array(TimedFile),
  slowest: z.array(TimedTest),
  passed: z.int(),
  failed: z.int(),
  /** Tests that did not run. What was not checked has not passed. */
  skipped: z.int(),
  /** Errors outside of any test. */
  errors: z.int(),
})
export type TestRecord = z.infer<typeof TestRecord>

/** Where the time of one run went, as `npm test` writes it into `test-report/`. Durations are seconds. */
export const Timing = z.strictObject({
  version: z.literal(1),
  tier: z.enum(['everyday', 'exhaustive']),
  /** Not only some files of it. */
  whole: z.boolean(),
  started: z.iso.datetime(),
  seconds: z.number(),
  commit: z.string().optional(),
  machine: Machine,
  setUpSeconds: z.number(),
  steps: z.array(TimedStep),
  ...TestRecord.shape,
})
export type Timing = z.infer<typeof Timing>

/** How many tests failed: those that did not run among them, and at least one where nothing ran or something else went wrong. */
export function failuresOf({ passed, failed, skipped, errors }: TestRecord): number {
  const counted = failed + skipped
  return counted === 0 && (errors > 0 || passed === 0) ? 1 : counted
}
