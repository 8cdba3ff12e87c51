import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import { readJson } from '../model/read-json.ts'

/**
 * The fields used from CISA's catalogue of known exploited vulnerabilities
 * (https://www.cisa.gov/known-exploited-vulnerabilities-catalog). Entries have more, and may get more.
 */
const Catalogue = z.object({
  catalogVersion: z.string().min(1),
  dateReleased: z.iso.datetime(),
  count: z.int().min(1),
  vulnerabilities: z
    .array(z.object({ cveID: z.string().regex(/^CVE-\d{4}-\d{4,}$/), dateAdded: z.iso.date(), dueDate: z.iso.date() }))
    .min(1),
})

/** A list of vulnerabilities that attackers are known to use. */
export interface ExploitedCatalogue {
  version: string
  /** UTC, ISO 8601. */
  releasedAt: string
  entries: Array<{ id: string; added: string; due: string }>
}

/**
 * Reads the catalogue's JSON. Throws `DATABASE` if it is empty, truncated, malformed, or holds a different number of
 * entries than it states: a lost entry would look like a vulnerability that nobody exploits.
 */
export function parseExploitedCatalogue(text: string): ExploitedCatalogue {
  const { catalogVersion, dateReleased, count, vulnerabilities } = readJson(
    'the list of exploited vulnerabilities',
    text,
    Catalogue,
    'DATABASE',
  )
  if (vulnerabilities.length !== count) {
    throw new DeliveryError(
      'DATABASE',
      `expected ${count} entries, as the list states, found ${vulnerabilities.length}`,
      'Fetch the list again: it is incomplete.',
    )
  }
  return {
    version: catalogVersion,
    releasedAt: dateReleased,
    entries: vulnerabilities.map(({ cveID, dateAdded, dueDate }) => ({ id: cveID, added: dateAdded, due: dueDate })),
  }
}
