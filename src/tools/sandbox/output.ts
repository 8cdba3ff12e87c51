import { z } from 'zod'
import { ProcessExit, Runtime } from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

const measured = Runtime.shape
const moment = z.iso.datetime()

/** What an image answered to a request, as an HTTP status. */
const Answered = z.strictObject({
  port: z.int().min(1).max(65_535),
  path: z.string(),
  status: z.int().min(100).max(999),
})
export type Answered = z.infer<typeof Answered>

/** The output of `sandbox run`, version 1. */
const Report = z.strictObject({
  schemaVersion: z.literal(1),
  runtime: z.string(),
  startedAt: moment.optional(),
  kernel: z.string().min(1).optional(),
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
  answers: z.array(Answered).optional(),
  stop: measured.stop,
  output: measured.output,
})

/** When a run was started, by the clock of the engine's machine, and on which kernel. */
export interface Place {
  at: Date
  kernel: string
}

/**
 * Reads the JSON of `sandbox run`. Throws `TOOL` if it is empty, truncated, of a different form, or reports readiness without a time. A run
 * of a program before 1.3.0 has no place, and cannot be reused.
 */
export function parseRun(
  stdout: string,
  limits: Runtime['limits'],
): { run: Runtime; place: Place | undefined; answers: readonly Answered[] } {
  const form = Report.refine(
    ({ outcome, readySeconds, stop, calls }) =>
      outcome !== 'ready' || (readySeconds !== undefined && stop !== undefined && calls.length > 0),
    'an image that was ready has a time, system calls and a stop',
  )
  const {
    schemaVersion: _,
    runtime: madeBy,
    startedAt,
    kernel,
    answers = [],
    ...run
  } = readJson('sandbox', stdout, form)
  const place = startedAt === undefined || kernel === undefined ? undefined : { at: new Date(startedAt), kernel }
  return { run: { ...run, madeBy, limits }, place, answers }
}

const Here = z.strictObject({ schemaVersion: z.literal(1), kernel: z.string().min(1), at: moment })

/** Reads the JSON of `sandbox here`. Throws `TOOL`. */
export function parseHere(stdout: string): Place {
  const { kernel, at } = readJson('sandbox', stdout, Here)
  return { kernel, at: new Date(at) }
}

const Emulation = z.strictObject({ schemaVersion: z.literal(1), runs: z.boolean() })

/** Reads the JSON of `sandbox emulates`: whether programs of the architecture run. Throws `TOOL`. */
export function parseEmulation(stdout: string): boolean {
  return readJson('sandbox', stdout, Emulation).runs
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
