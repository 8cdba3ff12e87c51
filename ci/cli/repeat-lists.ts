import type { Option } from 'commander'
import type { Flag } from './flag.ts'

/**
 * Repeats the option before each further value of a list: `--platform linux/amd64 linux/arm64 .` becomes `--platform
 * linux/amd64 --platform linux/arm64 .` A word that can be something else is left in place, so that a list never
 * swallows a source.
 */
export function repeatLists(
  argv: readonly string[],
  options: readonly Option[],
  flags: Readonly<Record<string, Flag<unknown>>>,
): string[] {
  const written: string[] = []
  const words = [...argv]
  let operands = 0
  while (words.length > 0) {
    const word = words.shift() ?? ''
    written.push(word)
    if (word === '--') return [...written, ...words]
    const option = options.find(({ long, short }) => word === long || word === short)
    if (option?.required !== true) {
      // An option with its value after "=", a switch, or one that commander will refuse.
      if (!word.startsWith('-')) operands += 1
      continue
    }
    if (words.length > 0) written.push(words.shift() ?? '')
    const { continues } = flags[option.attributeName()] ?? {}
    while (words[0] !== undefined && !words[0].startsWith('-') && continues?.(words[0], operands) === true)
      written.push(word, words.shift() ?? '')
  }
  return written
}
