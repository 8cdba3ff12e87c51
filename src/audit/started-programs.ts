import { readProgram, readShell, type ShellCommand } from '../formats/shell.ts'

/** The words of a health check. The first may say how to read the rest. */
export function withoutForm(words: string[]): string[] {
  return /^(CMD|CMD-SHELL|NONE)$/.test(words[0] ?? '') ? words.slice(1) : words
}

/** The programs that words of a deployment start. A single word is a line for a shell. If options come first, the program is the image's. */
export function programsOf(words: readonly string[]): ShellCommand[] {
  const [first = ''] = words
  const own = first.startsWith('-') ? ['entrypoint'] : []
  return words.length === 1
    ? readShell([...own, first].join(' '), () => undefined).commands
    : readProgram([...own, ...words], () => undefined).commands
}
