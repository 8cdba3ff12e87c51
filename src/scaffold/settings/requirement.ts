import type { Language } from '../application.ts'
import { bracedBlock, checksOf, failsIn, type Check } from './conditions.ts'
import type { Code, Found } from './setting.ts'

/** Whether the code gives up without what it reads from one place to another. */
export type Requirement = (at: number, end: number) => boolean

/** How far behind a read its check may be, in characters. */
const reach = 3_000

/** What the code does with what it reads in a file: at once, in the condition around, or by the name that it gives it. */
export function requirementsIn(text: string, language: Language): Requirement {
  let checks: Check[] | undefined
  return (at, end) => {
    const after = text.slice(end, end + reach).replace(/^["'`]?\s*,?\s*[)\]]*/, '')
    if (failsAtOnce(after.slice(0, 400).trimStart(), language)) return true
    checks ??= checksOf(text, language)
    if (checks.some(({ from, to }) => from <= at && end <= to)) return true
    const bound = takenApart.test(text.slice(at, at + 40)) ? nameTakenOut(text, end) : boundNames(text, at)
    return bound.some((name) => isChecked(text, name, end, checks ?? []))
  }
}

/** What is found, with those required that the code checks, and that it has nothing else for. */
export function withRequirements(
  found: ReadonlyArray<Found & Code>,
  files: readonly Code[],
  language: Language,
): Array<Found & Code> {
  const of = new Map(files.map(({ path, text }) => [path, requirementsIn(text, language)]))
  return found.map((read) => {
    const { path, text, at, name, required, fallback } = read
    if (required || fallback !== undefined || !readsHere.test(text.slice(at, at + 60))) return read
    const place = text.slice(at, at + longestRead).indexOf(name)
    const end = place === -1 ? at : at + place + name.length
    return { ...read, required: of.get(path)?.(at, end) === true }
  })
}

/** In characters, from the function that reads a variable to its name. */
const longestRead = 400

/** How a read of one variable begins; fields and schemas say themselves what they need. */
const readsHere = /^(?:const|let|var)\s*\{|^[\w.:!?]*env|^\w+\.Get\w*\("/i

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
  const own = /\w+$/.exec(text.slice(Math.max(0, end - 100), end))?.[0]
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
    const key = /(\w+)["']?\s*$/.exec(line)?.[1]
    return key === undefined ? [] : [{ name: key, member: true, indent }]
  }
  const [, path = '', second] = /([\w.]+)(?:\s*,\s*(\w+))?\s*(?::[^:;{}()]{0,80})?$/.exec(line) ?? []
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

/** Whether a check behind a read is of what was read, and of nothing that got its name later. */
function isChecked(text: string, { name, member, indent }: Bound, end: number, checks: readonly Check[]): boolean {
  if (member) {
    const form = new RegExp(`[.>:]${name}\\b`)
    return checks.some(({ names, from, to }) => names.has(name) && form.test(text.slice(from, to)))
  }
  const behind = text.slice(end, end + reach)
  const outside = new RegExp(`\\n[ \\t]{0,${Math.max(0, indent - 1)}}[^\\s)\\]}]`).exec(behind)?.index
  const again = new RegExp(`(?<![.\\w])${name}\\s*(?::?=)(?!=)(?!\\s*${name}\\b)`).exec(behind)?.index
  const last = end + Math.min(indent === 0 ? reach : (outside ?? reach), again ?? reach)
  return checks.some(({ names, from }) => from >= end && from <= last && names.has(name))
}
