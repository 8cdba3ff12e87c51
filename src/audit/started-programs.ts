import { readProgram, readShell, type ShellCommand } from '../formats/shell.ts'

/** The programs that words of a deployment start. A single word is a line for a shell. If options come first, the program is the image's. */
export function programsOf(words: readonly string[]): ShellCommand[] {
  const [first = ''] = words
  const own = first.startsWith('-') ? ['entrypoint'] : []
  return words.length === 1
    ? readShell([...own, first].join(' '), () => undefined).commands
    : readProgram([...own, ...words], () => undefined).commands
}
