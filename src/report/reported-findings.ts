import {
  compareSeverity,
  compareText,
  evidenceKinds,
  ownersOf,
  severities,
  type AcceptedRisk,
  type EvidenceKind,
  type Location,
  type Owner,
  type Owners,
  type PlatformEvidence,
  type RuleResult,
  type Run,
  type Severity,
  type Violation,
  type Vulnerability,
} from '../model/index.ts'
import { wholeNumber } from '../model/measures.ts'

/**
 * How a finding weighs. `undecided`: evidence is missing, so it denies; `denied`: its rule says no; `warned`: its rule only warns;
 * `excepted`: the policy allows it for a time; `known`: an earlier verdict had it, and the policy does not hold that against the image; `reported`: seen, and within what the policy allows.
 */
export const findingStates = ['undecided', 'denied', 'warned', 'excepted', 'known', 'reported'] as const
export type FindingState = (typeof findingStates)[number]

/** The kinds of findings in the order of every report. */
export const findingKinds = ['lint', ...evidenceKinds, 'policy'] as const
export type FindingKind = EvidenceKind | 'policy'

/** One finding as every report tells it, on however many platforms it was met. */
export interface ReportedFinding {
  state: FindingState
  kind: FindingKind
  /** Rule of the gate that speaks; absent for missing evidence and for what no rule took up. */
  rule?: string
  id: string
  subject: string
  severity: Severity
  /** Sorted; empty where the finding belongs to no platform. */
  platforms: string[]
  wanted: string
  found: string
  remedy: string
  location?: Location
  /** Whose it is; absent where it concerns the image as a whole, or the run. */
  owner?: Owner
  url?: string
  vulnerability?: Vulnerability
  /** Who accepted it, why and until when; only where the state is `excepted`. */
  exception?: AcceptedRisk
  /** When the first verdict that had it was judged; only for what is known. */
  knownSince?: string
}

/** How many findings there are of each state and severity. */
export interface Tally {
  total: number
  states: Record<FindingState, number>
  severities: Record<Severity, number>
}

/**
 * Every finding of a run, once: missing evidence, what the rules said, and what was seen and stays within the policy.
 * Sorted by weight, then severity, then id; equal findings of several platforms are one.
 */
export function reportedFindings(run: Run): ReportedFinding[] {
  const evidence = vulnerabilityIndex(run)
  const missing = missingEvidence(run)
  const judged = (run.verdict?.results ?? []).flatMap((result) => judgedFindings(result, missing, evidence))
  const seen = new Set(
    judged.map(({ id, platforms, subject, location }) => nameOf(id, platforms[0] ?? '', subject, location?.path)),
  )
  const rest = [...unjudgedVulnerabilities(run, seen), ...unjudgedLint(run, seen), ...unjudgedSecrets(run, seen)]
  return foldPlatforms([...missing, ...judged, ...rest]).sort(byWeight)
}

/** Counts findings. */
export function tally(findings: readonly ReportedFinding[]): Tally {
  const counts: Tally = {
    total: findings.length,
    states: { undecided: 0, denied: 0, warned: 0, excepted: 0, known: 0, reported: 0 },
    severities: { critical: 0, high: 0, medium: 0, low: 0, unknown: 0 },
  }
  for (const finding of findings) {
    counts.states[finding.state] += 1
    counts.severities[finding.severity] += 1
  }
  return counts
}

/** The severities that occur, worst first: `2 critical, 14 high`. Empty without findings. */
export function severityLine(counts: Tally): string {
  return severities
    .filter((severity) => counts.severities[severity] > 0)
    .map((severity) => `${wholeNumber(counts.severities[severity])} ${severity}`)
    .join(', ')
}

/** What was found, in one line: for a vulnerability the package, its version and what is wrong with it. */
export function foundLine({ found, vulnerability }: ReportedFinding): string {
  if (vulnerability === undefined) return found
  const {
    title,
    package: { name, version },
  } = vulnerability
  return `${name} ${version}${title === '' ? '' : `: ${title}`}`
}

/** Whose a finding is, in two or three words. Empty where it is nobody's, or where its place in the source says it already. */
export function ownerLine({ owner, location }: ReportedFinding): string {
  if (owner === undefined || location?.within === 'source') return ''
  switch (owner.kind) {
    case 'base':
      return 'base image'
    case 'application':
      return owner.line === undefined ? 'application' : `application, line ${owner.line}`
    case 'build':
      return `build stage ${owner.stage}`
    case 'unknown':
      return 'owner unknown'
  }
}

/** Evidence that could not be had, whether or not a rule needed it. */
function missingEvidence(run: Run): ReportedFinding[] {
  const severity: Severity = 'unknown'
  const state: FindingState = run.verdict?.outcome === 'passed' ? 'reported' : 'undecided'
  const missing: ReportedFinding[] = []
  if (run.evidence?.lint.status === 'undecided')
    missing.push({ ...pick(run.evidence.lint), state, severity, kind: 'lint', id: 'lint', subject: '', platforms: [] })
  for (const { archive, evidence } of run.evidence?.platforms ?? []) {
    for (const kind of evidenceKinds) {
      const cell = evidence[kind]
      if (cell.status === 'undecided')
        missing.push({ ...pick(cell), state, severity, kind, id: kind, subject: '', platforms: [archive.platform] })
    }
  }
  return missing
}

function judgedFindings(
  result: RuleResult,
  missing: readonly ReportedFinding[],
  evidence: VulnerabilityIndex,
): ReportedFinding[] {
  const state = stateOf(result.status)
  const tell = (violation: Violation): ReportedFinding => {
    const vulnerability =
      result.kind === 'vulnerabilities'
        ? evidence.get(nameOf(violation.id, violation.platform ?? '', violation.subject, violation.location?.path))
        : undefined
    return {
      state: state === 'denied' && violation.remark === true ? 'warned' : state,
      kind: result.kind,
      rule: result.rule,
      id: violation.id,
      subject: violation.subject,
      severity: violation.severity,
      platforms: violation.platform === undefined ? [] : [violation.platform],
      ...pick(violation),
      ...(violation.location === undefined ? {} : { location: violation.location }),
      ...(violation.owner === undefined ? {} : { owner: violation.owner }),
      ...(violation.url === undefined ? {} : { url: violation.url }),
      ...(vulnerability === undefined ? {} : { vulnerability }),
    }
  }
  // An undecided rule repeats the missing evidence that it needs: that is told once, as itself.
  const repeats = ({ id, platform }: Violation): boolean =>
    state === 'undecided' &&
    missing.some((cell) => cell.kind === id && (cell.platforms.length === 0 || cell.platforms.includes(platform ?? '')))
  const findings = [
    ...result.violations.filter((violation) => !repeats(violation)).map(tell),
    ...(result.known ?? []).map(({ violation, since }): ReportedFinding => ({
      ...tell(violation),
      state: 'known',
      knownSince: since,
    })),
    ...result.excepted.map(({ violation, ...exception }): ReportedFinding => ({
      ...tell(violation),
      state: 'excepted',
      exception,
    })),
  ]
  const denies = state === 'denied' || state === 'undecided'
  const explained =
    result.violations.length > 0 || (state === 'undecided' && missing.some((finding) => finding.kind === result.kind))
  // A rule that says no without naming anything must still be seen in reports that list findings only.
  if (denies && !explained)
    findings.push({
      state,
      kind: result.kind,
      rule: result.rule,
      id: result.rule,
      subject: '',
      severity: 'unknown',
      platforms: [],
      ...pick(result),
    })
  return findings
}

function stateOf(status: RuleResult['status']): FindingState {
  if (status === 'failed') return 'denied'
  if (status === 'warned' || status === 'undecided') return status
  return 'reported'
}

type VulnerabilityIndex = Map<string, Vulnerability>

/** Finds the vulnerability of which a rule speaks. */
function vulnerabilityIndex(run: Run): VulnerabilityIndex {
  const index: VulnerabilityIndex = new Map()
  for (const { archive, evidence } of run.evidence?.platforms ?? []) {
    if (evidence.vulnerabilities.status !== 'collected') continue
    for (const vulnerability of evidence.vulnerabilities.value.findings)
      index.set(nameOfVulnerability(vulnerability, archive.platform), vulnerability)
  }
  return index
}

function nameOfVulnerability(vulnerability: Vulnerability, platform: string): string {
  return nameOf(vulnerability.id, platform, subjectOf(vulnerability), vulnerability.package.path)
}

function subjectOf({ package: { name, version, purl } }: Vulnerability): string {
  return purl ?? `${name}@${version}`
}

/** What tells a finding from every other of its kind on one platform. */
function nameOf(id: string, platform: string, subject: string, path: string | undefined): string {
  return `${id}\0${platform}\0${subject}\0${path ?? ''}`
}

function* unjudgedVulnerabilities(run: Run, seen: ReadonlySet<string>): Iterable<ReportedFinding> {
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
        subject: subjectOf(vulnerability),
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

function* unjudgedLint(run: Run, seen: ReadonlySet<string>): Iterable<ReportedFinding> {
  if (run.evidence?.lint.status !== 'collected') return
  // The Dockerfile is the same on every platform.
  const owners = ownersIn(run.evidence.platforms[0]?.evidence)
  const { findings, checks } = run.evidence.lint.value
  const remarks = [
    ...findings.map(({ id, level, message, location }) => ({
      id,
      severity: level === 'error' ? ('high' as const) : level === 'warning' ? ('medium' as const) : ('low' as const),
      location,
      wanted: `a Dockerfile without remarks of ${id}`,
      found: message,
      remedy: `Follow ${id}, at level ${level}.`,
    })),
    ...checks.map(({ id, message, location, url }) => ({
      id,
      severity: 'medium' as const,
      location,
      wanted: `a Dockerfile without warnings of ${id}`,
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

function* unjudgedSecrets(run: Run, seen: ReadonlySet<string>): Iterable<ReportedFinding> {
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
        remedy: 'Remove it from the image, and replace the secret: whoever has the image has it.',
        location,
        owner: owners.ofLayer(layer),
      }
    }
  }
}

function ownersIn(evidence: PlatformEvidence | undefined): Owners {
  return ownersOf(evidence?.base.status === 'collected' ? evidence.base.value : undefined)
}

/** `Dockerfile:12`, or only the path where there is no line: the subject under which the gate speaks of such a finding. */
export function placeOf({ path, line }: Location): string {
  return line === undefined ? path : `${path}:${line}`
}

/** Equal findings of several platforms become one, in the order of their first appearance. */
function foldPlatforms(findings: Iterable<ReportedFinding>): ReportedFinding[] {
  const folded = new Map<string, ReportedFinding>()
  for (const finding of findings) {
    const { state, kind, rule, id, subject, severity, found, location, owner } = finding
    const key = [
      state,
      kind,
      rule,
      id,
      subject,
      severity,
      found,
      location?.path,
      location?.line,
      location?.column,
      finding.vulnerability?.package.path,
      owner === undefined ? '' : JSON.stringify(owner),
      finding.exception === undefined ? '' : JSON.stringify(finding.exception),
    ].join('\0')
    const first = folded.get(key)
    // Two remarks on one platform are two findings even where they read alike.
    const repeated = first !== undefined && finding.platforms.some((platform) => first.platforms.includes(platform))
    if (first === undefined || finding.platforms.length === 0 || repeated)
      folded.set(first === undefined ? key : `${key}#${folded.size}`, { ...finding })
    else first.platforms = [...first.platforms, ...finding.platforms].sort()
  }
  return [...folded.values()]
}

function byWeight(left: ReportedFinding, right: ReportedFinding): number {
  return (
    findingStates.indexOf(left.state) - findingStates.indexOf(right.state) ||
    compareSeverity(left.severity, right.severity) ||
    findingKinds.indexOf(left.kind) - findingKinds.indexOf(right.kind) ||
    compareText(left.id, right.id) ||
    compareText(left.subject, right.subject) ||
    compareText(left.location?.path ?? '', right.location?.path ?? '') ||
    (left.location?.line ?? 0) - (right.location?.line ?? 0) ||
    compareText(left.platforms.join(), right.platforms.join())
  )
}

function pick({ wanted, found, remedy }: { wanted: string; found: string; remedy: string }): {
  wanted: string
  found: string
  remedy: string
} {
  return { wanted, found, remedy }
}
