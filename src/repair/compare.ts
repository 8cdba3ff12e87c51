import type { RuleResult } from '../model/index.ts'

/** What a rule said before and after; it was the same rule on another image. */
export interface RuleChange {
  rule: string
  title: string
  before: RuleResult['status']
  after: RuleResult['status']
  /** How many violations denied. */
  denied: { before: number; after: number }
}

/** Whether a rule denies. */
export function saysNo(status: RuleResult['status']): boolean {
  return status === 'failed' || status === 'undecided'
}

/** The rules that said no before or say it after. */
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

/** The rules that were content with the image before and are not any more. One that had nothing to judge, because the image was not started, was not content. */
export function worse(before: readonly RuleResult[], after: readonly RuleResult[]): string[] {
  return changes(before, after)
    .filter((change) => (change.before === 'passed' || change.before === 'warned') && saysNo(change.after))
    .map(({ rule }) => rule)
}

/** Whether a rule that said no says yes, or holds fewer things against the image. */
export function isBetter(before: readonly RuleResult[], after: readonly RuleResult[]): boolean {
  return changes(before, after).some(
    (change) => saysNo(change.before) && (!saysNo(change.after) || change.denied.after < change.denied.before),
  )
}

function denying({ status, violations }: RuleResult): number {
  return saysNo(status) ? violations.filter(({ remark }) => remark !== true).length : 0
}
