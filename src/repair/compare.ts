import type { RuleResult, Run } from '../model/index.ts'

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

/** A run, as far as it judges an image. */
type Judgement = Pick<Run, 'evidence' | 'verdict'>

/** The part of its size that an image may keep for a repair to have made it smaller: two builds of the same differ by less. */
const noticeable = 0.9

/** Whether an image that is too large is clearly smaller, even if it is still too large. */
export function isSmaller(before: Judgement, after: Judgement): boolean {
  const isTooLarge = before.verdict?.results.some(({ rule, status }) => rule === 'size-unpacked' && saysNo(status))
  const [old, now] = [unpackedOf(before), unpackedOf(after)]
  return isTooLarge === true && old !== undefined && now !== undefined && now < old * noticeable
}

function unpackedOf({ evidence }: Judgement): number | undefined {
  const cell = evidence?.platforms[0]?.evidence.size
  return cell?.status === 'collected' ? cell.value.unpacked : undefined
}

function denying({ status, violations }: RuleResult): number {
  return saysNo(status) ? violations.filter(({ remark }) => remark !== true).length : 0
}
