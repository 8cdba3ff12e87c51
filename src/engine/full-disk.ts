import { DeliveryError, type ErrorCode } from '../model/errors.ts'
import { firstLine } from '../tools/lines.ts'
import { isFullDisk } from './pull-fault.ts'

/** Where it is not the engine's disk that is full: a registry's, or the one that takes the reports, whose errors say so. */
const elsewhere: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PUBLISH', 'SIGN', 'ATTEST', 'VERIFY', 'REPORT'])

/**
 * The error itself, or `ENGINE` with what to do if the engine's disk is full. The engine fails at whatever it does then:
 * it would read as a fault of the source, of one of its steps, or of a tool.
 */
export function sayFullDisk(error: unknown): unknown {
  const isOurs = error instanceof DeliveryError
  if (isOurs && (elsewhere.has(error.code) || error.code === 'ENGINE')) return error
  if (!textsOf(error).some(isFullDisk)) return error
  return new DeliveryError(
    'ENGINE',
    `${isOurs ? error.message : `the engine failed: ${firstLine(error)}`}${isFullDisk(String(error)) ? '' : ' (no space left on device)'}`,
    `Free disk space where the engine stores its images and caches ("loadline engine clean" removes Loadline's own), and run again. A step that fills /dev/shm or a tmpfs mount needs a larger one instead.`,
    { cause: error, ...(isOurs && error.step !== undefined ? { step: error.step } : {}) },
  )
}

/** What an error, and those that caused it, say: a failed process says it in its output. */
function textsOf(error: unknown, depth = 5): string[] {
  if (!(error instanceof Error) || depth === 0) return error === undefined ? [] : [String(error)]
  const { stderr } = error as { stderr?: unknown }
  return [error.message, ...(typeof stderr === 'string' ? [stderr] : []), ...textsOf(error.cause, depth - 1)]
}
