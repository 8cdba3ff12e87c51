import {
  evidenceKinds,
  severities,
  type AcceptedRisk,
  type EvidenceKind,
  type Location,
  type Owner,
  type Severity,
  type Vulnerability,
} from '../model/index.ts'
import { wholeNumber } from '../model/measures.ts'

/**
 * The state of a finding. `undecided`: evidence is missing, which blocks; `denied`: its rule says no; `warned`: its rule only warns;
 * `excepted`: the policy allows it for a limited time; `known`: an earlier verdict had it, and the policy does not hold it against the image; `reported`: found, and within the policy.
 */
export const findingStates = ['undecided', 'denied', 'warned', 'excepted', 'known', 'reported'] as const

export type FindingState = (typeof findingStates)[number]

/** The state of a finding in a word or two, as reports for people say it. */
export const stateWords: Readonly<Record<FindingState, string>> = {
  undecided: 'undecided',
  denied: 'denies',
  warned: 'warns',
  excepted: 'excepted',
  known: 'known',
  reported: 'within policy',
}

/** The kinds of findings in the order of every report. */
export const findingKinds = ['lint', ...evidenceKinds, 'policy'] as const

export type FindingKind = EvidenceKind | 'policy'

/** One finding as every report presents it, on however many platforms. */
export interface ReportedFinding {
  state: FindingState
  kind: FindingKind
  /** The gate rule that reports it; absent for missing evidence and for what no rule covers. */
  rule?: string
  id: string
  subject: string
  severity: Severity
  /** Sorted; empty if the finding belongs to no platform. */
  platforms: string[]
  wanted: string
  found: string
  remedy: string
  location?: Location
  /** Its owner; absent if it concerns the image as a whole, or the run. */
  owner?: Owner
  url?: string
  vulnerability?: Vulnerability
  /** Who accepted it, why and until when; only for the state `excepted`. */
  exception?: AcceptedRisk
  /** When the first verdict that had it was judged; only for known findings. */
  knownSince?: string
}

/** The number of findings by state and by severity. */
export interface Tally {
  total: number
  states: Record<FindingState, number>
  severities: Record<Severity, number>
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

/** A finding's owner, in two or three words. Empty if it has none, or if its place in the source already says it. */
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

/** `Dockerfile:12`, or only the path if there is no line: the gate's subject for such a finding. */
export function placeOf({ path, line }: Location): string {
  return line === undefined ? path : `${path}:${line}`
}
