import type { Language } from '../application.ts'
import { circumstancesAt, conditionOf } from './circumstances.ts'
import { bracedBlock, checksOf, failsIn, type Check } from './conditions.ts'
import { djangoNeeds } from './django-settings.ts'
import type { Code, Condition, Found } from './setting.ts'

/** When the code gives up without what it reads from one place to another; undefined for never. */
export type Requirement = (at: number, end: number) => Need | undefined

export type Need = 'always' | Condition

/** How far behind a read its check may be, in characters. */
const reach = 3_000

/** What the code does with what it reads in a file: at once, in the condition around, or by the name that it gives it. */
export function requirementsIn(text: string, language: Language): Requirement {
  let checks: Check[] | undefined
  let ofDjango: ReturnType<typeof djangoNeeds> | undefined
  return (at, end) => {
    const after = text.slice(end, end + reach).replace(/^["'`]?\s*,?\s*[)\]]*/, '')
    if (failsAtOnce(after.slice(0, 400).trimStart(), language)) return 'always'
    checks ??= checksOf(text, language)
    const around = checks.filter(({ from, to }) => from <= at && end <= to)
    const bound = takenApart.test(text.slice(at, at + 40)) ? nameTakenOut(text, end) : boundNames(text, at)
    ofDjango ??= djangoNeeds(language === 'python' ? text : '')
    if (ofDjango({ at, end, bound })) return 'always'
    return needOf([...around, ...bound.flatMap((name) => checksAfter(text, name, end, checks ?? []))], text)
  }
}

/** What several checks of one value come to. */
function needOf(checks: readonly Check[], text: string): Need | undefined {
  if (checks.some(({ besides }) => besides === undefined)) return 'always'
  return checks
    .map(({ besides = '' }) => conditionOf(besides, text))
    .find(({ of, text: code }) => of !== undefined || ofSettings.test(code))
}

/** When checks of a file stop the program because a field of an object is absent, as validators of settings do. */
export function memberNeeds(text: string, language: Language): (name: string) => Need | undefined {
  let checks: Check[] | undefined
  return (name) => {
    checks ??= checksOf(text, language)
    const own = checksAfter(text, { name, member: true, indent: 0 }, 0, checks).filter(({ from }) => {
      const { when } = circumstancesAt(text, from, language)
      // What is only checked if something holds may be absent as well.
      return when === 'always'
    })
    return needOf(own, text)
  }
}

/** What a condition asks if it is about other settings, and not about what the program works on. */
const ofSettings =
  /\b(?:self|cls|c|cfg|conf\w*|settings?|env\w*|values?|data|opts|options|flags)\b\??[.[]|\b[A-Z]+_[A-Z_]+\b/i

/** What is found, with those required that the code checks and has nothing else for, and when that is so. */
export function withRequirements(
  found: ReadonlyArray<Found & Code>,
  files: readonly Code[],
  language: Language,
): Array<Found & Code> {
  const of = new Map(files.map(({ path, text }) => [path, requirementsIn(text, language)]))
  const when = circumstancesIn(files, language)
  return found.map((read) => {
    const { path, text, at, name, required, fallback, condition } = read
    if (required) return condition === undefined ? { ...read, ...needed(when(read, at)) } : read
    if (fallback !== undefined || !readsHere.test(text.slice(at, at + 60))) return read
    const place = text.slice(at, at + longestRead).indexOf(name)
    const end = place === -1 ? at : at + place + name.length
    const need = of.get(path)?.(at, end)
    // One that must be as the code wants it if it is there may be absent.
    if (need === undefined || (need !== 'always' && need.of?.name === name)) return read
    return { ...read, ...needed(need === 'always' ? when(read, at) : need) }
  })
}

/** What a need means for a setting. */
export function needed(when: Need | 'never' | undefined): { required: boolean; condition?: Condition } {
  return when === 'always'
    ? { required: true }
    : when === 'never' || when === undefined
      ? { required: false }
      : { required: true, condition: when }
}

/** When a place is reached, also where that is in a function that only one other place calls. */
function circumstancesIn(files: readonly Code[], language: Language): (code: Code, at: number) => Need | 'never' {
  const known = new Map<string, Need | 'never'>()
  return ({ text }, at) => {
    const { when, within } = circumstancesAt(text, at, language)
    if (when !== 'always' || within === undefined || within.length < 3) return when
    const before = known.get(within)
    if (before !== undefined || known.size > mostFunctions) return before ?? 'always'
    const calls = callsOfOne(files, within)
    const [only] = calls
    const called =
      only !== undefined && calls.length === 1 ? circumstancesAt(only.text, only.at, language).when : 'always'
    known.set(within, called)
    return called
  }
}

/** Functions that are looked for in every file. */
const mostFunctions = 200

/** At most two places that call a function. */
function callsOfOne(files: readonly Code[], name: string): Array<{ text: string; at: number }> {
  const form = new RegExp(`(?<!\\b(?:def|func|fn|function|async)[ \\t]{1,4}|\\)[ \\t]{0,4})\\b${name}\\(`, 'g')
  const found: Array<{ text: string; at: number }> = []
  for (const { text } of files) {
    if (!text.includes(name)) continue
    for (const { index } of text.matchAll(form)) {
      found.push({ text, at: index })
      if (found.length > 1) return found
    }
  }
  return found
}

/** In characters, from the function that reads a variable to its name. */
const longestRead = 400

/** How a read of one variable begins; fields and schemas say themselves what they need. */
const readsHere = /^(?:const|let|var)\s*\{|^[\w.:!?]*env|^config\b|^\w+\.Get\w*\("/i

const atOnce: Partial<Record<Language, RegExp>> = {
  node: /^(?:\?\?|\|\|)\s*(?:\(\s*\(\)\s*=>\s*\{\s*throw\b|\w{0,30}(?:fail|die|raise|throw|panic|missing|exit|invariant|required|abort)\w{0,30}\()/i,
  python: /^or\s+(?:sys\.exit|exit|\w{0,30}(?:fail|die|raise|abort)\w{0,30})\(/,
  java: /^(?:\?:\s*(?:throw\b|error\(|exitProcess\()|!!|\)?\s*\.orElseThrow\()/,
  rust: /^(?:\?|\.(?:expect|unwrap)\(|\.(?:ok\(\)\s*\.\s*)?(?:map_err|context|with_context|wrap_err|wrap_err_with|ok_or|ok_or_else)\([^;]*\?|\.unwrap_or_else\(\s*\|[^|]*\|\s*\{?[^;}]{0,200}(?:panic!|exit\())/,
}

function failsAtOnce(after: string, language: Language): boolean {
  if (atOnce[language]?.test(after) === true) return true
  if (language !== 'rust') return false
  if (/^else\s*\{/.test(after)) return failsIn(bracedBlock(after, 4).text, language)
  const arms = after.startsWith('{') ? bracedBlock(after, 0).text : ''
  return failsIn(/\bErr\([^)]*\)\s*=>([\s\S]*)/.exec(arms)?.[1] ?? '', language)
}

interface Bound {
  name: string
  /** Whether it belongs to an object, which another function may check. */
  member: boolean
  indent: number
}

const takenApart = /^(?:const|let|var)\s*\{/

/** `const { NAME: name } = process.env`. */
function nameTakenOut(text: string, end: number): Bound[] {
  const own = /(?<!\w)\w+$/.exec(text.slice(Math.max(0, end - 100), end))?.[0]
  const name = /^\s*:\s*(\w+)/.exec(text.slice(end, end + 100))?.[1] ?? own
  return name === undefined ? [] : [{ name, member: false, indent: 0 }]
}

/** The names that a read value gets: left of an equals sign, as a key, or as a part of what is taken apart. */
function boundNames(text: string, at: number): Bound[] {
  const before = text.slice(Math.max(0, at - 160), at)
  const [left, sign] = beforeSign(before)
  if (left === undefined) return []
  const line = left.slice(left.lastIndexOf('\n') + 1)
  const indent = /^\s*/.exec(line)?.[0].length ?? 0
  if (sign === ':') {
    const key = /(?<!\w)(\w+)["']?\s*$/.exec(line)?.[1]
    return key === undefined ? [] : [{ name: key, member: true, indent }]
  }
  const [, path = '', second] = /(?<![\w.])([\w.]+)(?:\s*,\s*(\w+))?\s*(?::[^:;{}()]{0,80})?$/.exec(line) ?? []
  const name = path.split('.').at(-1) ?? ''
  const names = name === '' ? [] : [{ name, member: path.includes('.') || /^(?:self|this)\b/.test(path), indent }]
  const field = names.length > 0 && isInClass(text.slice(Math.max(0, at - reach), at), indent)
  return [
    ...names,
    ...(second === undefined ? [] : [{ name: second, member: false, indent }]),
    ...(field ? [{ name, member: true, indent }] : []),
  ]
}

/** Whether the nearest line above that stands further out opens a class. */
function isInClass(before: string, indent: number): boolean {
  if (indent === 0) return false
  const above = before
    .split('\n')
    .findLast((line) => line.trim() !== '' && (/^[ \t]*/.exec(line)?.[0].length ?? 0) < indent)
  return /^(?:[\w ]{0,60}\s)?(?:class|object)\s/.test(above?.trim() ?? '')
}

/** The text before the sign that gives a value its name, if there is only a call or a bracket between them. */
function beforeSign(before: string): [string | undefined, '=' | ':'] {
  const equals = before.lastIndexOf('=')
  const colon = before.lastIndexOf(':')
  const place = Math.max(equals, colon)
  if (place === -1 || !/^[\w.\s(]*$/.test(before.slice(place + 1)) || /[=!<>]/.test(before[place - 1] ?? ''))
    return [undefined, '=']
  return [before.slice(0, place), place === equals ? '=' : ':']
}

/** The checks behind a read of what was read, and of nothing that got its name later. */
function checksAfter(text: string, { name, member, indent }: Bound, end: number, checks: readonly Check[]): Check[] {
  if (member) {
    const form = new RegExp(`[.>:]${name}\\b`)
    return checks.filter(({ names, from, to }) => names.has(name) && form.test(text.slice(from, to)))
  }
  const behind = text.slice(end, end + reach)
  const outside = new RegExp(`\\n[ \\t]{0,${Math.max(0, indent - 1)}}[^\\s)\\]}]`).exec(behind)?.index
  const again = new RegExp(`(?<![.\\w])${name}\\s*(?::?=)(?!=)(?!\\s*${name}\\b)`).exec(behind)?.index
  const last = end + Math.min(indent === 0 ? reach : (outside ?? reach), again ?? reach)
  return checks.filter(({ names, from }) => from >= end && from <= last && names.has(name))
}
