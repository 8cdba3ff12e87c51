import type { RuleResult } from '../model/index.ts'

/** A rule's result before and after; for the same rule, on a different image. */
export interface RuleChange {
  rule: string
  title: string
  before: RuleResult['status']
  after: RuleResult['status']
  /** The number of violations that rejected. */
  denied: { before: number; after: number }
}

/** Whether a rule rejects. */
export function saysNo(status: RuleResult['status']): boolean {
  return status === 'failed' || status === 'undecided'
}

/** The rules that failed before or fail after. */
export function changes(before: readonly RuleResult[], after: readonly RuleResult[]): RuleChange[] {
  return before.flatMap((old): RuleChange[] => {
    const now = after.find(({ rule }) => rule === old.rule)
    if (now === undefined || (!saysNo(old.status) && !saysNo(now.status))) return []
    return [
      {
        rule: old.rule,
        title: old.title,
        before: old.status,
        after: now.status,
        denied: { before: denying(old), after: denying(now) },
      },
    ]
  })
}

/**
 * The rules that accepted the image before but do not any more. A rule with nothing to judge, because the image was not
 * started, did not accept it.
 */
export function worse(before: readonly RuleResult[], after: readonly RuleResult[]): string[] {
  return changes(before, after)
    .filter((change) => (change.before === 'passed' || change.before === 'warned') && saysNo(change.after))
    .map(({ rule }) => rule)
}

/** Whether a rule that failed passes now, or has fewer violations. */
export function isBetter(before: readonly RuleResult[], after: readonly RuleResult[]): boolean {
  return changes(before, after).some(
    (change) => saysNo(change.before) && (!saysNo(change.after) || change.denied.after < change.denied.before),
  )
}

function denying({ status, violations }: RuleResult): number {
  return saysNo(status) ? violations.filter(({ remark }) => remark !== true).length : 0
}
