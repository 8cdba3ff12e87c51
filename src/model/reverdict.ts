import { z } from 'zod'
import { Digest } from './digest.ts'
import { Database } from './evidence.ts'
import { Platform } from './platform.ts'
import { RuleResult } from './rule-result.ts'
import { ReleasedAttestation } from './run.ts'
import { Binding, Verdict } from './verdict.ts'

const database = Binding.shape.databases.element

/** What one rule said at a verdict, without its findings, as a verification summary has it. */
export const AttestedRule = RuleResult.pick({
  rule: true,
  title: true,
  kind: true,
  status: true,
  wanted: true,
  found: true,
  remedy: true,
}).extend({
  /** When it was judged, if the result was taken over from an earlier verdict. */
  judgedAt: z.iso.datetime().optional(),
})
export type AttestedRule = z.infer<typeof AttestedRule>

/** A vulnerability that is known today but was not at the verdict, or vice versa. */
export const VulnerabilityChange = z.strictObject({
  platform: Platform,
  id: z.string(),
  severity: z.string(),
  package: z.string(),
  version: z.string(),
  fixedVersion: z.string().optional(),
})
export type VulnerabilityChange = z.infer<typeof VulnerabilityChange>

/**
 * A published image judged again from its attestations: what an SBOM contains is judged again, the rest is carried over
 * and marked as such.
 */
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
  /** Carried over from the attested verdict, because an SBOM cannot decide them. */
  takenOver: z.array(AttestedRule),
  /** Rules whose status differs from the attested one. */
  changedRules: z.array(z.strictObject({ rule: z.string(), before: z.string(), now: RuleResult.shape.status })),
  appeared: z.array(VulnerabilityChange),
  disappeared: z.array(VulnerabilityChange),
  /** What was attested about it; absent if there was no signer, or the image did not pass. */
  renewed: z.array(ReleasedAttestation).min(1).optional(),
})
export type Reverdict = z.infer<typeof Reverdict>
