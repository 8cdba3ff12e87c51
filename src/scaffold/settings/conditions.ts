import type { Language } from '../application.ts'
import { endOfString } from './code-text.ts'

/** In characters: a condition, or the first lines of what it guards, is shorter. */
const longest = 500

/** What ends a program or a request; so does a list of what is missing, which somebody then throws. */
const failures: Readonly<Record<Language, RegExp>> = {
  python:
    /\braise\b|\b(?:sys\.exit|os\._exit|exit|quit|abort|die|fail)\(|\b\w{0,20}(?:missing|error|problem|invalid)\w{0,20}\.(?:append|add)\(/,
  node: /\bthrow\b|\bprocess\.(?:exit|abort)\(|\b(?:fail|die|panic|invariant|reject)\(|\.addIssue\(|\b\w{0,20}(?:missing|error|problem|invalid)\w{0,20}\.push\(/,
  go: /\.(?:Fatal|Panic)\w*\(|\bpanic\(|\bos\.Exit\(|\breturn\b[^\n]*(?:\berr\b|\bErr\w+|\berrors\.|\bfmt\.Errorf)|\bappend\(\w{0,20}(?:missing|err|problem)/,
  java: /\bthrow\b|\bexitProcess\(|\bSystem\.exit\(|\berror\(|\b\w{0,20}(?:missing|error)\w{0,20}\.add\(/,
  rust: /\bpanic!|\bbail!|\bexit\(|\bErr\(|\bunreachable!/,
}

export function failsIn(text: string, language: Language): boolean {
  return failures[language].test(text)
}

/** A condition that stops the program if something is absent, and the names that it asks for. */
export interface Check {
  /** Its parts that ask. */
  from: number
  to: number
  names: ReadonlySet<string>
  /** What else must hold for it to stop. */
  besides: string | undefined
}

/** Every condition of a file that stops the program if what it names is absent, and every assertion. */
export function checksOf(text: string, language: Language): Check[] {
  const found = [...text.matchAll(/\b(?:if|elif)\b/g)].flatMap((match) =>
    conditionChecks(text, match.index, match.index + match[0].length, language),
  )
  return [...found, ...assertions(text, language)].sort((a, b) => a.from - b.from)
}

function conditionChecks(text: string, at: number, behind: number, language: Language): Check[] {
  const round = language === 'node' || language === 'java'
  const start = behind + (/^\s{0,20}\(/.exec(text.slice(behind, behind + 22))?.[0].length ?? 0)
  if (round && start === behind) return []
  const from = round ? start : behind
  const to = endOfPart(text, from, round ? ')' : language === 'python' ? ':' : '{')
  if (to === undefined) return []
  const block = language === 'python' ? indentedBlock(text, at, to + 1) : bracedBlock(text, round ? to + 1 : to)
  const asked = atoms(text, from, to)
  if (failsIn(block.text, language)) return asked.filter((atom) => atom.absent).map(checkOf)
  const [only, ...others] = asked
  // Returned if it is there: what follows is for when it is not.
  const next = /^[\s}]*([^\n]*)/.exec(text.slice(block.end, block.end + longest))?.[1] ?? ''
  const returned =
    only !== undefined &&
    others.length === 0 &&
    only.besides === undefined &&
    !only.absent &&
    /\breturn\b/.test(block.text)
  return returned && startsWithFailure(next, language) ? [checkOf(only)] : []
}

function startsWithFailure(text: string, language: Language): boolean {
  const index = failures[language].exec(text)?.index
  return index !== undefined && /^[\w.]*$/.test(text.slice(0, index))
}

interface Atom {
  from: number
  to: number
  text: string
  absent: boolean
  besides: string | undefined
}

function checkOf({ from, to, text, besides }: Atom): Check {
  return { from, to, names: new Set(text.match(/\w+/g) ?? []), besides }
}

const absence =
  /^(?:!(?!=)|not\b)|(?:===?|\bis)\s*(?:None|null|nil|undefined|""|''|"undefined"|'undefined'|0)$|\.(?:is_empty|is_none|is_err|isEmpty|isBlank|isNullOrBlank|isNullOrEmpty)\(\)$|\b(?:isBlank|isEmpty|isNullOrEmpty|isNullOrBlank)\(|\bnot in\b/

/** The parts of a condition, and what else must hold for each to decide; production is not among that: an image runs there. */
function atoms(text: string, from: number, to: number): Atom[] {
  const condition = text.slice(from, to)
  const begin = condition.lastIndexOf(';') + 1
  const parts = splitAt(condition.slice(begin), /\|\||\bor\b/g).map(([index, part]) => ({ index: index + begin, part }))
  return parts.flatMap(({ index, part }) => {
    const together = splitAt(part, /&&|\band\b/g)
    return together
      .filter(([, one]) => together.length === 1 || !/prod/i.test(one))
      .map(([more, one]) => {
        const others = together.filter(([place, other]) => place !== more && !/prod/i.test(other))
        return {
          from: from + index + more,
          to: from + index + more + one.length,
          text: one,
          absent: absence.test(one.trim()),
          besides:
            others.length === 0
              ? undefined
              : others.map(([, other]) => other.trim()).join(/\band\b/.test(part) ? ' and ' : ' && '),
        }
      })
  })
}

/** Parts between separators that are in no bracket, each with its place. */
function splitAt(text: string, separator: RegExp): Array<[number, string]> {
  const parts: Array<[number, string]> = []
  let start = 0
  let depth = 0
  let counted = 0
  for (const match of text.matchAll(separator)) {
    for (; counted < match.index; counted += 1) {
      if ('([{'.includes(text[counted] as string)) depth += 1
      else if (')]}'.includes(text[counted] as string)) depth -= 1
    }
    if (depth > 0) continue
    parts.push([start, text.slice(start, match.index)])
    start = match.index + match[0].length
  }
  return [...parts, [start, text.slice(start)]]
}

/** Where a character stands that is in no bracket and no string; undefined if a bracket closes before, or nothing is found in time. */
function endOfPart(text: string, start: number, wanted: string): number | undefined {
  let depth = 0
  for (let at = start; at < Math.min(text.length, start + longest); at += 1) {
    const character = text[at] as string
    if (depth === 0 && character === wanted) return at
    if (character === '"' || character === "'" || character === '`') at = endOfString(text, at)
    else if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character)) depth -= 1
    if (depth < 0) return undefined
  }
  return undefined
}

interface Block {
  text: string
  end: number
}

/** What follows a condition in braces, or the one statement without them. */
export function bracedBlock(text: string, start: number): Block {
  const open = /^\s{0,20}\{/.exec(text.slice(start, start + 22))?.[0].length
  const from = start + (open ?? 0)
  const end =
    open === undefined
      ? start + (/^\s*[^\n;]*/.exec(text.slice(start, start + longest))?.[0].length ?? 0)
      : (endOfPart(text, from, '}') ?? from + longest)
  return { text: text.slice(from, end), end: end + 1 }
}

/** The lines below a condition of Python that stand further in, or what follows on its line. */
function indentedBlock(text: string, at: number, start: number): Block {
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at)
  const indent = /^[ \t]*/.exec(line.slice(0, longest))?.[0].length ?? 0
  let end = text.indexOf('\n', start)
  if (end === -1) end = text.length
  if (text.slice(start, end).trim() !== '') return { text: text.slice(start, end), end }
  while (end < text.length && end < start + longest) {
    const next = text.indexOf('\n', end + 1)
    const below = text.slice(end + 1, next === -1 ? undefined : next)
    if (below.trim() !== '' && (/^[ \t]*/.exec(below)?.[0].length ?? 0) <= indent) break
    end = next === -1 ? text.length : next
  }
  return { text: text.slice(start, end), end }
}

const asserts =
  /\b(?:assert(?:\.(?:ok|isDefined|strictEqual|notEqual))?|invariant|requireNonNull|requireNotNull|checkNotNull|nonNull|Assert\.(?:notNull|hasText|hasLength))\s?\(/g

function assertions(text: string, language: Language): Check[] {
  if (language === 'python')
    return [...text.matchAll(/^[ \t]*assert[ \t]+([^,\n]{1,200})/gm)].map((match) => {
      const to = match.index + match[0].length
      return checkOf({ from: to - (match[1]?.length ?? 0), to, text: match[1] ?? '', absent: true, besides: undefined })
    })
  return [...text.matchAll(asserts)].flatMap((match) => {
    const from = match.index + match[0].length
    const to = endOfPart(text, from, ')')
    return to === undefined ? [] : [checkOf({ from, to, text: text.slice(from, to), absent: true, besides: undefined })]
  })
}
