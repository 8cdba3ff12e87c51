/** In characters. What follows a variable, as its fallback, is shorter; text that is made to cost time may open a thousand brackets and close none. */
export const longestExpression = 4_000

/** How comments and strings look: as in Python, in YAML and properties, where a hash opens one only behind a blank, as in C and what came after it, or as in Rust, where a quote also opens a lifetime. What nothing closes goes on to the end. */
export type Syntax = 'hash' | 'lines' | 'slashes' | 'rust'

const forms: Readonly<Record<Syntax, RegExp>> = {
  hash: /("""|''')[\s\S]*?(?:\1|$(?![\s\S]))|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*/g,
  lines: /(?<![^\s])[#][^\n]*/g,
  slashes: /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))/g,
  rust: /"(?:\\[\s\S]|[^"\\])*"|'(?:\\.|[^'\\\n])'|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))/g,
}

/** Text with every comment blanked, and every docstring of Python: what is left is at the same place. */
export function withoutComments(text: string, syntax: Syntax): string {
  return text.replace(forms[syntax], (found: string, ...rest: unknown[]) => {
    const at = rest.find((value) => typeof value === 'number') as number
    const comment = syntax === 'hash' || syntax === 'lines' ? found.startsWith('#') : /^\/[/*]/.test(found)
    const docstring = /^("""|''')/.test(found) && /(^|\n)[ \t]*$/.test(text.slice(Math.max(0, at - 200), at))
    return comment || docstring ? found.replaceAll(/[^\n]/g, ' ') : found
  })
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/**
 * The parts between separators from a place on, as far as what is open there: up to its bracket, or where none is open up to the end of the line, and not beyond `longestExpression`. Strings and
 * brackets are kept whole.
 */
export function partsFrom(text: string, start: number, separator: ',' | '='): { parts: string[]; end: number } {
  const open: string[] = []
  const parts: string[] = []
  let from = start
  let at = start
  const take = (to: number) => parts.push(text.slice(from, to).trim())
  const last = Math.min(text.length, start + longestExpression)
  for (; at < last; at += 1) {
    const character = text[at] as string
    if (character === '"' || character === "'" || character === '`') at = endOfString(text, at)
    else if (closers[character] !== undefined) open.push(closers[character])
    else if (character === open.at(-1)) open.pop()
    else if (open.length > 0) continue
    else if (')]}'.includes(character) || (separator === '=' && character === '\n')) break
    else if (character === separator && (separator === ',' || text[at + 1] !== '=')) {
      take(at)
      from = at + 1
    }
  }
  take(at)
  return { parts: parts.filter((part, index) => part !== '' || index === 0), end: at }
}

/** Where a string ends; the end of its line if nothing closes it. */
export function endOfString(text: string, start: number): number {
  const quote = text[start] as string
  const triple = text.startsWith(quote.repeat(3), start) && quote !== '`'
  const closing = triple ? quote.repeat(3) : quote
  for (let at = start + closing.length; at < text.length; at += 1) {
    if (text[at] === '\\' && quote !== '`') at += 1
    else if (text.startsWith(closing, at)) return at + closing.length - 1
    else if (text[at] === '\n' && !triple && quote !== '`') return at - 1
  }
  return text.length
}

/** The line of a place, from 1. */
export function lineAt(text: string, at: number): number {
  let line = 1
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', end + 1)) line += 1
  return line
}

/** The arguments of a call, from behind its opening bracket. */
export function argumentsFrom(text: string, start: number): string[] {
  return partsFrom(text, start, ',').parts.filter((part) => part !== '')
}

/** A string, a number or a truth value as it would stand in the environment; undefined for anything else, and for an empty string. */
export function plainText(expression: string | undefined): string | undefined {
  const text = expression?.trim() ?? ''
  const quoted = /^[rub]?(["'`])([^"'`\\\n]*)\1$/.exec(text)?.[2]
  if (quoted !== undefined) return quoted === '' || quoted.includes('${') ? undefined : quoted
  return /^-?\d[\d_.]*$/.test(text)
    ? text.replaceAll('_', '')
    : /^(true|false)$/i.test(text)
      ? text.toLowerCase()
      : undefined
}

/** The text of a quoted string. */
export function stringIn(expression: string | undefined): string | undefined {
  return /^[rub]?(["'`])([^"'`\n]*)\1$/.exec(expression?.trim() ?? '')?.[2]
}
