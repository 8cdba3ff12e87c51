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

/** A rule's input. `now` is the time of judging, UTC. */
export interface Question {
  policy: Policy
  evidence: Evidence
  now: Date
  /** The given earlier verdict, whether or not its findings count as known. */
  baseline?: Baseline | undefined
  /** The use of each exception in the policy. Complete only for the rule `exceptions`, which runs last; empty for all others. */
  exceptions: readonly ExceptionUse[]
}

/** A rule's own result, before levels and exceptions apply. */
export interface Answer {
  /** The limit, in one line for a table: `at most 0 critical, 0 high`. */
  wanted: string
  /** The state, in one line: `2 critical, 14 high`. */
  found: string
  /** What rejects. If the rule has a limit: everything that counts against it. */
  violations: Violation[]
  /** Picks, from the violations that no exception allows, those that exceed the limit. Absent: each one does. */
  overLimit?: (remaining: readonly Violation[]) => Violation[]
  /** What is reported but does not reject. */
  remarks?: Violation[]
  /** Whether the policy gives the rule nothing to judge by: `found` says what is missing, and no report calls the rule passed. */
  notJudged?: true
}

/** One rule of the gate. Pure: no clock, no files, no Dagger. */
export interface Rule {
  /** Stable, kebab-case; used in the policy's `rules` and `exceptions`. */
  id: RuleId
  title: string
  /** Evidence that it needs: if any of it is undecided on any platform, the rule is undecided, and `judge` is not called. */
  needs: EvidenceKind[]
  /** Policy keys that it reads, besides `rules` and `exceptions`. Absent: the rule has no settings. */
  settings?: readonly string[]
  /** The severities of its violations, worst first. */
  severities: readonly [Severity, ...Severity[]]
  /** What to do when it says no, in one sentence. */
  remedy: string
  /** The source of the rule or its threshold: benchmark section, specification. */
  source: string
  /**
   * What a violation means. `undecided`: the evidence does not prove what it appears to prove, so the answer cannot be
   * yes. Default: failed.
   */
  means?: 'failed' | 'undecided'
  judge(question: Question): Answer
}

/**
 * The collected values of one kind on every platform. Only for kinds that the rule `needs`: the gate has checked that
 * they were collected.
 */
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

/** The linter's result. Only for rules that need `lint`. */
export function collectedLint(evidence: Evidence): Lint {
  return valueOf(evidence.lint, 'lint', 'the source')
}

function valueOf<T>(cell: Collected<T> | NotApplicable, kind: EvidenceKind, where: string): T {
  if (cell.status !== 'collected')
    throw new TypeError(`a rule asked for ${kind}, which it does not list in needs or which is undecided on ${where}`)
  return cell.value
}

/** One line for all platforms: once if all agree, otherwise prefixed per platform. */
export function onEveryPlatform(lines: ReadonlyArray<{ platform: Platform; text: string }>): string {
  const different = new Set(lines.map(({ text }) => text))
  if (different.size === 1) return [...different][0] ?? ''
  return lines
    .map(({ platform, text }) => `${platform}: ${text}`)
    .toSorted()
    .join('; ')
}
