import type { z } from 'zod'
import { DirectLists, type DirectList } from './direct-lists.ts'
import { documentTextInParts } from './document-text.ts'
import { keysAndDepth } from './duplicate-key.ts'
import { deepest, readJson } from './read-json.ts'

/** A document without the entries of its direct lists, and its text with them. */
export interface DocumentInParts<T> {
  document: T
  /** What `documentText` would give for the whole, with what has been changed. */
  text(): string
}

/**
 * Reads a tool's JSON as `readJson` does, with the same errors, but never has the whole of it in memory: `visit` gets the
 * document once for each part of a direct list, with these entries only and all other direct lists empty, and may change the
 * entries. The schema must not count a list's entries.
 */
export function readJsonInParts<T extends Record<string, unknown>>(
  tool: string,
  text: string,
  schema: z.ZodType<T>,
  visit: (part: T) => void,
): DocumentInParts<T> {
  const read = inParts(text, schema, visit)
  if (read !== undefined) return read
  // Says what is wrong, and where.
  readJson(tool, text, schema)
  throw new TypeError(`expected ${tool}'s JSON to be refused as a whole, as its parts are`)
}

function inParts<T extends Record<string, unknown>>(
  text: string,
  schema: z.ZodType<T>,
  visit: (part: T) => void,
): DocumentInParts<T> | undefined {
  const { head, lists } = divide(text) ?? {}
  if (head === undefined || lists === undefined) return undefined
  const texts = new Map<string, string[]>()
  const empty = Object.fromEntries(Object.entries(head).map(([key, value]) => [key, Array.isArray(value) ? [] : value]))
  const document = schema.safeParse(empty).data
  if (document === undefined) return undefined
  for (const [key, number] of Object.entries(head)) {
    if (!Array.isArray(number)) continue
    const written: string[] = []
    for (const entries of partsOf(text, lists[Number(number[0])])) {
      const part = entries && schema.safeParse({ ...empty, [key]: entries }).data
      if (part === undefined) return undefined
      visit(part)
      written.push(JSON.stringify(part[key]).slice(1, -1))
    }
    texts.set(key, written)
  }
  return { document, text: () => documentTextInParts(document, texts) }
}

/** The document, in whose direct lists stands only their number, and the lists. Undefined if it is not one that can be read unambiguously. */
function divide(text: string): { head: Record<string, unknown>; lists: DirectList[] } | undefined {
  const lists = new DirectLists()
  try {
    const { twice, depth } = keysAndDepth(text, lists)
    if (twice !== undefined || depth > deepest) return undefined
    const ends = [0, ...lists.all.map(({ end }) => end)]
    const starts = [...lists.all.map(({ start }) => start), text.length]
    const head = JSON.parse(
      starts.map((start, number) => `${number === 0 ? '' : number - 1}${text.slice(ends[number], start)}`).join(''),
    ) as unknown
    return typeof head === 'object' && head !== null && !Array.isArray(head)
      ? { head: head as Record<string, unknown>, lists: lists.all }
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The entries of a list, part by part; undefined instead of a part that is not valid. */
function* partsOf(text: string, list: DirectList | undefined): Iterable<unknown[] | undefined> {
  if (list === undefined) return yield undefined
  const ends = [...list.cuts, list.end]
  let start = list.start
  for (const end of ends) {
    const entries = parseEntries(text.slice(start, end))
    // Between two commas there is something.
    yield entries?.length === 0 && ends.length > 1 ? undefined : entries
    start = end + 1
  }
}

function parseEntries(text: string): unknown[] | undefined {
  try {
    return JSON.parse(`[${text}]`) as unknown[]
  } catch {
    return undefined
  }
}
