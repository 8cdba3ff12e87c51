import type { Origin } from '../../model/index.ts'
import type { Exception, RegisterEntry, Suppression } from '../schema.ts'

/** The exceptions that a file of another tool comes to. */
export interface ReadSuppressions {
  entries: RegisterEntry[]
  /** What the file says and what was not taken over, with the reason, one line each. */
  left: string[]
}

/** What one entry of such a file says itself. */
export interface SuppressedFinding extends Pick<Exception, 'rule' | 'id' | 'path' | 'digest' | 'package' | 'vex'> {
  /** The file's own words. */
  says?: string
  /** The file's own last day, inclusive. */
  lastDay?: string
}

/** More entries than anybody answers for. */
export const mostEntries = 2_000

/** An exception out of a file: reason, owner and last day are those of the policy's entry that names the file, and the file can only shorten its life. */
export function suppressionEntry(
  suppression: Suppression,
  { says, lastDay, ...finding }: SuppressedFinding,
  origin: Origin,
): RegisterEntry {
  const { file: _, reason, created, expires, ...acceptance } = suppression
  const last = lastDay !== undefined && lastDay < expires ? lastDay : expires
  return {
    ...finding,
    ...acceptance,
    reason:
      says === undefined || says.trim() === ''
        ? reason
        : `${reason.replace(/[^.!?]$/, '$&.')} The file says: ${says.trim()}`,
    // A day that the file ended before is no day of creation any more.
    ...(created === undefined || created >= last ? {} : { created }),
    expires: last,
    origin,
  }
}

/** The calendar day before another. */
export function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}
