import type { DockerfileFile, Edit, PlacedInstruction } from './dockerfile-file.ts'
import { blockOf } from './placed-paths.ts'
import { joinedPlaces, scriptOf } from './script.ts'

/** Text in place of a part of an instruction; the remarks in that part come above the instruction. */
export function replacing(file: DockerfileFile, instruction: PlacedInstruction, { start, end, text }: Edit): Edit {
  const remarks = remarksIn(file, instruction, { start, end })
  if (remarks.length === 0) return { start, end, text }
  // A pragma is about the line below it.
  const block = blockOf(file, instruction)
  const isBound = /#\s*hadolint\b/.test(file.text.slice(block.start, instruction.start))
  const begin = isBound ? block.start : instruction.start
  const lines = remarks.map((remark) => `${remark}${file.newline}`).join('')
  return { start: begin, end, text: `${lines}${file.text.slice(begin, start)}${text}` }
}

/** The lines that are only a remark, and what a shell does not read behind the command. */
function remarksIn(
  file: DockerfileFile,
  instruction: PlacedInstruction,
  part: { start: number; end: number },
): string[] {
  const { text } = file
  const behind = Math.max(part.start, scriptOf(file, instruction)?.end ?? part.end)
  const within = text
    .slice(part.start, Math.min(part.end, behind))
    .split('\n')
    .slice(1)
    .filter((line) => /^\s*#/.test(line))
  const after = text
    .slice(behind, part.end)
    .split('\n')
    .map((line) => line.trim())
    .map((line) => (line.endsWith(file.escape) ? line.slice(0, -1).trim() : line))
    .filter((line) => /[^;#]/.test(line))
  return [...within, ...after].map((line) => `# ${line.trim().replace(/^[;\s]*#*\s*/, '')}`)
}

/**
 * The edit that gives an instruction other words in exec form. If it has that form, only the words that differ are
 * replaced, so that the others stay on their lines.
 */
export function execEdit(file: DockerfileFile, instruction: PlacedInstruction, words: readonly string[]): Edit {
  const { start, end, keyword } = instruction
  const written = instruction.json ? writtenWords(file, instruction) : []
  const whole = { start, end, text: `${file.text.slice(start, start + keyword.length)} ${arrayText(words)}` }
  const same = sameWords(
    written.map(({ word }) => word),
    words,
  )
  const [first, last] = [written[same.before], written[written.length - same.behind - 1]]
  const text = words.slice(same.before, words.length - same.behind).map((word) => JSON.stringify(word))
  if (written.length === 0 || words.length === 0) return replacing(file, instruction, whole)
  if (text.length === 0) {
    if (same.before + same.behind === written.length) return { start, end: start, text: '' }
    const [from, to] =
      same.before > 0
        ? [written[same.before - 1]?.end, last?.end]
        : [first?.start, written[written.length - same.behind]?.start]
    return replacing(file, instruction, { start: from ?? start, end: to ?? end, text: '' })
  }
  if (same.before + same.behind < written.length)
    return replacing(file, instruction, {
      start: first?.start ?? start,
      end: last?.end ?? end,
      text: text.join(', '),
    })
  const before = written[same.before - 1]
  const at = before?.end ?? first?.start ?? end
  return { start: at, end: at, text: before === undefined ? `${text.join(', ')}, ` : `, ${text.join(', ')}` }
}

/** How many words two lists have in common at their beginning, and then at their end. */
function sameWords(left: readonly string[], right: readonly string[]): { before: number; behind: number } {
  const shorter = Math.min(left.length, right.length)
  let before = 0
  while (before < shorter && left[before] === right[before]) before++
  let behind = 0
  while (behind < shorter - before && left.at(-1 - behind) === right.at(-1 - behind)) behind++
  return { before, behind }
}

/** The words of an array with their places; none if they are not written as they would be here. */
function writtenWords(
  file: DockerfileFile,
  instruction: PlacedInstruction,
): Array<{ word: string; start: number; end: number }> {
  const places = joinedPlaces(file, instruction)
  const joined = places.map((place) => file.text[place]).join('')
  const found = [...joined.matchAll(/"(?:[^"\\]|\\.)*"/g)]
  const { words } = instruction
  if (found.length !== words.length || found.some(([text], at) => text !== JSON.stringify(words[at]))) return []
  return found.map(({ index, 0: text }, at) => ({
    word: words[at] ?? '',
    start: places[index] ?? 0,
    end: (places[index + text.length - 1] ?? 0) + 1,
  }))
}

/** A command in exec form, as a Dockerfile writes it. */
export function arrayText(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`
}
