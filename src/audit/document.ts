import { z } from 'zod'
import { AcceptedRisk, Digest, Severity } from '../model/index.ts'
import { controlIds } from '../policy/control-ids.ts'

/**
 * A control's status, worst first. `deviation`: it fails, and exceptions allow each failure. `not-given`: no input that
 * it can read was given.
 */
export const ControlStatus = z.enum(['fail', 'deviation', 'manual', 'inherited', 'pass', 'not-applicable', 'not-given'])
export type ControlStatus = z.infer<typeof ControlStatus>

/** One item that was checked, with what was found there. */
export const ControlEvidence = z.strictObject({
  status: ControlStatus,
  /** A container, a Dockerfile, an image: what an exception names as `id`. */
  about: z.string(),
  /** What an exception names as `subject`; empty if there is nothing to narrow. */
  subject: z.string(),
  found: z.string(),
  /** Absent for a run's evidence. */
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
  /** The benchmark that `cis-...` numbers refer to. */
  benchmark: z.literal('CIS Docker Benchmark 1.6.0'),
  /** UTC, ISO 8601. */
  auditedAt: z.iso.datetime(),
  /**
   * `failed` if a control fails; `undecided` if none does, but nothing was judged or something that is deployed could
   * not be read. Passed says nothing about manual controls.
   */
  outcome: z.enum(['passed', 'failed', 'undecided']),
  /** The policy whose exceptions applied. */
  policy: Digest,
  inputs: z
    .array(
      z.strictObject({
        path: z.string(),
        kind: z.enum(['dockerfile', 'compose', 'kubernetes', 'ecs', 'docker-run', 'verdict']),
        digest: Digest,
      }),
    )
    .describe('Everything that was read and can be audited.'),
  /** How many Dockerfiles and containers were judged. */
  judged: z.strictObject({ dockerfiles: z.int().min(0), containers: z.int().min(0) }),
  /** Files that look like a deployment and could not be read: their contents are not known to be clean. */
  unread: z.array(z.strictObject({ path: z.string(), line: z.int().min(1), reason: z.string() })),
  /** Objects that may start containers but in which none was found. */
  unjudged: z.array(z.strictObject({ path: z.string(), line: z.int().min(1), about: z.string(), reason: z.string() })),
  /** Files with nothing that can be audited. */
  passedOver: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  /** What the policy leaves out, and how many files that is. */
  ignored: z.array(z.strictObject({ path: z.string(), reason: z.string(), files: z.int().min(0) })),
  /** Number of controls by status: every status, even with none. */
  counts: z.strictObject(
    Object.fromEntries(ControlStatus.options.map((status) => [status, z.int().min(0)])) as Record<
      ControlStatus,
      z.ZodInt
    >,
  ),
  controls: z.array(ControlResult),
  /** Sections 1, 2, 3, 6 and 7 of the benchmark: they concern the host, which no audited file shows. */
  hostControls: z.array(z.strictObject({ id: z.string(), title: z.string() })),
  /** Exceptions for controls that did not apply or allowed nothing, and why. */
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
