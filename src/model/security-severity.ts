import type { Severity } from './index.ts'

/**
 * GitHub's scale of `security-severity` in SARIF: above 9 critical, 7 high, 4 medium. Unknown sits between medium and
 * high, as in every report.
 */
export const securitySeverity: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  unknown: '6.9',
  medium: '5.5',
  low: '2.0',
}
