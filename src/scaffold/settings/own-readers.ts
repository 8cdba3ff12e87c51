import { groupBy } from '../../model/group-by.ts'
import type { Language } from '../application.ts'
import { argumentsFrom, plainText } from './code-text.ts'
import { neededInProduction, productionRuleOf, type ProductionRule } from './production-rules.ts'
import { knownPieces, type Constants } from './held-texts.ts'
import { functionAround, headersOf, type Header } from './functions.ts'
import { keySites, piecesOf, type Piece } from './key-sites.ts'
import { listedNames, type Listed } from './listed-names.ts'
import { requirementsIn, type Requirement } from './requirement.ts'
import type { Code, Condition, Found } from './setting.ts'

/** A place that reads a variable whose name it puts together. */
interface NamedRead {
  code: Code
  at: number
  /** Undefined for an expression that says nothing. */
  pieces: Piece[] | undefined
  required: boolean
  condition?: Condition | undefined
  fallback: string | undefined
  /** Whether it does more than ask if the variable is there. */
  reads: boolean
}

/** A function that reads the variable that it is given. */
interface Reader {
  header: Header
  path: string
  index: number
  before: string
  after: string
  /** Whether it gives up without the variable, if it is given nothing instead. */
  fails: boolean
  /** When it gives up in production, although it is given something instead. */
  rule: ProductionRule | undefined
}

interface OwnReads {
  found: Array<Found & Code>
  /** The files that read a variable whose name only the running program knows. */
  made: string[]
}

interface Sources {
  files: readonly Code[]
  language: Language
  constants: Constants
  listed: Listed
  headers: ReadonlyMap<string, Header[]>
  requirements: ReadonlyMap<string, Requirement>
}

/** In characters, the arguments of a call. */
const longestCall = 1_000

/** Functions of one name: more are not told apart. */
const mostOfOneName = 8

/** Functions call functions, which read; deeper than this nobody wraps them. */
const mostRounds = 4

/** Variables that functions of the application read by a name that they are given, and loops by those of a list. */
export function ownReads(files: readonly Code[], language: Language, constants: Constants): OwnReads {
  const sources: Sources = {
    files,
    language,
    constants,
    listed: listedNames(files),
    headers: new Map(files.map((code) => [code.path, headersOf(code, language)])),
    requirements: new Map(files.map(({ path, text }) => [path, requirementsIn(text, language)])),
  }
  const known = new Set<number | string>()
  const done: OwnReads = { found: [], made: [] }
  let reads = files.flatMap((code) => environmentReads(code, sources))
  for (let round = 0; round < mostRounds && reads.length > 0; round += 1) {
    const readers: Reader[] = []
    for (const read of reads) {
      const reader = readerOf(read, sources)
      if (reader === undefined) resolve(read, sources, done)
      else if (known.size < known.add(`${reader.path} ${reader.header.at} ${reader.index}`).size) readers.push(reader)
    }
    const calls = callsOf(readers, sources)
    const called = new Set(calls.map(({ reader }) => reader))
    done.made.push(...readers.filter((reader) => !called.has(reader)).map(({ path }) => path))
    reads = calls.map(({ read }) => read)
  }
  return done
}

/** Reads by an expression; those by a plain string are for the readers of the language. */
function environmentReads(code: Code, { language, constants, requirements }: Sources): NamedRead[] {
  return keySites(code.text, language).flatMap((site): NamedRead[] => {
    const pieces = piecesOf(site.expression)
    const plain = pieces?.length === 1 && typeof pieces[0] === 'string'
    if (plain && !site.asks) return []
    const subscript = language === 'python' && code.text.startsWith('environ[', site.at)
    const written = /^\s*\]\s*=(?!=)/.test(code.text.slice(site.to, site.to + 20))
    if (written) return []
    const fails =
      subscript ||
      requirements.get(code.path)?.(site.at, site.to) === 'always' ||
      isListedAsMissing(code, site.at, site.asks)
    return [
      {
        code,
        at: site.at,
        pieces: pieces === undefined ? undefined : knownPieces(code.path, pieces, constants),
        required: fails,
        fallback: undefined,
        reads: !site.asks,
      },
    ]
  })
}

/** Whether a comprehension or a filter keeps what is absent: the program then says so and ends. */
function isListedAsMissing({ text }: Code, at: number, asks: boolean): boolean {
  const before = text.slice(Math.max(0, at - 80), at)
  const line = text.slice(at, at + 120)
  return asks
    ? /\bfor\b[^\n]*\bif\s+$/.test(before) && /^\w+\s+not\s+in\b/.test(line)
    : /\bfor\b[^\n]*\bif\s+not\s+(?:os\.)?$/.test(before) || /\.filter\([^\n]*=>\s*!\s*$/.test(before)
}

/** The function that a read belongs to, if its name is a parameter of it. */
function readerOf({ pieces, code, at, required }: NamedRead, { headers, language }: Sources): Reader | undefined {
  const held = pieces?.filter((piece) => typeof piece !== 'string') ?? []
  const [only] = held
  if (pieces === undefined || only === undefined || held.length > 1) return undefined
  const header = functionAround(headers.get(code.path) ?? [], at, only.held)
  if (header === undefined) return undefined
  const place = pieces.indexOf(only)
  return {
    header,
    path: code.path,
    index: header.parameters.indexOf(only.held),
    before: pieces.slice(0, place).join(''),
    after: pieces.slice(place + 1).join(''),
    fails: required,
    rule: productionRuleOf(code.text, header, spareIn(header, header.parameters.indexOf(only.held)), language),
  }
}

/** A read whose name is known, or goes through a list; of any other it is only said that it is there. */
function resolve(read: NamedRead, { listed }: Sources, done: OwnReads): void {
  const { pieces, code, at, required, fallback, condition } = read
  const [first, ...more] = pieces ?? []
  const names =
    first === undefined || more.length > 0
      ? undefined
      : typeof first === 'string'
        ? [first]
        : listed(code, first.held, at)
  if (names === undefined) {
    if (read.reads) done.made.push(code.path)
  } else if (read.reads || required)
    done.found.push(
      ...names.map((name) => ({
        ...code,
        name,
        at,
        required,
        fallback,
        ...(condition === undefined ? {} : { condition }),
      })),
    )
}

/** Names so common that a call of one is of the application's own function only where that is known to be there. */
const common =
  /^(?:get|has|read|load|value|string|int|bool|number|find|resolve|lookup|fetch|parse|require|required|optional)$/

const given = /^(?:_?d(?:e?f|flt)|d$|fallback|other|alt|or_?else|or$)/i

/** Which parameter is taken where there is no variable; -1 for none. */
function spareIn(header: Header, index: number): number {
  return header.parameters.findIndex((name, place) => place !== index && given.test(name))
}

function callsOf(
  readers: readonly Reader[],
  { files, constants, requirements }: Sources,
): Array<{ reader: Reader; read: NamedRead }> {
  const named = groupBy(readers, ({ header }) => header.name)
  return files.flatMap((code) => {
    const imports = importsOf(code.text)
    return [...code.text.matchAll(/\b(\w+)(?:::<\w{1,30}>|<[^<>()]{0,100}>|\[\w{1,30}\])?\(/g)].flatMap((match) => {
      const from = match.index + match[0].length
      let values: string[] | undefined
      return (named.get(match[1] ?? '') ?? [])
        .slice(0, mostOfOneName)
        .filter((reader) => isCall(code, match.index, reader, imports))
        .flatMap((reader) => {
          values ??= argumentsFrom(code.text.slice(from, from + longestCall), 0)
          const call = callOf(code, { at: match.index, from }, values, reader, constants)
          if (call === undefined) return []
          const { read, end } = call
          const checked = requirements.get(code.path)?.(match.index, end) === 'always'
          const required = read.required || (checked && read.fallback === undefined)
          return [{ reader, read: { ...read, required } }]
        })
    })
  })
}

/** Whether a file imports a name. That is looked for in all of it, so once for each. */
function importsOf(text: string): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const found = new RegExp(`\\b(?:import|require|use)\\b[^;]{0,300}\\b${name}\\b`).test(text)
    known.set(name, found)
    return found
  }
}

/** Whether a name in front of a bracket calls the reader, and does not define it or something else. */
function isCall(
  { path, text }: Code,
  at: number,
  { header, path: home }: Reader,
  imports: (name: string) => boolean,
): boolean {
  if (path === home && at === header.at) return false
  const before = text.slice(Math.max(0, at - 60), at)
  if (/\b(?:def|function|func|fn|fun)\s+$/.test(before)) return false
  const receiver = /(?<!\w)(\w+)(?:\.|::)$/.exec(before)?.[1]
  if (receiver !== undefined)
    return !common.test(header.name) || /^(?:this|self|cls|Self)$|^[A-Z]|[eE]nv|[cC]onf|cfg|[sS]etting/.test(receiver)
  return path === home || !common.test(header.name) || imports(header.name)
}

function callOf(
  code: Code,
  { at, from }: { at: number; from: number },
  values: readonly string[],
  { header, index, before, after, fails, rule }: Reader,
  constants: Constants,
): { read: NamedRead; end: number } | undefined {
  const key = values[index]
  if (key === undefined) return undefined
  const keyword = values.map((value) => /^(?:default|fallback)\s*=(?!=)\s*(\S[\s\S]*)/.exec(value)?.[1]).find(Boolean)
  const spare = spareIn(header, index)
  const instead = keyword ?? (spare === -1 || /^\w+\s*=(?!=)/.test(values[spare] ?? '') ? undefined : values[spare])
  const pieces = piecesOf(key.replace(/^\w+\s*=(?!=)\s*/, ''))
  const need = rule === undefined ? undefined : neededInProduction(rule, header, values, code.text)
  const read = {
    code,
    at,
    pieces:
      pieces === undefined
        ? undefined
        : knownPieces(
            code.path,
            [before, ...pieces, after].filter((piece) => piece !== ''),
            constants,
          ),
    required: need !== undefined || (fails && instead === undefined),
    ...(need === undefined || need === 'always' ? {} : { condition: need }),
    fallback: need === 'always' ? undefined : plainText(instead),
    reads: true,
  }
  return { read, end: code.text.indexOf(key, from) + key.length }
}
