import { severities, type Severity, type Violation, type Vulnerability } from '../../model/index.ts'
import { overLimit } from '../over-limit.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** Published vulnerabilities, counted by severity against the thresholds of the policy. A finding of unknown severity is counted as such, never dropped. */
export const vulnerabilities: Rule = {
  id: 'vulnerabilities',
  title: 'Known vulnerabilities are within the thresholds',
  needs: ['vulnerabilities'],
  remedy: 'Update each package to the version that repairs it and rebuild on a current base; where no repair exists, remove the package or accept the risk by an exception.',
  source: 'CIS Docker Benchmark 1.6.0, 4.4; NIST SP 800-190, 4.1.1',
  judge({ policy, evidence }) {
    const limits = policy.vulnerabilities
    const counted = (finding: Vulnerability) => limits.unfixed === 'count' || hasRepair(finding)
    const limitOf = (violation: Violation) => ({ group: violation.severity, limit: limits[violation.severity] })

    const images = collectedOf(evidence, 'vulnerabilities')
    const weighed = images.flatMap(({ platform, value }) =>
      value.findings
        .filter((finding) => limits[finding.severity] !== 'unlimited')
        .map((finding) => ({ finding, violation: toViolation(finding, platform, limits[finding.severity]) })),
    )
    const violations = weighed.filter(({ finding }) => counted(finding)).map(({ violation }) => violation)
    const unfixed = weighed.filter(({ finding }) => !counted(finding)).map(({ violation }) => violation)
    const brokenIfCounted = new Set(overLimit([...violations, ...unfixed], limitOf))
    const found = images.map(({ platform, value }) => {
      const shown = severities.map((severity) => `${value.findings.filter((finding) => finding.severity === severity && counted(finding)).length} ${severity}`)
      const left = value.findings.filter((finding) => !counted(finding)).length
      return { platform, text: `${shown.join(', ')}${left > 0 ? `; ${left} without a repair, reported only` : ''}` }
    })
    return {
      wanted: `at most ${severities.filter((severity) => limits[severity] !== 'unlimited').map((severity) => `${limits[severity]} ${severity}`).join(', ') || 'any number'}`,
      found: onEveryPlatform(found),
      violations,
      overLimit: (remaining) => overLimit(remaining, limitOf),
      remarks: unfixed
        .filter((violation) => brokenIfCounted.has(violation))
        .map((violation) => ({ ...violation, wanted: 'a repair to be published; until then the finding is reported and not counted' })),
    }
  },
}

/** A finding is repaired only where a version is named, or the vendor says that there is one. */
function hasRepair({ fixedVersion, status }: Vulnerability): boolean {
  return (fixedVersion !== undefined && fixedVersion !== '') || status === 'fixed'
}

function toViolation(finding: Vulnerability, platform: string, limit: number | 'unlimited'): Violation {
  const { name, version, purl, path } = finding.package
  const subject = purl ?? `${name}@${version}`
  return {
    id: finding.id,
    subject,
    severity: finding.severity satisfies Severity,
    platform,
    wanted: `at most ${limit} ${finding.severity}`,
    found: `${name} ${version}${finding.title === '' ? '' : `: ${finding.title}`}`,
    remedy: hasRepair(finding)
      ? `Update ${name} to ${finding.fixedVersion || 'the version that the vendor names'}.`
      : `No repair is published for ${name} ${version}: remove it, choose a base without it, or accept the risk by an exception.`,
    ...(path === undefined ? {} : { location: { path, within: 'image' } }),
    ...(finding.url === undefined ? {} : { url: finding.url }),
  }
}
