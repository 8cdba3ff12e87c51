import { Run } from '../model/index.ts'

/**
 * `verdict.json`: the Run document itself, in the key order of its schema, with a trailing newline.
 * Throws when the run is not a valid document: an invalid one would be read by others as evidence.
 */
export function renderJson(run: Run): string {
  return `${JSON.stringify(Run.parse(run), sortFreeKeys, 2)}\n`
}

/** Keys that the schema leaves free come sorted, so that equal runs give equal bytes. */
function sortFreeKeys(key: string, value: unknown): unknown {
  if (!freeKeyed.has(key) || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
}

const freeKeyed = new Set(['ecosystems', 'labels'])
