import type { Origin } from '../../model/index.ts'
import type { Exception, RegisterEntry, Suppression } from '../schema.ts'

/** The exceptions from another tool's ignore file. */
export interface ReadSuppressions {
  entries: RegisterEntry[]
  /** Entries that were not taken over, with the reason, one line each. */
  left: string[]
}

/** What one entry of such a file states itself. */
export interface SuppressedFinding extends Pick<Exception, 'rule' | 'id' | 'path' | 'digest' | 'package' | 'vex'> {
  /** The file's own words. */
  says?: string | undefined
  /** The file's own last day, inclusive. */
  lastDay?: string | undefined
}

/** The limit on entries, above what anybody can be responsible for. */
export const mostEntries = 2_000

/**
 * An exception from a file: reason, owner and expiry come from the policy's entry that names the file, and the file can
 * only shorten its life.
 */
export function suppressionEntry(
  suppression: Suppression,
  { says = '', lastDay = suppression.expires, ...finding }: SuppressedFinding,
  origin: Origin,
): RegisterEntry {
  const { file: _, reason, created, expires, ...acceptance } = suppression
  const last = lastDay < expires ? lastDay : expires
  return {
    ...finding,
    ...acceptance,
    reason: says.trim() === '' ? reason : `${reason.replace(/[^.!?]$/, '$&.')} The file says: ${says.trim()}`,
    // A creation date after the file's own last day would be invalid.
    ...(created === undefined || created >= last ? {} : { created }),
    expires: last,
    origin,
  }
}

/** The day before a date. */
export function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}
