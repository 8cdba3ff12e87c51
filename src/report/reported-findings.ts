import {
  compareSeverity,
  compareText,
  evidenceKinds,
  type RuleResult,
  type Run,
  type Severity,
  type Violation,
  type Vulnerability,
} from '../model/index.ts'
import { unjudgedVulnerabilities, unjudgedLint, unjudgedSecrets } from './unjudged-findings.ts'
import { type ReportedFinding, type FindingState, findingStates, findingKinds } from './reported-finding.ts'
import { nameOf, nameOfVulnerability } from './finding-names.ts'
import { foldPlatforms } from './fold-platforms.ts'

/**
 * Every finding of a run, once: missing evidence, the rules' violations, and findings within the policy.
 * Sorted by state, then severity, then ID; equal findings on several platforms are merged.
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

/** Evidence that could not be collected, whether or not a rule needed it. */
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
  // An undecided rule repeats its missing evidence, which is reported once, on its own.
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
  // A rule that says no without violations must still appear in reports that list only findings.
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

/** Finds the vulnerability that a violation is about. */
function vulnerabilityIndex(run: Run): VulnerabilityIndex {
  const index: VulnerabilityIndex = new Map()
  for (const { archive, evidence } of run.evidence?.platforms ?? []) {
    if (evidence.vulnerabilities.status !== 'collected') continue
    for (const vulnerability of evidence.vulnerabilities.value.findings)
      index.set(nameOfVulnerability(vulnerability, archive.platform), vulnerability)
  }
  return index
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
