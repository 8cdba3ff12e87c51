import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readJson } from '../../model/read-json.ts'
import type { Order } from './command.ts'

const CommandRun = z.strictObject({ exitCode: z.int().min(0), stdout: z.string(), stderr: z.string() })

/** How one command ended, and what it printed. */
export type CommandRun = z.infer<typeof CommandRun>

const Report = z.strictObject({ schemaVersion: z.literal(1), runs: z.array(CommandRun).min(1) })

/** Exit codes from here on stand for the signal that terminated a process: it gave no answer. */
const firstOfSignals = 128

/**
 * Reads `batch`'s report on so many commands, in order: for a sequence, those up to the first that failed. Throws
 * `TOOL` if the report is incomplete or about a different number of commands, or if one of them was killed.
 */
export function parseBatch(stdout: string, order: Order, commands: number): CommandRun[] {
  const { runs } = readJson('batch', stdout, Report)
  const failed = runs.findIndex(({ exitCode }) => exitCode !== 0)
  const expected = order === 'sequence' && failed >= 0 ? Math.min(failed + 1, commands) : commands
  if (runs.length !== expected) {
    throw new DeliveryError(
      'TOOL',
      `expected batch to report ${expected} of ${commands} commands, found ${runs.length}`,
      "Report this as a bug in Loadline, with the lock file's version.",
    )
  }
  const killed = runs.find(({ exitCode }) => exitCode >= firstOfSignals)
  if (killed !== undefined) {
    throw new DeliveryError(
      'TOOL',
      `a program was terminated by a signal (exit ${killed.exitCode})`,
      'Give the engine more memory, and run again.',
    )
  }
  return runs
}
