import { severities, type Severity } from '../model/index.ts'
import type { Limit } from './over-limit.ts'

/** The thresholds that are set, in words. */
export function sayLimits(limits: Readonly<Partial<Record<Severity, Limit | undefined>>>): string {
  return `at most ${severities.flatMap((severity) => (limits[severity] === undefined || limits[severity] === 'unlimited' ? [] : [`${limits[severity]} ${severity}`])).join(', ') || 'any number'}`
}

/** The number of findings of each severity, in words. */
export function countBySeverity(findings: ReadonlyArray<{ severity: Severity }>): string {
  return severities
    .map((severity) => `${findings.filter((finding) => finding.severity === severity).length} ${severity}`)
    .join(', ')
}
