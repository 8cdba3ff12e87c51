import { z } from 'zod'
import { EvidenceKind } from './evidence.ts'
import { Location } from './finding.ts'
import { Owner } from './owner.ts'
import { Platform } from './platform.ts'
import { Severity } from './severity.ts'
import { AcceptedRisk } from './suppression.ts'

/** One thing that is not as the policy wants it. */
export const Violation = z.strictObject({
  /** Identifies the thing within its rule, stable from run to run: a CVE, a lint code, a path. An exception names it. */
  id: z.string(),
  /** Narrows the id where it can occur more than once, e.g. the package URL. Empty where it cannot. */
  subject: z.string(),
  severity: Severity,
  platform: Platform.optional(),
  /** Package URL of the package that it is about, where the scanner gave one. */
  package: z.string().optional(),
  wanted: z.string(),
  found: z.string(),
  remedy: z.string(),
  location: Location.optional(),
  /** Absent where it concerns the image as a whole, or the run. */
  owner: Owner.optional(),
  /** True where it is reported and does not deny, whatever others of its rule do. */
  remark: z.literal(true).optional(),
  url: z.string().optional(),
})
export type Violation = z.infer<typeof Violation>

/** A violation that a valid exception of the policy allows. */
export const Excepted = AcceptedRisk.extend({ violation: Violation })
export type Excepted = z.infer<typeof Excepted>

/** A violation that an earlier verdict already had and that the policy does not hold against this image for that reason. */
export const Known = z.strictObject({
  violation: Violation,
  /** When the first verdict of the chain that had it was judged, UTC. */
  since: z.iso.datetime(),
})
export type Known = z.infer<typeof Known>

/**
 * What one rule said.
 * `failed` denies; `warned` is reported and does not deny; `undecided` denies because evidence is missing;
 * `off` was not judged: the policy switched it off, with a reason, or gives it nothing to judge by.
 */
export const RuleResult = z.strictObject({
  rule: z.string(),
  title: z.string(),
  kind: z.union([EvidenceKind, z.literal('policy')]),
  status: z.enum(['passed', 'failed', 'warned', 'undecided', 'off']),
  /** In one line each, for a table. */
  wanted: z.string(),
  found: z.string(),
  remedy: z.string(),
  violations: z.array(Violation),
  excepted: z.array(Excepted),
  /** What a baseline had already; absent where there is nothing of the kind. */
  known: z.array(Known).min(1).optional(),
})
export type RuleResult = z.infer<typeof RuleResult>
