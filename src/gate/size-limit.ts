import type { ByteLimit } from '../policy/schema.ts'
import { parseBytes } from '../model/units.ts'

/** A limit of bytes with both of its levels. */
export interface SizeLimit {
  warn: string | undefined
  deny: string | undefined
}

/** The levels of a limit as a policy writes it; `budget` denies where the policy says nothing of denying. */
export function sizeLimit(limit: ByteLimit | undefined, budget?: string): SizeLimit {
  if (typeof limit === 'string') return { warn: undefined, deny: limit }
  return { warn: limit?.warn, deny: limit?.deny ?? budget }
}

/** What a size breaks: the level that denies, the one that warns, or neither. A size that is no number breaks every level. */
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
