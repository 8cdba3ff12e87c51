import type { Violation } from '../model/index.ts'
import { groupBy } from '../model/group-by.ts'

/** A maximum number of findings, or none. */
export type Limit = number | 'unlimited'

/** The group a violation counts in, and the limit of that group. */
export interface Count {
  group: string
  limit: Limit
}

/**
 * The violations that exceed a limit. They are counted per platform, because each platform's image ships separately, in
 * all the groups that `countsOf` names. If a group exceeds its limit, all of it does: a count cannot tell which one is
 * too many.
 */
export function overLimit(
  violations: readonly Violation[],
  countsOf: (violation: Violation) => readonly Count[],
): Violation[] {
  const counted = violations.flatMap((violation) => countsOf(violation).map((count) => ({ violation, count })))
  const groups = groupBy(counted, ({ violation, count }) => JSON.stringify([violation.platform, count.group]))
  const over = new Set(
    [...groups.values()]
      .filter(([first, ...others]) => first !== undefined && isOver(1 + others.length, first.count.limit))
      .flatMap((members) => members.map(({ violation }) => violation)),
  )
  return violations.filter((violation) => over.has(violation))
}

function isOver(count: number, limit: Limit): boolean {
  return limit !== 'unlimited' && count > limit
}
