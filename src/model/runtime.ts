import { z } from 'zod'

const seconds = z.number().min(0)
const count = z.int().min(1)

/** How a process ended: its exit code, 128 and the number of the signal that killed it. */
export const ProcessExit = z.strictObject({ code: z.int().min(0), signal: z.string().optional() })
export type ProcessExit = z.infer<typeof ProcessExit>

/**
 * `ready`: it was, and was still when it was asked to stop; `exited`: it ended before; `not-ready`: it ran and was not ready in time;
 * `not-started`: there is nothing to start, or nobody could say when it is ready; `refused`: production would not start it; `not-run`: this engine cannot run it; `not-asked`: the policy does not want it run.
 */
const runtimeOutcomes = ['ready', 'exited', 'not-ready', 'not-started', 'refused', 'not-run', 'not-asked'] as const

/** What the image did when it was started as production would: no root, a read-only root, no capabilities, a seccomp profile, limits, and a network with its declared services alone. */
export const Runtime = z.strictObject({
  outcome: z.enum(runtimeOutcomes),
  /** Why it is not ready; empty where it is. */
  reason: z.string(),
  /** What made the container, e.g. `crun version 1.8.1`; empty where none was made. */
  madeBy: z.string(),
  /** Numeric user and group. */
  user: z.string(),
  /** How it was asked whether it is ready. */
  probe: z.string(),
  /** Under which limits it ran, from the policy. Sizes are bytes. */
  limits: z.strictObject({
    memory: z.int(),
    pids: z.int(),
    cpus: z.number(),
    tmpfs: z.array(z.string()),
    seccomp: z.string(),
    services: z.array(z.string()),
  }),
  /** From the start to the first answer that says ready, measured while every system call was followed. */
  readySeconds: seconds.optional(),
  /** Where it ended by itself. */
  exit: ProcessExit.optional(),
  /** Most bytes at one time that the kernel cannot take back: anonymous and shared memory. */
  peakMemory: z.int().min(0),
  /** How often the kernel ended a process for want of memory. */
  outOfMemory: z.int().min(0),
  refusedWrites: z.array(
    z.strictObject({ path: z.string(), why: z.enum(['read-only', 'permission']), call: z.string(), count }),
  ),
  /** System calls that the seccomp profile refused. */
  refusedCalls: z.array(z.strictObject({ name: z.string(), count })),
  /** Every system call that was made, health check included. */
  calls: z.array(z.string()),
  /** Which of the directories that can be written to were. */
  usedTmpfs: z.array(z.string()),
  /** Addresses on which it listened when it was ready. */
  listens: z.array(z.string()),
  stop: z.strictObject({ signal: z.string(), seconds, exit: ProcessExit, forced: z.boolean() }).optional(),
  /** Last lines of its output, without the values of its environment variables. */
  output: z.array(z.string()),
})
export type Runtime = z.infer<typeof Runtime>
