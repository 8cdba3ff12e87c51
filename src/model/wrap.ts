import wrapAnsi from 'wrap-ansi'
import { defused, printable } from './printable.ts'

/** The longest text quoted on a terminal, in characters; the reports have the rest. */
const longestText = 300

/**
 * Printable text in lines of at most `width` columns, broken at spaces if possible. Lines after the first start with
 * `indent` spaces, which count. Text from a tool or an image is cut at `longest` characters with a note; our own needs
 * no limit.
 */
export function wrapped(text: string, width: number, indent = 0, longest = longestText): string {
  const line = defused(printable(text, longest))
  if (line.length <= width && /^[\x20-\x7e]*$/.test(line)) return line
  return wrapAnsi(line, width, { hard: true }).replaceAll('\n', `\n${' '.repeat(indent)}`)
}
