import type { DockerfileFile, PlacedInstruction } from './dockerfile-file.ts'
import { absolute, blockOf, isOneWord, type Copied } from './placed-paths.ts'

/**
 * A COPY and the remarks above it for a place where another directory is the current one: with its target spelled out.
 * Undefined if it is not written plainly on one line. `copied` is what it copies from its own `directory`.
 */
export function withTarget(
  file: DockerfileFile,
  copy: PlacedInstruction,
  copied: readonly Copied[],
  directory: string | undefined,
): string | undefined {
  const { text } = file
  const written = copy.words.at(-1) ?? ''
  const line = text.slice(copy.start, copy.end)
  const { start } = blockOf(file, copy)
  if (written.startsWith('/')) return text.slice(start, copy.end)
  const into = absolute(directory, written)
  const isPlain = !copy.json && copy.line === copy.lastLine && line.trimEnd().endsWith(` ${written}`)
  if (!isPlain || into === undefined || !isOneWord(into)) return undefined
  const isFile = copied.every(({ files, source, target }) => files[0] === source && target === into)
  const target = isFile || into === '/' ? into : `${into}/`
  return `${text.slice(start, copy.start)}${line.trimEnd().slice(0, -written.length)}${target}`
}
