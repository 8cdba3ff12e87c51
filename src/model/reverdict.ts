import { z } from 'zod'
import { Digest } from './digest.ts'
import { Database } from './evidence.ts'
import { Platform } from './platform.ts'
import { RuleResult } from './rule-result.ts'
import { Binding, Verdict } from './verdict.ts'

const database = Binding.shape.databases.element

/** A vulnerability that is known of today and was not at the verdict, or the other way round. */
export const VulnerabilityChange = z.strictObject({
  platform: Platform,
  id: z.string(),
  severity: z.string(),
  package: z.string(),
  version: z.string(),
  fixedVersion: z.string().optional(),
})
export type VulnerabilityChange = z.infer<typeof VulnerabilityChange>

/** A published image judged again, from what is attested about it: what an SBOM tells is judged anew, the rest is taken over and says so. */
export const Reverdict = z.strictObject({
  schemaVersion: z.literal('loadline.reverdict/v1'),
  outcome: Verdict.shape.outcome,
  reference: z.string(),
  digest: Digest,
  judgedAt: z.iso.datetime(),
  policy: Digest,
  databases: z.array(database),
  attested: z.strictObject({
    at: z.iso.datetime(),
    policy: Digest,
    databases: z.array(Database.pick({ name: true, digest: true, updatedAt: true, coverage: true })),
  }),
  /** Judged today. */
  judged: z.array(RuleResult),
  /** Taken over from the attested verdict: an SBOM does not tell. */
  takenOver: z.array(
    RuleResult.pick({ rule: true, title: true, kind: true, status: true, wanted: true, found: true, remedy: true }),
  ),
  /** Rules whose status differs from the attested one. */
  changedRules: z.array(z.strictObject({ rule: z.string(), before: z.string(), now: RuleResult.shape.status })),
  appeared: z.array(VulnerabilityChange),
  disappeared: z.array(VulnerabilityChange),
})
export type Reverdict = z.infer<typeof Reverdict>
