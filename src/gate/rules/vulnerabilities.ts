import { severities, type Owner, type Severity, type Violation, type Vulnerability } from '../../model/index.ts'
import type { Policy } from '../../policy/schema.ts'
import { countBySeverity, sayLimits } from '../by-severity.ts'
import { ownersOn } from '../owners.ts'
import { overLimit, type Count } from '../over-limit.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/**
 * Published vulnerabilities, counted by severity against the policy's thresholds. A finding of unknown severity is
 * counted as such, never dropped.
 */
export const vulnerabilities: Rule = {
  id: 'vulnerabilities',
  title: 'Known vulnerabilities are within the thresholds',
  needs: ['vulnerabilities'],
  settings: [
    'vulnerabilities.critical',
    'vulnerabilities.high',
    'vulnerabilities.medium',
    'vulnerabilities.low',
    'vulnerabilities.unknown',
    'vulnerabilities.unfixed',
    'vulnerabilities.base',
    'vulnerabilities.application',
  ],
  severities,
  remedy:
    'Update each package to the version that fixes it and rebuild on a current base; if no fix exists, remove the package or accept the risk with an exception.',
  source: 'CIS Docker Benchmark 1.6.0, 4.4; NIST SP 800-190, 4.1.1',
  judge({ policy, evidence }) {
    const limits = policy.vulnerabilities
    const counted = (finding: Vulnerability) => limits.unfixed === 'count' || hasRepair(finding)
    const countsOf = ({ severity, owner }: Violation) => countsFor(limits, severity, owner)

    const images = collectedOf(evidence, 'vulnerabilities').map((image) => ({
      ...image,
      owners: ownersOn(evidence, image.platform),
    }))
    const weighed = images.flatMap(({ platform, value, owners }) =>
      value.findings.flatMap((finding) => {
        const owner = owners.ofLayer(finding.package.layer)
        const counts = countsFor(limits, finding.severity, owner).filter(({ limit }) => limit !== 'unlimited')
        return counts.length === 0 ? [] : [{ finding, violation: toViolation(finding, platform, owner, counts) }]
      }),
    )
    const violations = weighed.filter(({ finding }) => counted(finding)).map(({ violation }) => violation)
    const unfixed = weighed.filter(({ finding }) => !counted(finding)).map(({ violation }) => violation)
    const brokenIfCounted = new Set(overLimit([...violations, ...unfixed], countsOf))
    const found = images.map(({ platform, value, owners }) => {
      const shown = value.findings.filter(counted)
      const left = value.findings.length - shown.length
      const separate = ownersWithLimits(limits).map(
        (kind) =>
          `; from the ${kind} ${countBySeverity(shown.filter(({ package: { layer } }) => owners.ofLayer(layer).kind === kind))}`,
      )
      return {
        platform,
        text: `${countBySeverity(shown)}${separate.join('')}${left > 0 ? `; ${left} without a fix, reported only` : ''}`,
      }
    })
    return {
      wanted: [
        sayLimits(limits),
        ...ownersWithLimits(limits).map((kind) => `from the ${kind} alone ${sayLimits(limits[kind] ?? {})}`),
      ].join('; '),
      found: onEveryPlatform(found),
      violations,
      overLimit: (remaining) => overLimit(remaining, countsOf),
      remarks: unfixed
        .filter((violation) => brokenIfCounted.has(violation))
        .map((violation) => ({
          ...violation,
          wanted: 'a published fix; until then the finding is reported but not counted',
        })),
    }
  },
}

type Limits = Policy['vulnerabilities']

/**
 * The groups a finding counts in. An owner with its own limit is counted separately, and all others together.
 * A finding with an unknown owner may be anybody's: it counts in each group, so that not knowing never makes an image look better.
 */
function countsFor(limits: Limits, severity: Severity, owner: Owner | undefined): Count[] {
  const common: Count = { group: severity, limit: limits[severity] }
  const own = ownersWithLimits(limits).flatMap((kind): Array<Count & { kind: string }> => {
    const limit = limits[kind]?.[severity]
    return limit === undefined ? [] : [{ kind, group: `${severity} from the ${kind}`, limit }]
  })
  if (owner === undefined || owner.kind === 'unknown') return [common, ...own]
  const mine = own.filter(({ kind }) => kind === owner.kind)
  return mine.length > 0 ? mine : [common]
}

function ownersWithLimits(limits: Limits): Array<'base' | 'application'> {
  return (['base', 'application'] as const).filter((kind) => limits[kind] !== undefined)
}

/** A finding has a fix only if a version is named, or the vendor says that there is one. */
function hasRepair({ fixedVersion, status }: Vulnerability): boolean {
  return (fixedVersion !== undefined && fixedVersion !== '') || status === 'fixed'
}

function toViolation(finding: Vulnerability, platform: string, owner: Owner, counts: readonly Count[]): Violation {
  const { name, version, purl, path } = finding.package
  const subject = purl ?? `${name}@${version}`
  return {
    id: finding.id,
    subject,
    severity: finding.severity satisfies Severity,
    platform,
    ...(purl === undefined ? {} : { package: purl }),
    wanted: `at most ${counts.map(({ limit, group }) => `${limit} ${group}`).join(' and ')}`,
    found: `${name} ${version}${finding.title === '' ? '' : `: ${finding.title}`}`,
    remedy: hasRepair(finding)
      ? `Update ${name} to ${finding.fixedVersion || 'the version that the vendor names'}.`
      : `No fix is published for ${name} ${version}: remove it, choose a base without it, or accept the risk with an exception.`,
    ...(path === undefined ? {} : { location: { path, within: 'image' } }),
    ...(finding.url === undefined ? {} : { url: finding.url }),
    owner,
  }
}
