import wrapAnsi from 'wrap-ansi'
import { defused, printable } from '../model/printable.ts'

/** Longest text that is repeated on a terminal, in characters: it is no place to read more, and the reports have it. */
const longestText = 300

/**
 * Printable text in lines of at most `width` columns, broken at spaces where there are any. Lines after the first begin with `indent` spaces, which count.
 * Text of a tool or an image is cut at `longest` characters and says so; our own needs no limit.
 */
export function wrapped(text: string, width: number, indent = 0, longest = longestText): string {
  const line = defused(printable(text, longest))
  if (line.length <= width && /^[\x20-\x7e]*$/.test(line)) return line
  return wrapAnsi(line, width, { hard: true }).replaceAll('\n', `\n${' '.repeat(indent)}`)
}
