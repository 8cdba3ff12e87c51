import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
} from 'yaml'
import { limits } from './limits.ts'

/** A problem in a file, and where it is. */
export interface Problem {
  line: number
  column: number
  /** Keys from the top, e.g. `vulnerabilities.critical`. Empty for the file as a whole. */
  path: PropertyKey[]
  message: string
}

/** A YAML document of plain values, with the position of each. */
export interface PlacedDocument {
  value: unknown
  /** The position of a value, or of the nearest one that contains it; `key` asks for the key's position instead. */
  placeOf(path: readonly PropertyKey[], part?: 'key' | 'value'): { line: number; column: number }
}

const deepestNesting = 20
/** A small YAML file can be expensive: the parser needs about 12 microseconds and 1 kB for the most expensive kind of token. */
const mostTokens = 100_000
const deepestIndentation = 200
/** The most problems reported; the rest is counted. */
const mostSyntaxProblems = 20

/**
 * How a text from outside is parsed: by YAML 1.2's core schema. Duplicate keys are detected when reading the nodes,
 * because the parser's own check is quadratic.
 */
export const yamlOptions = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const

/** Keys with a special meaning in JavaScript. */
const refusedKeys: readonly unknown[] = ['__proto__', 'constructor', 'prototype']

/**
 * Reads one YAML 1.2 document of plain maps, lists and values only: no aliases, anchors, tags, directives or merge keys,
 * no second document, no duplicate key. Time and memory are bounded for every input. Returns either the document or its problems.
 * `aliasesOfValues` allows anchors, and aliases of a single text, number or boolean: these cannot multiply.
 */
export function readYaml(
  text: string,
  { aliasesOfValues = false }: { aliasesOfValues?: boolean } = {},
): PlacedDocument | Problem[] {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text
  const refusal = refuseUnread(plain)
  if (refusal) return [refusal]

  const lines = new LineCounter()
  const documents = parseAllDocuments(plain, { ...yamlOptions, lineCounter: lines })
  const document = 'empty' in documents ? undefined : documents[0]
  if (!document || documents.length === 0) return [atStart(emptyFile)]
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  const syntax = [...document.errors, ...document.warnings].slice(0, mostSyntaxProblems)
  if (syntax.length > 0)
    return syntax.map((error) => ({ ...place(error.pos[0]), path: [], message: sayError(error.code, error.message) }))
  const second = documents[1]
  if (second)
    return [
      {
        ...place(second.range[0]),
        path: [],
        message: 'expected one document, found a second one after "---"; keep one policy per file',
      },
    ]
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
    return [atStart(emptyFile)]

  const problems: Problem[] = []
  const isAllowed = (node: Node) =>
    aliasesOfValues && (isAlias(node) ? isScalar(node.resolve(document)) : node.anchor !== undefined)
  findProblems(document.contents, [], 1, isAllowed, (node, path, message) =>
    problems.push({ ...place(node?.range?.[0] ?? 0), path, message }),
  )
  if (problems.length > 0) return problems
  return {
    value: document.toJS({ maxAliasCount: aliasesOfValues ? -1 : 0 }) as unknown,
    placeOf: (path, part = 'value') => place(offsetOf(document, path, part)),
  }
}

const emptyFile =
  'expected a policy, found an empty file: it could mean "no rules" or "the default"; delete the file for the default, or start it with "version: 1"'

function atStart(message: string): Problem {
  return { line: 1, column: 1, path: [], message }
}

/**
 * Refuses what the parser must not see, because parsing it would already cost too much. `what` the text should be: a
 * policy, a manifest.
 */
function refuseUnread(text: string, what: string = 'policy'): Problem | undefined {
  const size = Buffer.byteLength(text)
  if (size > limits.written)
    return atStart(`expected at most ${limits.written} bytes (1 MiB), found ${size}; a ${what} is read by people`)
  const unreadable = /[\0\uFFFD]/.exec(text)
  if (unreadable) {
    const line = text.slice(0, unreadable.index).split('\n').length
    return {
      line,
      column: 1,
      path: [],
      message: 'expected UTF-8 text, found bytes that are not valid UTF-8; save the file as UTF-8',
    }
  }

  // A directive starts at the beginning of a line, where a map's values cannot be.
  const directive = /^%.*/m.exec(text)
  if (directive) {
    const line = text.slice(0, directive.index).split('\n').length
    return {
      line,
      column: 1,
      path: [],
      message: `expected plain YAML 1.2, found the directive ${JSON.stringify(directive[0].trim().slice(0, 40))}; remove it`,
    }
  }

  let tokens = 0
  for (const { token, line, depth } of scanYaml(text)) {
    const refuse = (message: string): Problem => ({ line, column: 1, path: [], message })
    if (++tokens > mostTokens)
      return refuse(`expected a ${what} of at most ${mostTokens} YAML tokens, found more; a ${what} is read by people`)
    if (/^ +$/.test(token) && token.length > deepestIndentation) return refuse(tooDeep(what))
    if (depth > deepestNesting) return refuse(tooDeep(what))
  }
  return undefined
}

/** The tokens of a text before parsing, with the line of each, and how deeply brackets or indicators are nested in one line there. */
export function* scanYaml(text: string): Generator<{ token: string; line: number; depth: number }> {
  let [line, flow, indicators] = [1, 0, 0]
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') flow++
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1)
    else if (token === '-' || token === '?') indicators++
    yield { token, line, depth: Math.max(flow, indicators) }
    const breaks = token.split('\n').length - 1
    if (breaks > 0) indicators = 0
    line += breaks
  }
}

const tooDeep = (what: string = 'policy') =>
  `expected at most ${deepestNesting} levels of nesting, found more; no key of a ${what} is that deep`

function findProblems(
  node: unknown,
  path: PropertyKey[],
  depth: number,
  isAllowed: (node: Node) => boolean,
  report: (node: Node | undefined, path: PropertyKey[], message: string) => void,
): void {
  if (!isNode(node)) return
  if (isAlias(node))
    return isAllowed(node)
      ? undefined
      : report(node, path, `expected a plain value, found the alias *${node.source}; write the value out`)
  if (node.anchor !== undefined && !isAllowed(node))
    report(node, path, `expected a plain value, found the anchor &${node.anchor}; write the value out where it is used`)
  if (node.tag !== undefined) report(node, path, `expected a plain value, found the tag ${node.tag}; remove it`)
  if (depth > deepestNesting) return report(node, path, tooDeep())
  if (isSeq(node))
    node.items.forEach((item, index) => findProblems(item, [...path, index], depth + 1, isAllowed, report))
  if (!isMap(node)) return

  const seen = new Set<unknown>()
  for (const { key, value } of node.items) {
    const keyNode = isNode(key) ? key : undefined
    const name = isScalar(key) ? key.value : undefined
    if (!isScalar(key) || typeof name !== 'string') {
      report(
        keyNode,
        path,
        `expected a key that is text, found ${isScalar(key) ? `${JSON.stringify(name)}, which YAML reads as ${name === null ? 'nothing' : `a ${typeof name}`}; put it in quotes` : 'a list, a map or an alias'}`,
      )
      continue
    }
    if (key.anchor !== undefined || key.tag !== undefined)
      report(keyNode, path, 'expected a plain key, found an anchor or a tag; remove it')
    if (refusedKeys.includes(name))
      report(
        keyNode,
        path,
        `the key ${JSON.stringify(name)} is refused: it has a special meaning in JavaScript; remove it`,
      )
    else if (name === '<<') report(keyNode, path, 'expected a key, found the merge key "<<"; write the values out')
    else if (seen.has(name)) report(keyNode, [...path, name], 'the key appears twice; keep one')
    seen.add(name)
    findProblems(value, [...path, name], depth + 1, isAllowed, report)
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[], part: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const [index, step] of path.entries()) {
    let next: unknown
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (!pair) return offset
      next = part === 'key' && index === path.length - 1 ? pair.key : pair.value
      // An empty value has no position, but its key has.
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
    } else if (isSeq(node)) next = node.items[Number(step)]
    else return offset
    if (!isNode(next)) return offset
    if (!(isScalar(next) && next.source === '')) offset = next.range?.[0] ?? offset
    node = next
  }
  return offset
}

/** A parser error in our own words. */
export function sayError(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT')
    return 'expected spaces, found a tab at the beginning of the line; YAML indents with spaces'
  const sentence = message.split('\n')[0] ?? message
  return `not valid YAML: ${sentence.replace(/ at line \d+, column \d+:?$/, '')}`
}
