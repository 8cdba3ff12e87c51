import { z } from 'zod'
import { Database } from './evidence.ts'
import { Digest } from './digest.ts'
import { ExploitPrediction } from './exploit-prediction.ts'
import { KnownExploited } from './known-exploited.ts'
import { Platform } from './platform.ts'
import { RuleResult } from './rule-result.ts'
import { ToolIdentity } from './tool.ts'

/** Exactly what a verdict is about. A different image, policy, database or tool invalidates it. */
export const Binding = z.strictObject({
  images: z.array(z.strictObject({ platform: Platform, digest: Digest })),
  policy: Digest,
  databases: z.array(Database.pick({ name: true, digest: true, updatedAt: true, coverage: true })),
  /** The list of exploited vulnerabilities that the findings were compared with; absent if none was given or it could not be read. */
  knownExploited: KnownExploited.pick({ name: true, digest: true, version: true, releasedAt: true }).optional(),
  /** The exploit predictions by which the findings were also judged; absent if none were given or they could not be read. */
  exploitPrediction: ExploitPrediction.pick({ name: true, digest: true, model: true, scoredAt: true }).optional(),
  /** The files of other scanners whose findings were also counted. */
  additional: z
    .array(z.strictObject({ name: z.string(), digest: Digest, scanner: z.string() }))
    .min(1)
    .optional(),
  tools: z.array(ToolIdentity),
  /** The earlier verdict whose findings count as known; absent if none was given. */
  baseline: z
    .strictObject({
      /** The digest of its document. */
      digest: Digest,
      /** When it was judged, UTC. */
      at: z.iso.datetime(),
      images: z.array(z.strictObject({ platform: Platform, digest: Digest })),
    })
    .optional(),
  /** When it was judged, UTC. */
  at: z.iso.datetime(),
})
export type Binding = z.infer<typeof Binding>

/**
 * `passed`: every rule is satisfied and all evidence is present. `rejected`: the policy says no.
 * `undecided`: no rule is violated, but evidence is missing, so the answer cannot be yes.
 */
export const Verdict = z.strictObject({
  outcome: z.enum(['passed', 'rejected', 'undecided']),
  binding: Binding,
  results: z.array(RuleResult),
})
export type Verdict = z.infer<typeof Verdict>

/** The outcome of results: a failed one rejects; otherwise an undecided one leaves it undecided. */
export function outcomeOf(results: ReadonlyArray<Pick<RuleResult, 'status'>>): Verdict['outcome'] {
  if (results.some(({ status }) => status === 'failed')) return 'rejected'
  return results.some(({ status }) => status === 'undecided') ? 'undecided' : 'passed'
}
