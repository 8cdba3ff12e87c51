import { z } from 'zod'

/** Kinds of files in which other tools keep what is to be left out of a report. */
export const suppressionKinds = ['openvex', 'trivyignore', 'hadolint'] as const
export const SuppressionKind = z.enum(suppressionKinds)
export type SuppressionKind = z.infer<typeof SuppressionKind>

/** The labels by which OpenVEX says why a product is not affected (OpenVEX 0.2.0, status justifications). */
export const justifications = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const

/** What an exception says to the consumers of the image: that the vulnerability does not affect it. Without this, an accepted risk affects it. */
export const NotAffected = z.strictObject({
  status: z.literal('not_affected'),
  justification: z.enum(justifications).describe('Why, in a label of OpenVEX 0.2.0.'),
})
export type NotAffected = z.infer<typeof NotAffected>

/** The file from which an exception was taken, and where in it. */
export const Origin = z.strictObject({
  kind: SuppressionKind,
  path: z.string(),
  /** E.g. `statement 3`, `line 12`, `vulnerabilities[0]`. */
  place: z.string(),
})
export type Origin = z.infer<typeof Origin>

/** Who accepted a risk, why and until when: the part of an exception that reports repeat. */
export const AcceptedRisk = z.strictObject({
  reason: z.string(),
  owner: z.string(),
  ticket: z.string().optional(),
  /** Calendar days, UTC. */
  created: z.iso.date().optional(),
  expires: z.iso.date(),
  /** Whole days from the day of judging to the last day, which counts: 0 on the last day itself. */
  daysLeft: z.int().min(0),
  compensatingControl: z.string().optional(),
  vex: NotAffected.optional(),
  /** Absent for an exception that is written in the policy itself. */
  origin: Origin.optional(),
})
export type AcceptedRisk = z.infer<typeof AcceptedRisk>

/** A file of another tool's exceptions that lies in the source, and what became of it. */
export const SuppressionFile = z.strictObject({
  kind: SuppressionKind,
  path: z.string(),
  /** False where no entry of the policy names it: then it was not read. */
  honoured: z.boolean(),
  /** Exceptions that were taken from it. */
  entries: z.int().min(0),
  /** What it says and what was not taken over, with the reason, one line each. */
  left: z.array(z.string()),
})
export type SuppressionFile = z.infer<typeof SuppressionFile>
