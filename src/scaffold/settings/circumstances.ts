import type { Language } from '../application.ts'
import { failsIn } from './conditions.ts'
import type { Condition } from './setting.ts'

/** When code at a place runs: `always` as far as the file shows, `never` where a deployment runs or where a failure is caught, or if a condition holds. */
export type Circumstances = { when: 'always' | 'never' | Condition; within: string | undefined }

/** In characters before a place: no block that asks for a setting is longer. */
const farthest = 4_000

/** Blocks in each other: no code has more. */
const deepest = 12

/** In characters from the start of a file, where what its conditions ask gets its name. */
const longestStart = 50_000

export function circumstancesAt(text: string, at: number, language: Language): Circumstances {
  return language === 'python' ? inPython(text, at) : inBraces(text, at, language)
}

/** The variable that an expression reads by its name. */
const readIn =
  /(?:environ(?:\.get)?|getenv|Getenv|LookupEnv|env::var|process\.env)\s*[.([]{1,2}\s*["'`]?([A-Z][A-Z0-9_]*)|["']([A-Z][A-Z0-9_]*)["']\s+(?:not\s+)?in\s+(?:\w+\.)?environ|^[!(\s]*(?:not\s+)?\w+\.([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b|^[!(\s]*\w+\(\s*["']([A-Z][A-Z0-9_]*)["']/

/** What a condition of the code says of a variable, if it asks for one alone. */
export function conditionOf(source: string, text: string, negated = false): Condition {
  const code = source.trim().replaceAll(/\s+/g, ' ')
  const said = code.length > longestSaid ? `${code.slice(0, longestSaid)}…` : code
  const alone = !/&&|\|\||\band\b|\bor\b/.test(code)
  const own = alone ? askedIn(code) : undefined
  if (own !== undefined) return { text: said, negated, of: { ...own, not: own.not !== negated } }
  const held = alone ? boundTo(code, text) : undefined
  const of = held === undefined ? undefined : { ...held, ...valueIn(code, held) }
  return { text: said, negated, of: of && { ...of, not: of.not !== negated } }
}

type Asked = NonNullable<Condition['of']>

/** The variable that an expression asks for, and for what. */
function askedIn(code: string): Asked | undefined {
  const name = nameIn(code)
  return name === undefined ? undefined : { name, value: undefined, ...valueIn(code) }
}

/** What an expression compares with, beyond what it compares that was itself asked before. */
function valueIn(code: string, before?: Asked): Pick<Asked, 'not'> & Partial<Asked> {
  const [, sign = '', value] = /([!=]=)=?\s*["'`]([^"'`]*)["'`]\)?$/.exec(code) ?? []
  if (value !== undefined) return { value: value === '' ? undefined : value, not: (sign === '!=') !== (value === '') }
  const absent = /^[!(\s]*(?:!(?!=)|not\b)|\bnot in\b|(?:===?|\bis)\s*(?:None|null|undefined|nil)\b/.test(code)
  const present = /!==?\s*(?:null|undefined|nil)\b|\bis not None\b/.test(code)
  return { not: (absent && !present) !== (before?.not ?? false) }
}

const longestSaid = 80

function nameIn(code: string): string | undefined {
  return readIn
    .exec(code)
    ?.slice(1)
    .find((name) => name !== undefined)
}

/** The variable that a name was given before: `on = os.environ.get("X_ON")`. */
function boundTo(code: string, text: string): Asked | undefined {
  const name = /^[!(\s]*(?:not\s+)?(?:[\w]+\.)?(\w+)\b[^(]*$/.exec(code)?.[1]
  if (name === undefined || name.length < 2) return undefined
  const value = new RegExp(`(?<![.\\w])${name}\\s*:?=(?!=)\\s*([^\\n]{0,120})`).exec(text.slice(0, longestStart))?.[1]
  return value === undefined ? undefined : askedIn(value.replace(/[;,]\s*$/, ''))
}

const production = /prod|is_deployed/i
const turnedAway = /^[\s(]*(?:!(?!=)|not\b)|!==?/
const development = /\b(?:is_?)?(?:debug|dev(?:elopment)?|local|test(?:ing)?)(?:_?mode)?\b/i
/** Conditions of every program, which ask for no setting. */
const ordinary =
  /__name__|\btypeof\b|^[\s(]*!?(?:err|ok|error|found|exists)\b[\s)]*$|\b(?:err|error)\s*[!=]=|^[\s(]*!?\w+\s*(?:[!=]==?\s*(?:nil|null|undefined)|is (?:not )?None)[\s)]*$/

/** What a condition around a place means for a deployment; undefined if nothing. */
function meaningOf(code: string, text: string, negated: boolean): 'never' | Condition | undefined {
  const away = turnedAway.test(code) !== negated
  const alone = !/&&|\|\||\band\b|\bor\b/.test(code)
  if (alone && production.test(code)) return away ? 'never' : undefined
  if (alone && development.test(code)) return away ? undefined : 'never'
  const condition = conditionOf(code, text, negated)
  return condition.of === undefined && ordinary.test(code) ? undefined : condition
}

function inPython(text: string, at: number): Circumstances {
  const from = Math.max(0, at - farthest)
  const lines = text.slice(from, at).split('\n')
  const own = lines.pop() ?? ''
  const inline = ternary(text, at)
  if (inline !== undefined) {
    const meaning = meaningOf(inline, text, false)
    if (meaning !== undefined) return { when: meaning, within: undefined }
  }
  let indent = /^[ \t]*/.exec(own)?.[0].length ?? 0
  let end = at - own.length
  for (const line of lines.toReversed()) {
    end -= line.length + 1
    const depth = /^[ \t]*/.exec(line)?.[0].length ?? 0
    if (line.trim() === '' || depth >= indent) continue
    indent = depth
    const called = /^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)/.exec(line)?.[1]
    if (called !== undefined) return { when: 'always', within: called }
    if (/^[ \t]*try[ \t]*:/.test(line) && isCaught(text, at, depth)) return { when: 'never', within: undefined }
    if (/^[ \t]*with[ \t]+(?:contextlib\.)?suppress\(/.test(line)) return { when: 'never', within: undefined }
    const code = /^[ \t]*(?:el)?if[ \t]+([^ \t\n].*):[ \t]*$/.exec(line)?.[1]
    const other = /^[ \t]*else[ \t]*:/.test(line) ? ifAbove(text.slice(from, end), depth) : undefined
    const meaning = meaningOf(code ?? other ?? '__name__', text, code === undefined)
    if (meaning !== undefined) return { when: meaning, within: undefined }
  }
  return { when: 'always', within: undefined }
}

/** `READ if CONDITION else …` on the line of a read. */
function ternary(text: string, at: number): string | undefined {
  return /^[^\n]*?[)\]]\s+if\s+(\S[^\n]{0,99}?)\s+else\b/.exec(text.slice(at, at + 300))?.[1]
}

/** The condition of the `if` that an `else` belongs to. */
function ifAbove(before: string, depth: number): string | undefined {
  return before
    .split('\n')
    .map((line) => /^([ \t]*)(?:el)?if[ \t]+([^ \t\n].*):[ \t]*$/.exec(line))
    .findLast((match) => match !== null && match[1]?.length === depth)?.[2]
}

/** What a handler takes that an absent variable raises; one that names nothing takes everything. */
const absences =
  /\bexcept[ \t]*$|\b(?:KeyError|LookupError|ValueError|TypeError|Exception|BaseException|ImproperlyConfigured|UndefinedValueError|EnvError|EnvValidationError)\b/

/** Whether the first handler below a place that stands as far out as its `try` takes what is absent, and goes on. */
function isCaught(text: string, at: number, depth: number): boolean {
  const behind = text.slice(at, at + farthest)
  const found = new RegExp(`\\n[ \\t]{${depth}}except\\b[^\\n]*`).exec(behind)
  if (found === null || !absences.test(/^[^:]*(?=:)/.exec(found[0])?.[0] ?? '')) return false
  const block = behind.slice(found.index + found[0].length)
  const outside = new RegExp(`\\n[ \\t]{0,${depth}}\\S`).exec(block)?.index
  return !failsIn(block.slice(0, outside), 'python')
}

function inBraces(text: string, at: number, language: Language): Circumstances {
  let depth = 0
  let blocks = 0
  const first = Math.max(0, at - farthest)
  for (let place = at - 1; place >= first && blocks < deepest; place -= 1) {
    const character = text[place]
    if (character === '}') depth += 1
    if (character !== '{' || depth-- > 0) continue
    depth = 0
    blocks += 1
    const header = text.slice(Math.max(first, place - 300), place)
    const within = functionIn(header)
    if (within !== undefined) return { when: 'always', within }
    const [code, negated] = conditionBefore(text, header, place, at, language)
    const meaning = code === undefined ? undefined : meaningOf(code, text, negated)
    if (meaning !== undefined) return { when: meaning, within: undefined }
  }
  return { when: 'always', within: undefined }
}

const heads = /\bif\b((?:[^{};]|;(?=[^;{}]*$))*)$/

/** The condition of the block that opens at a place, and whether the block is for when it does not hold. */
function conditionBefore(
  text: string,
  header: string,
  place: number,
  at: number,
  language: Language,
): [string | undefined, boolean] {
  if (/\}\s*else\s*$/.test(header)) {
    const before = text.slice(Math.max(0, place - farthest - 300), place).replace(/\}\s*else\s*$/, '')
    return [headOf(openedBefore(before)), true]
  }
  if (/\b(?:switch|match|select)\b[^{};]*$/.test(header)) {
    const subject = /\b(?:switch|match)\b([^{};]*)$/.exec(header)?.[1]?.trim() ?? ''
    const label = [...text.slice(place, at).matchAll(/\bcase\s+([^:\n]{1,80}):|("[^"\n]{1,60}")\s*=>/g)].at(-1)
    const value = label?.[1] ?? label?.[2]
    return [
      value === undefined || value.includes(',')
        ? undefined
        : `${subject.replace(/^\((.*)\)$/, '$1')} ${language === 'go' || language === 'rust' ? '==' : '==='} ${value.trim()}`,
      false,
    ]
  }
  return [headOf(header), false]
}

function headOf(header: string): string | undefined {
  const head = heads.exec(header)?.[1]?.split(';').at(-1)?.trim()
  return head === undefined || /^let\b/.test(head) ? undefined : head.replace(/^\(([\s\S]*)\)$/, '$1')
}

/** What stands before the brace that a text leaves open at its end. */
function openedBefore(text: string): string {
  let depth = 0
  for (let place = text.length - 1; place >= Math.max(0, text.length - farthest); place -= 1) {
    if (text[place] === '}') depth += 1
    if (text[place] === '{' && depth-- === 0) return text.slice(Math.max(0, place - 300), place)
  }
  return ''
}

const functions =
  /\bfunc\s*(?:\([^()]*\)\s*)?(\w+)\s*\([^{}]*$|\bfn\s+(\w+)\b[^{};]*$|\bfunction\s+(\w+)\s*\([^{}]*$|\b(\w+)\s*=\s*(?:async\s*)?(?:\([^()]*\)|\w+\b)[^{}=]*=>\s*$|\b(?!if\b|for\b|while\b|switch\b|catch\b|match\b|return\b)(\w+)\s*\([^(){}]*\)\s*(?:throws\s[\w.,\s]+|:[\w<>[\]|\s]+)?$/

function functionIn(header: string): string | undefined {
  return functions
    .exec(header)
    ?.slice(1)
    .find((name) => name !== undefined)
}
