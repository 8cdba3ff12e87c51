import type { Evidence, Verdict } from '../../../src/model/index.ts'
import { madeKnown, type Baseline } from '../../../src/policy/baseline.ts'
import { digest } from './good-evidence.ts'

/** A verdict as the baseline of a later one. */
export function asBaseline(verdict: Verdict, evidence?: Evidence): Baseline {
  return { digest: digest('baseline'), judged: verdict.binding, ...madeKnown(verdict, evidence) }
}
