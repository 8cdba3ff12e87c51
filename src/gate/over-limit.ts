import type { Violation } from '../model/index.ts'
import { groupBy } from './group-by.ts'

/** A highest number of findings, or none. */
export type Limit = number | 'unlimited'

/**
 * The violations that break their limit. They are counted on each platform by itself, because each platform's image ships by itself, and in the groups that `groupOf` names.
 * Where a group is over its limit all of it is over: a count cannot say which one is too much.
 */
export function overLimit(violations: readonly Violation[], groupOf: (violation: Violation) => { group: string; limit: Limit }): Violation[] {
  const groups = groupBy(violations, (violation) => JSON.stringify([violation.platform, groupOf(violation).group]))
  return [...groups.values()].flatMap((members) => {
    const [first] = members
    if (!first) return []
    const { limit } = groupOf(first)
    return limit === 'unlimited' || members.length <= limit ? [] : members
  })
}
