import { z } from 'zod'
import type { FailedStep } from './failed-step.ts'
import { shorten } from './printable.ts'

/**
 * Why Loadline could not continue. The set is closed: reports, exit codes and documentation know each code.
 * A rejected verdict is not here, because it is a value, not an error.
 */
export const errorCodes = {
  /** Invalid arguments. */
  USAGE: 2,
  /** The source directory, its Dockerfile or the given image is missing, empty or unreadable. */
  SOURCE: 2,
  /** The policy file cannot be read or is not valid. */
  POLICY: 2,
  /** The structure-test file is not valid, or has no tests. */
  STRUCTURE_TESTS: 2,
  /** The lock file is missing, not valid, or does not pin what is needed. */
  LOCK: 2,
  /** A secret, key or credential that the run needs was not given. */
  CREDENTIAL: 2,
  /** The machine lacks something: a command, root, disk, memory. */
  PREREQUISITE: 2,
  /** No engine could be reached or started. */
  ENGINE: 3,
  /** A Dockerfile instruction failed, which its author must fix. */
  BUILD_STEP: 2,
  /** The image could not be built or fetched, for a reason outside the Dockerfile. */
  BUILD: 3,
  /** A tool failed, was killed, or printed nothing readable. */
  TOOL: 3,
  /** The vulnerability database is missing, damaged or of an unknown version. */
  DATABASE: 3,
  /** Reports could not be written. */
  REPORT: 3,
  /** A passed image could not be pushed, or the registry holds something else. */
  PUBLISH: 4,
  SIGN: 4,
  /** A signed image could not be attested. */
  ATTEST: 4,
  VERIFY: 4,
} as const satisfies Record<string, 2 | 3 | 4>

export const ErrorCode = z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes, ...Array<keyof typeof errorCodes>])
export type ErrorCode = z.infer<typeof ErrorCode>

/** In characters: more than a policy's hundred problems take. A message that quotes outside text could be as long as that text. */
const longest = 50_000

/** An error with what to do about it. `message` says what was expected and what was found. */
export class DeliveryError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly step?: FailedStep

  constructor(code: ErrorCode, message: string, hint: string, options: ErrorOptions & { step?: FailedStep } = {}) {
    super(shorten(message, longest), options)
    this.name = 'DeliveryError'
    this.code = code
    this.hint = shorten(hint, longest)
    if (options.step !== undefined) this.step = options.step
  }

  /** The process exit code that belongs to this error: 2, 3 or 4. */
  get exitCode(): 2 | 3 | 4 {
    return errorCodes[this.code]
  }
}
