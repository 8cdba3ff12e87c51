import { z } from 'zod'

/** The severities of findings, worst first. `unknown` is a separate severity: it never counts as a low one. */
export const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const

export const Severity = z.enum(severities)
export type Severity = z.infer<typeof Severity>

/** Reads any scanner's word for a severity; an unrecognised word is `unknown`, so that a finding is never dropped. */
export function parseSeverity(word: string | undefined): Severity {
  const parsed = Severity.safeParse(word?.toLowerCase())
  return parsed.success ? parsed.data : 'unknown'
}

/** Orders severities worst first, with `unknown` after `high`, because it may not be harmless. */
export function compareSeverity(left: Severity, right: Severity): number {
  return reviewOrder.indexOf(left) - reviewOrder.indexOf(right)
}

const reviewOrder: readonly Severity[] = ['critical', 'high', 'unknown', 'medium', 'low']
