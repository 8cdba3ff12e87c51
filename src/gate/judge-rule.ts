import {
  compareSeverity,
  compareText,
  type EvidenceKind,
  type Excepted,
  type Platform,
  type RuleResult,
  type Violation,
} from '../model/index.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import type { KnownFindings } from '../policy/baseline.ts'
import type { ExceptionRegister } from '../policy/exception-register.ts'
import { missingEvidence, notApplicable, toViolation } from './missing-evidence.ts'
import type { Answer, Question, Rule } from './rule.ts'
import { actingLevel, type Acting } from './acting-level.ts'

/** What may keep a violation from rejecting: an exception, or its presence in an earlier verdict. */
export interface Asides {
  register: ExceptionRegister
  earlier: KnownFindings
}

/** Judges the evidence by one rule, at the level that the policy gives it today, without the findings that the policy or an earlier verdict accepts. */
export function judgeRule(rule: Rule, question: Question, asides: Asides): RuleResult {
  const { policy, evidence, now } = question
  const { register } = asides
  const acting = actingLevel(rule, policy, now)
  const about: About = { rule: rule.id, title: rule.title, kind: rule.needs[0] ?? 'policy', remedy: rule.remedy }
  if (acting.isOff) return notJudged(about, 'not judged', acting.note)

  const missing = missingEvidence(evidence, rule.needs)
  if (missing.length > 0) {
    register.leaveOpen(rule.id)
    return {
      ...about,
      status: 'undecided',
      wanted: `evidence: ${rule.needs.join(', ')}`,
      found: sayMissing(missing),
      violations: missing.map(toViolation).toSorted(compareViolations),
      excepted: [],
    }
  }
  const without = notApplicable(evidence, rule.needs)
  if (without.length > 0) {
    register.leaveOpen(rule.id)
    return notJudged(about, 'not judged', `not applicable: ${without.map(({ reason }) => reason).join('; ')}`)
  }
  const answer = rule.judge(question)
  if (answer.notJudged) {
    register.leaveOpen(rule.id)
    return notJudged(about, answer.wanted, answer.found)
  }
  return { ...about, ...weigh(rule, answer, acting, asides, policy) }
}

type About = Pick<RuleResult, 'rule' | 'title' | 'kind' | 'remedy'>

function notJudged(about: About, wanted: string, found: string): RuleResult {
  return { ...about, status: 'off', wanted, found, violations: [], excepted: [] }
}

/**
 * Sorts a rule's findings into those that reject, those that are known or excepted, and those that are only reported.
 */
function weigh(
  rule: Rule,
  answer: Answer,
  { denies, note }: Acting,
  { register, earlier }: Asides,
  policy: Question['policy'],
): Omit<RuleResult, keyof About> {
  const { counted, remarked, excepted } = applyExceptions(rule, answer, register)
  const denying = counted.filter(denies)
  // Evidence that proves nothing never counts as known.
  const { known, fresh, aged } =
    rule.means === 'undecided'
      ? { known: [], fresh: denying, aged: 0 }
      : earlier.part(rule.id, denying.toSorted(compareViolations))
  const violations = [
    ...fresh,
    ...counted.filter((violation) => !denies(violation)).map(asRemark),
    ...remarked.map(asRemark),
  ]
  const status =
    fresh.length > 0 ? (rule.means ?? 'failed') : violations.length > 0 || known.length > 0 ? 'warned' : 'passed'
  const notes = [
    answer.found,
    excepted.length > 0 ? `${excepted.length} excepted` : '',
    known.length > 0 ? `${known.length} known since an earlier verdict` : '',
    aged > 0 ? `${aged} known for longer than ${policy.baseline.maximumAge}, which count again` : '',
    note,
  ].filter((part) => part !== '')
  return {
    status,
    wanted: answer.wanted,
    found: notes.join('; '),
    violations: violations.toSorted(compareViolations),
    excepted: excepted.toSorted((left, right) => compareViolations(left.violation, right.violation)),
    ...(known.length === 0
      ? {}
      : { known: known.toSorted((left, right) => compareViolations(left.violation, right.violation)) }),
  }
}

function asRemark(violation: Violation): Violation {
  return { ...violation, remark: true }
}

/** Exceptions apply before the limit, known findings after both: a limit counts known findings too, and if it is exceeded only the new ones reject. */
function applyExceptions(
  rule: Rule,
  answer: Answer,
  register: ExceptionRegister,
): { counted: Violation[]; remarked: Violation[]; excepted: Excepted[] } {
  const counted = register.apply(rule.id, answer.violations)
  const remarked = register.apply(rule.id, answer.remarks ?? [])
  return {
    counted: answer.overLimit ? answer.overLimit(counted.remaining) : counted.remaining,
    remarked: remarked.remaining,
    excepted: [...counted.excepted, ...remarked.excepted],
  }
}

function sayMissing(missing: ReadonlyArray<{ kind: EvidenceKind; platform: Platform | undefined }>): string {
  return `missing: ${missing
    .map(({ kind, platform }) => (platform === undefined ? kind : `${kind} on ${platform}`))
    .toSorted()
    .join(', ')}`
}

/** Worst first; then by ID, subject and platform; ties by everything else. */
function compareViolations(left: Violation, right: Violation): number {
  return (
    compareSeverity(left.severity, right.severity) ||
    compareText(left.id, right.id) ||
    compareText(left.subject, right.subject) ||
    compareText(left.platform ?? '', right.platform ?? '') ||
    compareText(canonicalJson(left), canonicalJson(right))
  )
}
