import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, type Document } from 'yaml'
import { DeliveryError } from '../../model/errors.ts'
import { refuseUnread, sayError } from '../../model/read-yaml.ts'

/** Where something is written: a file and its line, counted from 1. */
export interface Place {
  path: string
  line: number
}

/** A value of a manifest with its place. Anchors and merge keys are resolved; what came by one keeps the place where it was written. */
export interface Placed extends Place {
  value: string | number | boolean | null | Placed[] | Map<string, Placed>
}

/** Values of a document after every alias is filled in: a small file can stand for a large one. */
const mostValues = 100_000
const deepest = 40

/** A manifest that cannot be read: one line for the place, what was wanted and what was found. */
export function manifestError(
  { path, line }: Place,
  message: string,
  hint: string = 'Repair the file; nothing was judged.',
): DeliveryError {
  return new DeliveryError('SOURCE', `${path}:${line}: ${message}`, hint)
}

/**
 * Reads every YAML document of a manifest, with anchors, aliases and merge keys; empty documents are left out. Time and memory are bounded for every input:
 * size, tokens and nesting as for a policy, and the number of values that aliases stand for. Throws `SOURCE` with file and line.
 */
export function readManifest(text: string, path: string): Placed[] {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text
  const refusal = refuseUnread(plain, 'manifest')
  if (refusal) throw manifestError({ path, line: refusal.line }, refusal.message)
  const lines = new LineCounter()
  const documents = parseAllDocuments(plain, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  })
  if ('empty' in documents) return []
  const place = (offset: number | undefined): Place => ({ path, line: Math.max(lines.linePos(offset ?? 0).line, 1) })
  for (const document of documents) {
    const [fault] = [...document.errors, ...document.warnings]
    if (fault) throw manifestError(place(fault.pos[0]), sayError(fault.code, fault.message))
  }
  return documents.flatMap((document) => {
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return []
    return [new Resolver(document, place).resolve()]
  })
}

/** Turns the parser's nodes into values. An alias is counted by what it stands for, so that aliases of aliases cannot multiply. */
class Resolver {
  readonly #document: Document
  readonly #place: (offset: number | undefined) => Place
  readonly #done = new Map<unknown, { placed: Placed; values: number }>()
  readonly #open = new Set<unknown>()
  #values = 0

  constructor(document: Document, place: (offset: number | undefined) => Place) {
    this.#document = document
    this.#place = place
  }

  resolve(): Placed {
    return this.#read(this.#document.contents, 0)
  }

  #read(node: unknown, depth: number): Placed {
    const place = this.#place(isNode(node) ? node.range?.[0] : undefined)
    if (depth > deepest) throw manifestError(place, `wanted at most ${deepest} levels of nesting, found more`)
    if (isAlias(node)) {
      const target = node.resolve(this.#document)
      if (target === undefined) throw manifestError(place, `the alias *${node.source} has no anchor above it`)
      if (this.#open.has(target)) throw manifestError(place, `the alias *${node.source} stands inside of what it names`)
      const known = this.#done.get(target)
      if (known === undefined)
        throw manifestError(place, `the alias *${node.source} names something that is not written above it`)
      this.#count(known.values, place)
      return known.placed
    }
    if (isNode(node) && node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
      throw manifestError(place, `wanted a plain value, found the tag ${node.tag}; write out what it stands for`)
    const before = this.#values
    this.#count(1, place)
    this.#open.add(node)
    const placed: Placed = { ...place, value: this.#valueOf(node, place, depth) }
    this.#open.delete(node)
    this.#done.set(node, { placed, values: this.#values - before })
    return placed
  }

  #valueOf(node: unknown, place: Place, depth: number): Placed['value'] {
    if (isSeq(node)) return node.items.map((item) => this.#read(item, depth + 1))
    if (isMap(node)) return this.#readMap(node.items, depth)
    if (!isScalar(node)) return null
    const { value } = node
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value
    throw manifestError(place, 'wanted text, a number, true or false')
  }

  #readMap(items: ReadonlyArray<{ key: unknown; value: unknown }>, depth: number): Map<string, Placed> {
    const own = new Map<string, Placed>()
    const merged: Placed[] = []
    for (const { key, value } of items) {
      const place = this.#place(isNode(key) ? key.range?.[0] : undefined)
      if (!isScalar(key) || key.value === null)
        throw manifestError(place, 'wanted a key that is text, found a list, a map, an alias or nothing')
      const name = String(key.value)
      if (name === '<<') {
        merged.push(this.#read(value, depth + 1))
        continue
      }
      if (own.has(name)) throw manifestError(place, `the key ${JSON.stringify(name)} is there twice; keep one`)
      const read = this.#read(value, depth + 1)
      // What a key is set to is found at the key: that is where people look.
      own.set(name, { ...read, ...(isAlias(value) ? {} : place) })
    }
    // Own keys win over merged ones, and of several merged maps the first.
    for (const source of merged.flatMap((placed) => (Array.isArray(placed.value) ? placed.value : [placed]))) {
      if (!(source.value instanceof Map)) throw manifestError(source, 'wanted a map behind the merge key "<<"')
      this.#count(source.value.size, source)
      for (const [name, value] of source.value) if (!own.has(name)) own.set(name, value)
    }
    return own
  }

  #count(values: number, place: Place): void {
    this.#values += values
    if (this.#values > mostValues)
      throw manifestError(place, `wanted at most ${mostValues} values, found more where the aliases are filled in`)
  }
}

/** What stands below a value at the given keys; undefined where nothing does, or nothing but null. Throws where a map is wanted and something else is there. */
export function at(placed: Placed | undefined, ...keys: string[]): Placed | undefined {
  let current = placed
  for (const key of keys) {
    if (current === undefined || current.value === null) return undefined
    if (!(current.value instanceof Map))
      throw manifestError(current, `wanted a map with ${JSON.stringify(key)}, found ${describe(current)}`)
    current = current.value.get(key)
  }
  return current?.value === null ? undefined : current
}

/** The entries of a list; none where there is nothing. */
export function listOf(placed: Placed | undefined): Placed[] {
  if (placed === undefined || placed.value === null) return []
  if (!Array.isArray(placed.value)) throw manifestError(placed, `wanted a list, found ${describe(placed)}`)
  return placed.value
}

/** The entries of a map; none where there is nothing. */
export function entriesOf(placed: Placed | undefined): Array<[string, Placed]> {
  if (placed === undefined || placed.value === null) return []
  if (!(placed.value instanceof Map)) throw manifestError(placed, `wanted a map, found ${describe(placed)}`)
  return [...placed.value]
}

/** A value as text. */
export function textOf(placed: Placed): string {
  if (placed.value === null) return ''
  if (typeof placed.value === 'object') throw manifestError(placed, `wanted text, found ${describe(placed)}`)
  return String(placed.value)
}

/** A value as true or false, in the words of YAML 1.1 as well: Kubernetes reads them so. */
export function truthOf(placed: Placed): boolean {
  const text = textOf(placed).toLowerCase()
  if (/^(true|yes|on|y)$/.test(text)) return true
  if (/^(false|no|off|n)$/.test(text)) return false
  throw manifestError(
    placed,
    `wanted true or false, found ${JSON.stringify(text)}${text.includes('$') ? ': give the variable a default, as ${NAME:-false}' : ''}`,
  )
}

function describe({ value }: Placed): string {
  return Array.isArray(value)
    ? 'a list'
    : value instanceof Map
      ? 'a map'
      : value === null
        ? 'nothing'
        : JSON.stringify(value).slice(0, 80)
}
