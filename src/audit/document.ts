import { z } from 'zod'
import { AcceptedRisk, Digest, Severity } from '../model/index.ts'
import { controlIds } from '../policy/control-ids.ts'

/** What a control came to, worst first. `deviation`: it fails, and exceptions allow each failure. `not-given`: nothing was given that it could read. */
export const ControlStatus = z.enum(['fail', 'deviation', 'manual', 'inherited', 'pass', 'not-applicable', 'not-given'])
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
  benchmark: z.literal('CIS Docker Benchmark 1.6.0'),
  /** UTC, ISO 8601. */
  auditedAt: z.iso.datetime(),
  /** `failed` where a control fails; `undecided` where none does, and nothing was judged or something that is deployed could not be read. Passed says nothing of what is manual. */
  outcome: z.enum(['passed', 'failed', 'undecided']),
  /** Of the policy whose exceptions counted. */
  policy: Digest,
  inputs: z
    .array(
      z.strictObject({
        path: z.string(),
        kind: z.enum(['dockerfile', 'compose', 'kubernetes', 'ecs', 'docker-run', 'verdict']),
        digest: Digest,
      }),
    )
    .describe('Everything that was read and holds something that can be audited.'),
  /** How many Dockerfiles and containers were judged. */
  judged: z.strictObject({ dockerfiles: z.int().min(0), containers: z.int().min(0) }),
  /** Files that look like a deployment and could not be read: what they hold is not clean. */
  unread: z.array(z.strictObject({ path: z.string(), line: z.int().min(1), reason: z.string() })),
  /** Objects that may start containers which were not found in them. */
  unjudged: z.array(z.strictObject({ path: z.string(), line: z.int().min(1), about: z.string(), reason: z.string() })),
  /** Files that were met and hold nothing that can be audited. */
  passedOver: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  /** What the policy leaves out, and how many files that were. */
  ignored: z.array(z.strictObject({ path: z.string(), reason: z.string(), files: z.int().min(0) })),
  /** Controls by what they came to: every status, also where it is none. */
  counts: z.strictObject(
    Object.fromEntries(ControlStatus.options.map((status) => [status, z.int().min(0)])) as Record<
      ControlStatus,
      z.ZodInt
    >,
  ),
  controls: z.array(ControlResult),
  /** Sections 1, 2, 3, 6 and 7 of the benchmark: they are the host's, and nothing that was audited shows them. */
  hostControls: z.array(z.strictObject({ id: z.string(), title: z.string() })),
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
