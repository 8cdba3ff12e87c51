import { z } from 'zod'

const seconds = z.number().min(0)
const count = z.int().min(1)

/** How a process ended: its exit code, or 128 plus the number of the signal that killed it. */
export const ProcessExit = z.strictObject({ code: z.int().min(0), signal: z.string().optional() })
export type ProcessExit = z.infer<typeof ProcessExit>

/**
 * `ready`: it was ready, and still so when asked to stop; `exited`: it ended before that; `not-ready`: it ran but was
 * not ready in time; `not-started`: there is nothing to start, or no way to tell when it is ready; `refused`:
 * production would not start it; `not-run`: this engine cannot run it; `not-asked`: the policy does not require a run.
 */
const runtimeOutcomes = ['ready', 'exited', 'not-ready', 'not-started', 'refused', 'not-run', 'not-asked'] as const

/**
 * How the image behaved when started as in production: no root, a read-only root, no capabilities, a seccomp profile,
 * limits, and a network with only its declared services.
 */
export const Runtime = z.strictObject({
  outcome: z.enum(runtimeOutcomes),
  /** Why it is not ready; empty if it is. */
  reason: z.string(),
  /** What made the container, e.g. `crun version 1.8.1`; empty if none was made. */
  madeBy: z.string(),
  /** Numeric user and group. */
  user: z.string(),
  /** How its readiness was checked. */
  probe: z.string(),
  /** The limits under which it ran, from the policy. Sizes are in bytes. */
  limits: z.strictObject({
    memory: z.int(),
    pids: z.int(),
    cpus: z.number(),
    tmpfs: z.array(z.string()),
    seccomp: z.string(),
    services: z.array(z.string()),
  }),
  /** From the start to the first response that says ready, measured while tracing every system call. */
  readySeconds: seconds.optional(),
  /** Set if it ended by itself. */
  exit: ProcessExit.optional(),
  /** Peak of the memory that the kernel cannot reclaim, in bytes: anonymous and shared memory. */
  peakMemory: z.int().min(0),
  /** How often the kernel killed a process for lack of memory. */
  outOfMemory: z.int().min(0),
  refusedWrites: z.array(
    z.strictObject({ path: z.string(), why: z.enum(['read-only', 'permission']), call: z.string(), count }),
  ),
  /** System calls that the seccomp profile refused. */
  refusedCalls: z.array(z.strictObject({ name: z.string(), count })),
  /** Every system call made, including by the health check. */
  calls: z.array(z.string()),
  /** The writable directories that were written to. */
  usedTmpfs: z.array(z.string()),
  /** Addresses on which it was listening when ready. */
  listens: z.array(z.string()),
  stop: z.strictObject({ signal: z.string(), seconds, exit: ProcessExit, forced: z.boolean() }).optional(),
  /** Last lines of its output, without the values of its environment variables. */
  output: z.array(z.string()),
  /** Set if an earlier run of these bytes under these conditions was taken over: when it was started, and on which kernel. */
  reused: z.strictObject({ startedAt: z.iso.datetime(), kernel: z.string().min(1) }).optional(),
})
export type Runtime = z.infer<typeof Runtime>
