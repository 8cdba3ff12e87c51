import { z } from 'zod'
import { EvidenceKind } from './evidence.ts'
import { Location } from './finding.ts'
import { Owner } from './owner.ts'
import { Platform } from './platform.ts'
import { Severity } from './severity.ts'
import { AcceptedRisk } from './suppression.ts'

/** One violation of the policy. */
export const Violation = z.strictObject({
  /** Identifies the violation within its rule, stable between runs: a CVE, a lint code, a path. Exceptions refer to it. */
  id: z.string(),
  /** Narrows the ID if it can occur more than once, e.g. the package URL. Otherwise empty. */
  subject: z.string(),
  severity: Severity,
  platform: Platform.optional(),
  /** Package URL of the affected package, if the scanner gave one. */
  package: z.string().optional(),
  wanted: z.string(),
  found: z.string(),
  remedy: z.string(),
  location: Location.optional(),
  /** Absent if it concerns the image as a whole, or the run. */
  owner: Owner.optional(),
  /** Whether it is only reported and does not reject, whatever other violations of its rule do. */
  remark: z.literal(true).optional(),
  url: z.string().optional(),
})
export type Violation = z.infer<typeof Violation>

/** A violation that a valid exception in the policy allows. */
export const Excepted = AcceptedRisk.extend({ violation: Violation })
export type Excepted = z.infer<typeof Excepted>

/** A violation that an earlier verdict already had and that the policy therefore does not hold against this image. */
export const Known = z.strictObject({
  violation: Violation,
  /** When the first verdict in the chain with this violation was judged, UTC. */
  since: z.iso.datetime(),
})
export type Known = z.infer<typeof Known>

/**
 * The result of one rule.
 * `failed` rejects; `warned` is reported but does not reject; `undecided` blocks because evidence is missing;
 * `off` was not judged: the policy disables it, with a reason, or gives it nothing to judge by.
 */
export const RuleResult = z.strictObject({
  rule: z.string(),
  title: z.string(),
  kind: z.union([EvidenceKind, z.literal('policy')]),
  status: z.enum(['passed', 'failed', 'warned', 'undecided', 'off']),
  /** One line each, for a table. */
  wanted: z.string(),
  found: z.string(),
  remedy: z.string(),
  violations: z.array(Violation),
  excepted: z.array(Excepted),
  /** What a baseline already had; absent if nothing. */
  known: z.array(Known).min(1).optional(),
})
export type RuleResult = z.infer<typeof RuleResult>
