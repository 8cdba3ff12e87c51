import { z } from 'zod'

/** Kinds of ignore files of other tools. */
export const suppressionKinds = ['openvex', 'trivyignore', 'hadolint'] as const
export const SuppressionKind = z.enum(suppressionKinds)
export type SuppressionKind = z.infer<typeof SuppressionKind>

/** OpenVEX's labels for why a product is not affected (OpenVEX 0.2.0, status justifications). */
export const justifications = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const

/**
 * What an exception tells the image's consumers: that the vulnerability does not affect it. Without this, an accepted
 * risk does affect it.
 */
export const NotAffected = z.strictObject({
  status: z.literal('not_affected'),
  justification: z.enum(justifications).describe('Why, as an OpenVEX 0.2.0 label.'),
})
export type NotAffected = z.infer<typeof NotAffected>

/** The file that an exception was taken from, and where in it. */
export const Origin = z.strictObject({
  kind: SuppressionKind,
  path: z.string(),
  /** E.g. `statement 3`, `line 12`, `vulnerabilities[0]`. */
  place: z.string(),
})
export type Origin = z.infer<typeof Origin>

/** Who accepted a risk, why and until when: the part of an exception that reports show. */
export const AcceptedRisk = z.strictObject({
  reason: z.string(),
  owner: z.string(),
  ticket: z.string().optional(),
  /** Calendar days, UTC. */
  created: z.iso.date().optional(),
  expires: z.iso.date(),
  /** Whole days from the day of judging to the last day, inclusive: 0 on the last day itself. */
  daysLeft: z.int().min(0),
  compensatingControl: z.string().optional(),
  vex: NotAffected.optional(),
  /** Absent for an exception in the policy itself. */
  origin: Origin.optional(),
})
export type AcceptedRisk = z.infer<typeof AcceptedRisk>

/** Another tool's ignore file in the source, and what was done with it. */
export const SuppressionFile = z.strictObject({
  kind: SuppressionKind,
  path: z.string(),
  /** False if no policy entry names it: then it was not read. */
  honoured: z.boolean(),
  /** Exceptions taken from it. */
  entries: z.int().min(0),
  /** Its entries that were not taken over, with the reason, one line each. */
  left: z.array(z.string()),
})
export type SuppressionFile = z.infer<typeof SuppressionFile>
