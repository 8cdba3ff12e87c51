import { errorCodes } from '../../src/model/errors.ts'
import type { Run } from '../../src/model/run.ts'
import type { Verdict } from '../../src/model/verdict.ts'

/** The exit code that an outcome stands for, of one part or of several: 0 passed, 1 the policy says no, 3 could not decide. */
export function exitCodeOfOutcome(outcome: Verdict['outcome']): 0 | 1 | 3 {
  return { passed: 0 as const, rejected: 1 as const, undecided: 3 as const }[outcome]
}

/**
 * The exit code that a run document stands for: that of its outcome; of a run that failed, 2 usage or configuration, 3
 * could not decide, 4 a passed image was not released.
 */
export function exitCodeOf({ outcome, failure }: Run): 0 | 1 | 2 | 3 | 4 {
  if (failure !== undefined) return errorCodes[failure.code]
  return outcome === 'broken' ? 3 : exitCodeOfOutcome(outcome)
}
