import { defaultPolicy } from './default.ts'
import type { Policy } from './schema.ts'

/**
 * For images that face attackers or auditors: rejects what the default only reports.
 * Unknown licences are still only reported: distributions' copyright files are prose, and denying prose would deny every distribution.
 */
export const strictPolicy: Policy = {
  ...defaultPolicy,
  lint: { failOn: 'info', pragmas: 'deny', unread: 'deny', buildChecks: { deny: 'all' } },
  vulnerabilities: {
    critical: 0,
    high: 0,
    medium: 0,
    low: 'unlimited',
    unknown: 0,
    unfixed: 'count',
    knownExploited: { list: 'required', maximumAge: '7d' },
    exploitPrediction: { ...defaultPolicy.vulnerabilities.exploitPrediction, maximumAge: '72h' },
  },
  size: { ...defaultPolicy.size, efficiency: 0.95, wasted: '10 MB' },
  configuration: { ...defaultPolicy.configuration, shells: 'deny' },
  database: { ...defaultPolicy.database, maximumAge: '24h' },
  exceptions: { ...defaultPolicy.exceptions, maximumDays: 90, unused: 'deny', expired: 'deny' },
}
