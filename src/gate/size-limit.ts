import type { ByteLimit } from '../policy/schema.ts'
import { parseBytes } from '../model/units.ts'

/** A size limit with both of its levels. */
export interface SizeLimit {
  warn: string | undefined
  deny: string | undefined
}

/** The levels of a limit as written in a policy; `budget` rejects if the policy sets no rejecting level. */
export function sizeLimit(limit: ByteLimit | undefined, budget?: string): SizeLimit {
  if (typeof limit === 'string') return { warn: undefined, deny: limit }
  return { warn: limit?.warn, deny: limit?.deny ?? budget }
}

/** Which level a size exceeds: the rejecting one, the warning one, or neither. NaN exceeds every level. */
export function breaks({ warn, deny }: SizeLimit, bytes: number): 'deny' | 'warn' | undefined {
  if (deny !== undefined && !(bytes <= parseBytes(deny))) return 'deny'
  return warn !== undefined && !(bytes <= parseBytes(warn)) ? 'warn' : undefined
}

/** A limit for a table: `at most 100 MB; warns above 80 MB`. */
export function sayLimit({ warn, deny }: SizeLimit): string {
  return (
    [deny === undefined ? '' : `at most ${deny}`, warn === undefined ? '' : `warns above ${warn}`]
      .filter((part) => part !== '')
      .join('; ') || 'no limit set'
  )
}
