import type {
  Collected,
  Evidence,
  EvidenceKind,
  Lint,
  NotApplicable,
  Platform,
  PlatformEvidence,
  Severity,
  Violation,
} from '../model/index.ts'
import type { Baseline } from '../policy/baseline.ts'
import type { RuleId } from '../policy/rule-ids.ts'
import type { ExceptionUse } from '../policy/exception-register.ts'
import type { Policy } from '../policy/schema.ts'

/** What a rule looks at. `now` is the moment of judging, UTC. */
export interface Question {
  policy: Policy
  evidence: Evidence
  now: Date
  /** The earlier verdict that was given, whether or not its findings count as known. */
  baseline?: Baseline | undefined
  /** What became of each exception of the policy. Complete only for the rule `exceptions`, which is asked last; empty for all others. */
  exceptions: readonly ExceptionUse[]
}

/** A rule's own answer, before levels and exceptions are applied. */
export interface Answer {
  /** The limit, in one line for a table: `at most 0 critical, 0 high`. */
  wanted: string
  /** The state, in one line: `2 critical, 14 high`. */
  found: string
  /** What denies. Where the rule has a limit: everything that counts against it. */
  violations: Violation[]
  /** Picks from the violations that no exception allows those that still break the limit. Absent: each one does. */
  overLimit?: (remaining: readonly Violation[]) => Violation[]
  /** What is reported and does not deny. */
  remarks?: Violation[]
  /** True where the policy gives the rule nothing to judge by: `found` says what is missing, and no report calls the rule passed. */
  notJudged?: true
}

/** One rule of the gate. Pure: no clock, no files, no Dagger. */
export interface Rule {
  /** Stable, kebab-case; the policy's `rules` and `exceptions` name it. */
  id: RuleId
  title: string
  /** Evidence that it needs: where one of these is undecided on any platform, the rule is undecided, and `judge` is not asked. */
  needs: EvidenceKind[]
  /** Keys of the policy that it reads, beside `rules` and `exceptions`. Absent: none, the rule has no settings of its own. */
  settings?: readonly string[]
  /** How bad its violations can be, worst first. */
  severities: readonly [Severity, ...Severity[]]
  /** What to do when it says no, in one sentence. */
  remedy: string
  /** Where the rule or its threshold comes from: benchmark section, specification. */
  source: string
  /** What a violation means. `undecided` says that the evidence does not prove what it seems to prove, so that nobody can say yes. Default: failed. */
  means?: 'failed' | 'undecided'
  judge(question: Question): Answer
}

/** The collected values of one kind on every platform. Only for kinds that the rule `needs`: the gate has checked that they were collected. */
export function collectedOf<K extends keyof PlatformEvidence>(
  evidence: Evidence,
  kind: K,
): Array<{ platform: Platform; value: Extract<PlatformEvidence[K], { status: 'collected' }>['value'] }> {
  return evidence.platforms.map(({ archive, evidence: cells }) => ({
    platform: archive.platform,
    value: valueOf(
      cells[kind] as Collected<Extract<PlatformEvidence[K], { status: 'collected' }>['value']>,
      kind,
      archive.platform,
    ),
  }))
}

/** What the linter said. Only for rules that need `lint`. */
export function collectedLint(evidence: Evidence): Lint {
  return valueOf(evidence.lint, 'lint', 'the source')
}

function valueOf<T>(cell: Collected<T> | NotApplicable, kind: EvidenceKind, where: string): T {
  if (cell.status !== 'collected')
    throw new TypeError(`a rule asked for ${kind}, which it does not list in needs or which is undecided on ${where}`)
  return cell.value
}

/** One line for all platforms: said once where all say the same, else with each platform before its own. */
export function onEveryPlatform(lines: ReadonlyArray<{ platform: Platform; text: string }>): string {
  const different = new Set(lines.map(({ text }) => text))
  if (different.size === 1) return [...different][0] ?? ''
  return lines
    .map(({ platform, text }) => `${platform}: ${text}`)
    .toSorted()
    .join('; ')
}
