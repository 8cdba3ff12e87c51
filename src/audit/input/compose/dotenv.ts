import { interpolateText, type Variables } from './interpolate.ts'

/** An entry of an environment file, with its line. */
export interface DotenvEntry {
  name: string
  value: string
  line: number
}

/**
 * Reads an environment file as Compose does: `NAME=value` or `NAME: value`, `export` in front, comments, quotes,
 * variables from the lines above and from `outside`. Any other line is skipped, and so is a name without a value.
 */
export function readDotenv(text: string, outside: Variables): DotenvEntry[] {
  const entries: DotenvEntry[] = []
  const known = new Map(outside)
  const pattern =
    /(?:^|\n)[ \t]*(?:export[ \t]+)?([\w.[\]-]+)[ \t]*[=:][ \t]*("(?:\\[\s\S]|[^"\\])*"|'(?:\\'|[^'])*'|[^\n]*)/g
  let [line, behind] = [1, 0]
  for (const match of text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .matchAll(pattern)) {
    const [whole, name = '', written = ''] = match
    line += match.input.slice(behind, match.index).split('\n').length - 1 + (whole.startsWith('\n') ? 1 : 0)
    behind = match.index + (whole.startsWith('\n') ? 1 : 0)
    const value = valueOf(written, known)
    entries.push({ name, value, line })
    if (!outside.has(name)) known.set(name, value)
  }
  return entries
}

function valueOf(written: string, known: Variables): string {
  if (written.startsWith("'")) return written.slice(1, -1).replaceAll("\\'", "'")
  if (!written.startsWith('"')) return interpolateText(written.replace(/(^| )#.*$/, '').trim(), known)
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
  return interpolateText(
    written.slice(1, -1).replaceAll(/\\([nrt"\\])/g, (_whole, letter: string) => escapes[letter] ?? letter),
    known,
  )
}
