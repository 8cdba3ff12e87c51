import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type YAMLError,
} from 'yaml'
import { withoutMarks } from '../../formats/unknown-value.ts'
import { sayError, scanYaml, yamlOptions } from '../../model/read-yaml.ts'
import { joinedJson } from './joined-json.ts'
import { find, manifestError, type Place, type Placed } from './placed.ts'

/** One document of a YAML file, as written. */
export interface WrittenDocument {
  path: string
  /** The line of the file on which it starts, counted from 1. */
  line: number
  text: string
  /** True if a program rendered it: then its lines are not lines of the file. */
  isRendered?: boolean
}

/** The largest document that anybody deploys; bundles of many objects have many documents. */
const longestDocument = 4_194_304
/** Values of a document after resolving aliases: a small file can expand into a large one. */
const mostValues = 400_000
const deepest = 100
/** The limit on lines re-indented so that the parser accepts what kubectl and Compose accept. */
const mostRepairs = 50

/**
 * Splits a file where a line starts with `---` or `...`: nothing else in YAML can be there. Directives are dropped. A
 * file of JSON texts one behind the other is split between them, as kubectl does it.
 */
export function splitDocuments(text: string, path: string): WrittenDocument[] {
  const joined = joinedJson(text)
  if (joined !== undefined) return joined.map((one) => ({ path, ...one }))
  // Joined files keep the byte order marks at their starts.
  const lines = withoutMarks(text)
    .split(/\r\n?|\n/)
    .map((line) => (line.startsWith('\uFEFF') ? line.slice(1) : line))
  const documents: WrittenDocument[] = []
  let current: string[] = []
  let begin = 1
  const end = (next: number) => {
    if (current.some((line) => !/^(---)?\s*(#.*)?$/.test(line)))
      documents.push({ path, line: begin, text: current.join('\n') })
    ;[current, begin] = [[], next]
  }
  for (const [index, line] of lines.entries()) {
    if (/^---(\s|$)/.test(line)) end(index + 1)
    else if (/^\.\.\.(\s|$)/.test(line)) {
      end(index + 2)
      continue
    }
    const isDirective = /^%[A-Z]/.test(line) && current.every((before) => /^\s*(#.*|%.*)?$/.test(before))
    current.push(isDirective ? '' : line)
  }
  end(lines.length + 1)
  return documents
}

/**
 * Reads one document, with anchors, aliases and merge keys; undefined for an empty one. Tags are kept and have no meaning here.
 * Time and memory are bounded for every input. Throws `SOURCE` with file and line.
 */
export function readManifestDocument(written: WrittenDocument): Placed | undefined {
  refuseUnread(written)
  try {
    const { document, lines } = parsed(written)
    const place = (offset: number | undefined): Place => ({
      path: written.path,
      line: written.isRendered === true ? 1 : written.line - 1 + Math.max(lines.linePos(offset ?? 0).line, 1),
    })
    const [fault] = document.errors
    if (fault !== undefined) throw manifestError(place(fault.pos[0]), sayError(fault.code, fault.message))
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
      return undefined
    return new Resolver(document, place).resolve()
  } catch (error) {
    if (error instanceof RangeError) throw manifestError(written, `expected at most ${deepest} levels, found more`)
    throw error
  }
}

/** Every document of a file. Throws `SOURCE` with file and line if one cannot be read. */
export function readManifest(text: string, path: string): Placed[] {
  return splitDocuments(text, path).flatMap((written) => readManifestDocument(written) ?? [])
}

/** Refuses what the parser must not see, because parsing it would already cost too much. */
function refuseUnread({ path, line, text }: WrittenDocument): void {
  if (text.length > longestDocument)
    throw manifestError(
      { path, line },
      `expected at most ${longestDocument} characters in a document, found ${text.length}`,
    )
  const unreadable = /[\0\uFFFD]/.exec(text)
  if (unreadable !== null) {
    const behind = text.slice(0, unreadable.index).split('\n').length - 1
    throw manifestError({ path, line: line + behind }, 'expected UTF-8 text, found bytes that are not valid UTF-8')
  }
  // Most documents cannot be that deep, and need no second pass to tell.
  if ((text.match(/[[{]/g) ?? []).length <= deepest && !/(?:[-?][ \t]+){100}/.test(text)) return
  for (const { line: at, depth } of scanYaml(text))
    if (depth > deepest)
      throw manifestError({ path, line: line + at - 1 }, `expected at most ${deepest} levels of nesting, found more`)
}

/**
 * Parses. A quoted text may continue on a line that is not indented enough: kubectl and Compose accept that, and so
 * does the parser once the line is indented.
 */
function parsed({ text }: WrittenDocument): { document: Document; lines: LineCounter } {
  let source = text
  for (let repairs = 0; ; repairs++) {
    const lines = new LineCounter()
    const document = parseDocument(source, { ...yamlOptions, lineCounter: lines })
    const repaired = repairs === mostRepairs ? undefined : indented(source, document.errors[0])
    if (repaired === undefined) return { document, lines }
    source = repaired
  }
}

/** The text with lines indented, if the first error is their indentation: lines of a quoted text, or of a flow list or map. */
function indented(text: string, fault: YAMLError | undefined): string | undefined {
  const { message = '', pos: [at] = [0] } = fault ?? {}
  const begin = text.lastIndexOf('\n', at - 1)
  if (/^Missing closing ["']quote/.test(message) && text[at] === '\n') {
    const inside = message.includes('"') ? /(?:\\.|[^"\\])*"/sy : /(?:''|[^'])*'/sy
    inside.lastIndex = at
    const end = at + (inside.exec(text)?.[0].length ?? 0)
    return end === at ? undefined : `${text.slice(0, at)}${pushed(text.slice(at, end))}${text.slice(end)}`
  }
  if (!/^Flow (map|sequence) in block collection must be sufficiently indented/.test(message) || begin === -1)
    return undefined
  const end = closing(text, begin)
  return end === undefined ? undefined : `${text.slice(0, begin)}${pushed(text.slice(begin, end))}${text.slice(end)}`
}

/** Indents further than anything around it. */
const pushed = (text: string) => text.replaceAll('\n', `\n${' '.repeat(200)}`)

/** Where the open bracket closes, ignoring quoted texts and comments. */
function closing(text: string, from: number): number | undefined {
  let open = 1
  const token = /"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|(?<=\s)#[^\n]*|[[\]{}]/gs
  token.lastIndex = from
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (/^[[{]/.test(match[0])) open++
    else if (/^[\]}]/.test(match[0]) && --open === 0) return match.index + 1
  }
  return undefined
}

/** Turns the parser's nodes into values. An alias counts as much as its target, so that nested aliases cannot multiply unnoticed. */
class Resolver {
  readonly #document: Document
  readonly #place: (offset: number | undefined) => Place
  readonly #done = new Map<unknown, { placed: Placed; values: number }>()
  readonly #open = new Set<unknown>()
  #values = 0
  /** The first key that is set before a merge key that sets it differently. */
  #contested: { name: string; place: Place } | undefined

  constructor(document: Document, place: (offset: number | undefined) => Place) {
    this.#document = document
    this.#place = place
  }

  resolve(): Placed {
    const placed = this.#read(this.#document.contents, 0)
    if (this.#contested !== undefined && find(placed, 'apiVersion') !== undefined && find(placed, 'kind') !== undefined)
      throw manifestError(
        this.#contested.place,
        `the key ${JSON.stringify(this.#contested.name)} appears before the merge key "<<", which sets it too: kubectl takes the merged value, other programs this one`,
        'Put "<<" first.',
      )
    return placed
  }

  #read(node: unknown, depth: number): Placed {
    const place = this.#place(isNode(node) ? node.range?.[0] : undefined)
    if (depth > deepest) throw manifestError(place, `expected at most ${deepest} levels of nesting, found more`)
    if (isAlias(node)) {
      const target = node.resolve(this.#document)
      if (target === undefined) throw manifestError(place, `the alias *${node.source} has no anchor above it`)
      if (this.#open.has(target)) throw manifestError(place, `the alias *${node.source} is inside its own anchor`)
      const known = this.#done.get(target)
      if (known === undefined)
        throw manifestError(place, `the alias *${node.source} refers to something that is not above it`)
      this.#count(known.values, place)
      return known.placed
    }
    const before = this.#values
    this.#count(1, place)
    this.#open.add(node)
    const tag = isNode(node) && node.tag !== undefined && /^![a-z]/.test(node.tag) ? { tag: node.tag } : {}
    const placed: Placed = { ...place, value: this.#valueOf(node, depth), ...tag }
    this.#open.delete(node)
    this.#done.set(node, { placed, values: this.#values - before })
    return placed
  }

  #valueOf(node: unknown, depth: number): Placed['value'] {
    if (isSeq(node)) return node.items.map((item) => this.#read(item, depth + 1))
    if (isMap(node)) return this.#readMap(node.items, depth)
    if (!isScalar(node)) return null
    const { value } = node
    // As the tools do it that deploy it, and not only for values: `!!binary a2luZA==` is the key `kind`.
    if (node.tag === 'tag:yaml.org,2002:binary') return Buffer.from(node.source ?? '', 'base64').toString()
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value
    // Dates are texts to the tools that deploy them.
    return node.source ?? ''
  }

  #readMap(items: ReadonlyArray<{ key: unknown; value: unknown }>, depth: number): Map<string, Placed> {
    const own = new Map<string, Placed>()
    let before = new Map<string, Placed>()
    let merged: Placed | undefined
    for (const { key, value } of items) {
      const place = this.#place(isNode(key) ? key.range?.[0] : undefined)
      if (isMergeKey(key)) {
        if (merged !== undefined) throw manifestError(place, 'the key "<<" appears twice; keep one, with a list')
        ;[merged, before] = [this.#read(value, depth + 1), new Map(own)]
        continue
      }
      const name = this.#nameOf(key, place, depth)
      if (own.has(name)) throw manifestError(place, `the key ${JSON.stringify(name)} appears twice; keep one`)
      const read = this.#read(value, depth + 1)
      // A value's place is its key's: that is where people look.
      own.set(name, { ...read, ...(isAlias(value) ? {} : place) })
    }
    // Own keys win over merged ones, and of several merged maps the first.
    const sources = merged === undefined ? [] : Array.isArray(merged.value) ? merged.value : [merged]
    for (const source of sources) {
      if (!(source.value instanceof Map)) throw manifestError(source, 'expected a map after the merge key "<<"')
      this.#count(source.value.size, source)
      for (const [name, value] of source.value) {
        const stated = before.get(name)
        if (stated !== undefined && !isSameScalar(stated, value)) this.#contested ??= { name, place: stated }
        if (!own.has(name)) own.set(name, value)
      }
    }
    return own
  }

  #nameOf(key: unknown, place: Place, depth: number): string {
    const { value } = isScalar(key) || isAlias(key) ? this.#read(key, depth + 1) : { value: null }
    if (value === null || typeof value === 'object')
      throw manifestError(place, 'expected a key that is text, found a list, a map or nothing')
    return String(value)
  }

  #count(values: number, place: Place): void {
    this.#values += values
    if (this.#values > mostValues)
      throw manifestError(place, `expected at most ${mostValues} values, found more once aliases are resolved`)
  }
}

/** A merge key is plain: in quotes, or with a tag of its own, it is a key like any other. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && (key.tag ?? mergeTag) === mergeTag
}

const mergeTag = 'tag:yaml.org,2002:merge'

function isSameScalar(left: Placed, right: Placed): boolean {
  return typeof left.value !== 'object' && left.value === right.value
}
