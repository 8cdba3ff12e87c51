import { DeliveryError } from '../../model/errors.ts'
import { undecided, type PlatformEvidence, type Undecided } from '../../model/index.ts'
import type { GivenList } from '../source/named-files.ts'

/** How a list about vulnerabilities is described to people. */
export interface ListDescription {
  /** What was expected, before the path: e.g. `the exploit predictions`. */
  what: string
  /** What to do if the source does not have it. */
  ifMissing: string
  /** What to do if it cannot be read; what the reader says if absent. */
  ifUnreadable?: string
}

/**
 * Reads a list for the findings of a scan. Undefined only if no list was requested; one that is missing or cannot be
 * read is undecided. `read` gets the list's path and text and the IDs found on any platform.
 */
export function collectGivenList<T>(
  given: GivenList | undefined,
  { what, ifMissing, ifUnreadable }: ListDescription,
  vulnerabilities: ReadonlyArray<PlatformEvidence['vulnerabilities']>,
  read: (list: { path: string; text: string }, found: ReadonlySet<string>) => T,
): { status: 'collected'; value: T } | Undecided | undefined {
  if (given === undefined) return undefined
  const { path, text } = given
  const wanted = `${what} in ${path}`
  if (text === undefined) return undecided({ wanted, found: `the source has no ${path}`, remedy: ifMissing })
  const found = new Set(
    vulnerabilities.flatMap((cell) => (cell.status === 'collected' ? cell.value.findings.map(({ id }) => id) : [])),
  )
  try {
    return { status: 'collected', value: read({ path, text }, found) }
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    return undecided({ wanted, found: error.message, remedy: ifUnreadable ?? error.hint })
  }
}
