import { z } from 'zod'
import { ProcessExit, Runtime } from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

const measured = Runtime.shape

/** The output of `sandbox run`, version 1. */
const Report = z.strictObject({
  schemaVersion: z.literal(1),
  runtime: z.string(),
  outcome: z.enum(['ready', 'exited', 'not-ready', 'not-started', 'refused']),
  reason: z.string(),
  user: z.string(),
  probe: z.string(),
  readySeconds: measured.readySeconds,
  exit: ProcessExit.optional(),
  peakMemory: measured.peakMemory,
  outOfMemory: measured.outOfMemory,
  refusedWrites: measured.refusedWrites,
  refusedCalls: measured.refusedCalls,
  calls: measured.calls,
  usedTmpfs: measured.usedTmpfs,
  listens: measured.listens,
  stop: measured.stop,
  output: measured.output,
})

/**
 * Reads the JSON of `sandbox run`. Throws `TOOL` if it is empty, truncated, of a different form, or reports readiness without a time.
 */
export function parseRun(stdout: string, limits: Runtime['limits']): Runtime {
  const form = Report.refine(
    ({ outcome, readySeconds, stop, calls }) =>
      outcome !== 'ready' || (readySeconds !== undefined && stop !== undefined && calls.length > 0),
    'an image that was ready has a time, system calls and a stop',
  )
  const { schemaVersion: _, runtime: madeBy, ...run } = readJson('sandbox', stdout, form)
  return { ...run, madeBy, limits }
}

/** The output of `sandbox tests`, version 1. */
const CommandRun = z.strictObject({
  schemaVersion: z.literal(1),
  judge: z.strictObject({ exitCode: z.int(), stdout: z.string(), stderr: z.string() }),
  faults: z.array(z.strictObject({ test: z.int().min(0), reason: z.string().min(1) })),
})

/**
 * Reads the JSON of `sandbox tests`: the judge's output, and which tests prove nothing whatever it reports. Throws `TOOL`.
 */
export function parseCommandRun(stdout: string): {
  judged: { stdout: string; stderr: string }
  faults: ReadonlyMap<number, string>
} {
  const { judge, faults } = readJson('sandbox', stdout, CommandRun)
  return { judged: judge, faults: new Map(faults.map(({ test, reason }) => [test, reason])) }
}
