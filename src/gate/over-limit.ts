import type { Violation } from '../model/index.ts'
import { groupBy } from '../model/group-by.ts'

/** A highest number of findings, or none. */
export type Limit = number | 'unlimited'

/** What a violation is counted with, and how many of these there may be. */
export interface Count {
  group: string
  limit: Limit
}

/**
 * The violations that break a limit. They are counted on each platform by itself, because each platform's image ships by itself, in all the groups that `countsOf` names.
 * Where a group is over its limit all of it is over: a count cannot say which one is too much.
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
