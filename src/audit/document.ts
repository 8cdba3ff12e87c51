import { z } from 'zod'
import { AcceptedRisk, Digest, Severity } from '../model/index.ts'
import { controlIds } from '../policy/control-ids.ts'

/** What a control came to, worst first. `deviation`: it fails, and exceptions allow each failure. */
export const ControlStatus = z.enum(['fail', 'deviation', 'manual', 'inherited', 'pass', 'not-applicable'])
export type ControlStatus = z.infer<typeof ControlStatus>

/** One thing that was looked at, with what was seen there. */
export const ControlEvidence = z.strictObject({
  status: ControlStatus,
  /** A container, a Dockerfile, an image: what an exception names as `id`. */
  about: z.string(),
  /** What an exception names as `subject`; empty where there is nothing to narrow. */
  subject: z.string(),
  found: z.string(),
  /** Absent for what a run said. */
  path: z.string().optional(),
  line: z.int().min(1).optional(),
  /** Why a failure is a deviation. */
  exception: AcceptedRisk.optional(),
})
export type ControlEvidence = z.infer<typeof ControlEvidence>

export const ControlResult = z.strictObject({
  id: z.enum(controlIds),
  title: z.string(),
  severity: Severity,
  status: ControlStatus,
  remedy: z.string(),
  evidence: z.array(ControlEvidence).min(1),
})
export type ControlResult = z.infer<typeof ControlResult>

/** The audit document: `audit.json` is exactly this. */
export const Audit = z.strictObject({
  schemaVersion: z.literal('loadline.audit/v1'),
  loadline: z.string(),
  /** Whose numbers `cis-...` are. */
  benchmark: z.literal('CIS Docker Benchmark 1.6.0, sections 4 and 5'),
  /** UTC, ISO 8601. */
  auditedAt: z.iso.datetime(),
  /** `failed` where a control fails. Passed says nothing of what is manual. */
  outcome: z.enum(['passed', 'failed']),
  /** Of the policy whose exceptions counted. */
  policy: Digest,
  inputs: z
    .array(
      z.strictObject({
        path: z.string(),
        kind: z.enum(['dockerfile', 'compose', 'kubernetes', 'docker-run', 'verdict']),
        digest: Digest,
      }),
    )
    .min(1),
  /** YAML files that were met and are neither a compose file nor a Kubernetes manifest. */
  passedOver: z.array(z.string()),
  /** Controls by what they came to: every status, also where it is none. */
  counts: z.strictObject(
    Object.fromEntries(ControlStatus.options.map((status) => [status, z.int().min(0)])) as Record<
      ControlStatus,
      z.ZodInt
    >,
  ),
  controls: z.array(ControlResult),
  /** Exceptions for controls that did not count or allowed nothing, and why. */
  exceptions: z.array(
    z.strictObject({
      rule: z.enum(controlIds),
      id: z.string(),
      expires: z.iso.date(),
      state: z.enum(['unused', 'expired', 'refused', 'elsewhere', 'unjudged']),
    }),
  ),
})
export type Audit = z.infer<typeof Audit>
