import { ownersOf, type Owners, type PlatformEvidence, type Run } from '../model/index.ts'
import { nameOfVulnerability, subjectOfVulnerability, nameOf } from './finding-names.ts'
import { type ReportedFinding, placeOf } from './reported-finding.ts'

/** Vulnerabilities that no rule has reported. `seen` contains the names of the findings that a rule has reported. */
export function* unjudgedVulnerabilities(run: Run, seen: ReadonlySet<string>): Iterable<ReportedFinding> {
  for (const { archive, evidence } of run.evidence?.platforms ?? []) {
    if (evidence.vulnerabilities.status !== 'collected') continue
    const owners = ownersIn(evidence)
    for (const vulnerability of evidence.vulnerabilities.value.findings) {
      if (seen.has(nameOfVulnerability(vulnerability, archive.platform))) continue
      const { name, version } = vulnerability.package
      yield {
        state: 'reported',
        kind: 'vulnerabilities',
        id: vulnerability.id,
        subject: subjectOfVulnerability(vulnerability),
        severity: vulnerability.severity,
        platforms: [archive.platform],
        wanted:
          vulnerability.fixedVersion === undefined
            ? `${name} without known vulnerabilities`
            : `${name} ${vulnerability.fixedVersion}`,
        found: `${name} ${version}`,
        remedy:
          vulnerability.fixedVersion === undefined
            ? 'No fixed version is published yet.'
            : `Update ${name} to ${vulnerability.fixedVersion}.`,
        owner: owners.ofLayer(vulnerability.package.layer),
        ...(vulnerability.url === undefined ? {} : { url: vulnerability.url }),
        vulnerability,
      }
    }
  }
}

/**
 * Remarks about the Dockerfile that no rule has reported. `seen` contains the names of the findings that a rule has
 * reported.
 */
export function* unjudgedLint(run: Run, seen: ReadonlySet<string>): Iterable<ReportedFinding> {
  if (run.evidence?.lint.status !== 'collected') return
  // The Dockerfile is the same for every platform.
  const owners = ownersIn(run.evidence.platforms[0]?.evidence)
  const { findings, checks } = run.evidence.lint.value
  const remarks = [
    ...findings.map(({ id, level, message, location }) => ({
      id,
      severity: level === 'error' ? ('high' as const) : level === 'warning' ? ('medium' as const) : ('low' as const),
      location,
      wanted: `a Dockerfile without ${id} remarks`,
      found: message,
      remedy: `Follow ${id}, at level ${level}.`,
    })),
    ...checks.map(({ id, message, location, url }) => ({
      id,
      severity: 'medium' as const,
      location,
      wanted: `a Dockerfile without ${id} warnings`,
      found: message,
      remedy: `Follow BuildKit's check ${id}.`,
      ...(url === undefined ? {} : { url }),
    })),
  ]
  for (const remark of remarks) {
    const { id, location } = remark
    const subject = placeOf(location)
    if (seen.has(nameOf(id, '', subject, location.path))) continue
    yield { state: 'reported', kind: 'lint', subject, platforms: [], owner: owners.ofLine(location.line), ...remark }
  }
}

/** Secrets that no rule has reported. `seen` contains the names of the findings that a rule has reported. */
export function* unjudgedSecrets(run: Run, seen: ReadonlySet<string>): Iterable<ReportedFinding> {
  for (const { archive, evidence } of run.evidence?.platforms ?? []) {
    if (evidence.secrets.status !== 'collected') continue
    const owners = ownersIn(evidence)
    for (const { id, severity, title, location, layer } of evidence.secrets.value.findings) {
      if (seen.has(nameOf(id, archive.platform, placeOf(location), location.path))) continue
      yield {
        state: 'reported',
        kind: 'secrets',
        id,
        subject: placeOf(location),
        severity,
        platforms: [archive.platform],
        wanted: 'no secret in the image',
        found: title,
        remedy: 'Remove it from the image, and replace the secret: everyone with the image has it.',
        location,
        owner: owners.ofLayer(layer),
      }
    }
  }
}

function ownersIn(evidence: PlatformEvidence | undefined): Owners {
  return ownersOf(evidence?.base.status === 'collected' ? evidence.base.value : undefined)
}
