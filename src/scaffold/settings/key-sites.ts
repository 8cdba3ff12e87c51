import type { Language } from '../application.ts'
import { partsFrom, stringIn } from './code-text.ts'

/** Where the environment is read by an expression. */
export interface KeySite {
  at: number
  /** Where the expression starts and ends. */
  from: number
  to: number
  expression: string
  /** Whether it is only asked if the variable is there. */
  asks: boolean
}

const reads: Readonly<Record<Language, RegExp>> = {
  python: /\benviron\[|\b(?:environ\.(?:get|pop|setdefault)|getenv)\(/g,
  node: /\bprocess\.env(?:\?\.)?\[/g,
  go: /\bos\.(?:Getenv|LookupEnv)\(/g,
  java: /\bgetenv\((?!\s*\))|\bgetenv\(\)\s*\.\s*(?:get|getOrDefault|containsKey)\(|\bgetenv\(\)\[/g,
  rust: /\benv::var(?:_os)?\(/g,
}

const asks: Partial<Record<Language, RegExp>> = {
  python: /(?<![\w"'.])(["']?\w+["']?)\s+(?:not\s+)?in\s+(?:\w+\.)?environ\b(?!\.)/g,
  node: /(?<![\w"'.])(["']?\w+["']?)\s+in\s+process\.env\b(?!\.)/g,
}

/** Of a name, in characters: no expression that makes one is longer. */
const longestName = 200

export function keySites(text: string, language: Language): KeySite[] {
  const read = [...text.matchAll(reads[language])].map((match) => {
    const from = match.index + match[0].length
    const expression = partsFrom(text.slice(from, from + longestName), 0, ',').parts[0] ?? ''
    const start = text.indexOf(expression, from)
    return { at: match.index, from: start, to: start + expression.length, expression, asks: false }
  })
  const form = asks[language]
  const asked = form === undefined ? [] : [...text.matchAll(form)]
  return [
    ...read.filter(({ expression }) => expression !== ''),
    ...asked.map((match) => {
      const expression = match[1] as string
      return { at: match.index, from: match.index, to: match.index + expression.length, expression, asks: true }
    }),
  ]
}

/** A piece of a name: text, or what holds it. */
export type Piece = string | { held: string }

/** What a name is put together of: strings and what holds them; undefined for any other expression. */
export function piecesOf(expression: string): Piece[] | undefined {
  const text = expression
    .trim()
    .replace(/^&/, '')
    .replace(/\.(?:as_str|as_ref|to_string)\(\)$|\.value$|(?<!\s)\s+as\s+\w+$/, '')
  const template = /^`([^`\\]*)`$/.exec(text)?.[1] ?? /^f(["'])([^"'\\\n]*)\1$/.exec(text)?.[2]
  if (template !== undefined) return partsOfTemplate(template)
  const pieces = text.split('+').map((part): Piece | undefined => {
    const one = part.trim()
    return stringIn(one) ?? (/^[A-Za-z_$][\w.:$]*$/.test(one) ? { held: one } : undefined)
  })
  return pieces.every((piece) => piece !== undefined) ? pieces : undefined
}

function partsOfTemplate(template: string): Piece[] | undefined {
  const pieces = template
    .split(/(\$?\{[^{}]*\})/)
    .filter((part) => part !== '')
    .map((part): Piece => {
      const held = /^\$?\{\s*([\w.]+)\s*\}$/.exec(part)?.[1]
      return held === undefined ? part : { held }
    })
  return pieces.some((piece) => typeof piece === 'string' && /[{}]/.test(piece)) ? undefined : pieces
}
