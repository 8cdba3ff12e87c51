import type { ComplianceName } from './answers.ts'

/**
 * What a regime requires of a deployment. Retention is the shortest that the regime's text accepts, or common practice if it names none.
 */
export interface Compliance {
  title: string
  /** Judged by the strict policy, and published images again each day. */
  strict: boolean
  logDays: number
  retention: string
  /** Partial of the deployment document. */
  template: string
}

export const compliances: Readonly<Record<ComplianceName, Compliance>> = {
  // 45 CFR 164.316(b)(2)(i): six years for documentation; audit logs are kept as long in practice.
  hipaa: { title: 'HIPAA', strict: true, logDays: 2192, retention: 'six years', template: 'compliance-hipaa.md' },
  // PCI DSS 4.0.1, 10.5.1: twelve months, the last three immediately available.
  'pci-dss': {
    title: 'PCI DSS 4',
    strict: true,
    logDays: 400,
    retention: 'at least twelve months, the last three immediately available',
    template: 'compliance-pci-dss.md',
  },
  // The criteria set no period; a type 2 report usually covers twelve months.
  soc2: {
    title: 'SOC 2',
    strict: true,
    logDays: 400,
    retention: 'the audited period, usually twelve months',
    template: 'compliance-soc2.md',
  },
  internal: {
    title: 'internal rules',
    strict: false,
    logDays: 90,
    retention: 'ninety days',
    template: 'compliance-internal.md',
  },
}

/** Whether an external regime applies to the application. */
export function regulated(names: readonly ComplianceName[]): boolean {
  return names.some((name) => compliances[name].strict)
}

/** Log retention in days: the longest that any regime requires. */
export function logDays(names: readonly ComplianceName[]): number {
  return Math.max(...names.map((name) => compliances[name].logDays))
}
