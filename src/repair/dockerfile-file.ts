import type { DockerfileReading } from '../tools/dockerfile/output.ts'

/** A change of a text: what stands from `start` up to `end`, counted in UTF-16 units, becomes `text`. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** An instruction as BuildKit reads it, and where it stands in the text. */
export interface PlacedInstruction {
  keyword: string
  line: number
  lastLine: number
  stage: number
  flags: readonly string[]
  words: readonly string[]
  json: boolean
  heredocs: number
  /** From the first letter of its keyword up to the end of its last line. */
  start: number
  end: number
}

/** A Dockerfile as it is written, with the places of what BuildKit reads in it. */
export interface DockerfileFile {
  path: string
  text: string
  /** What ends its lines. */
  newline: string
  escape: string
  instructions: readonly PlacedInstruction[]
  /** Images from outside on the first platform; places are counted in UTF-16 units. */
  images: ReadonlyArray<{ reference: string; written: string; start: number; end: number; stage: number; kind: string }>
  /** Number of the stage that is built, and those that the shipped image is made of: itself and what it starts from. */
  target: number
  shipped: readonly number[]
}

/** Places what BuildKit reads in a Dockerfile. */
export function placeDockerfile(path: string, text: string, reading: DockerfileReading): DockerfileFile {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const endOf = (line: number) => {
    const next = starts[line] ?? text.length + 1
    return text[next - 2] === '\r' ? next - 2 : next - 1
  }
  const bytes = Buffer.from(text)
  const unitsAt = (byte: number) => bytes.subarray(0, byte).toString().length
  const [platform] = reading.platforms
  return {
    path,
    text,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    escape: reading.escape,
    instructions: reading.instructions.map((instruction) => {
      const begin = starts[instruction.line - 1] ?? 0
      return {
        ...instruction,
        start: begin + (/\S/.exec(text.slice(begin))?.index ?? 0),
        end: endOf(instruction.lastLine),
      }
    }),
    images: (platform?.images ?? []).map(({ reference, written, start, end, stage, kind }) => ({
      reference,
      written,
      start: unitsAt(start),
      end: unitsAt(end),
      stage,
      kind,
    })),
    target: platform?.target ?? -1,
    shipped: platform?.shipped ?? [],
  }
}

/** The instructions that the shipped image is made of. */
export function shippedInstructions({ instructions, shipped }: DockerfileFile): PlacedInstruction[] {
  return instructions.filter(({ stage }) => shipped.includes(stage))
}

/** The instruction that a line belongs to. */
export function instructionAt({ instructions }: DockerfileFile, line: number): PlacedInstruction | undefined {
  return instructions.find((one) => one.line <= line && line <= one.lastLine)
}

/** Takes an instruction out, with its line break; what stands between its lines goes with it. */
export function removal({ text }: DockerfileFile, { start, end }: PlacedInstruction): Edit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', end)
  return { start: lineStart, end: lineEnd === -1 ? text.length : lineEnd + 1, text: '' }
}

/** True where comments or empty lines stand inside of an instruction: rewriting all of it would lose them. */
export function hasComments({ text }: DockerfileFile, { start, end }: PlacedInstruction): boolean {
  return text
    .slice(start, end)
    .split('\n')
    .slice(1)
    .some((line) => /^\s*(#|$)/.test(line))
}

/** Makes edits. Throws a RangeError where two of them overlap; insertions at one place stand in the order of the list. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = edits.toSorted((left, right) => left.start - right.start || left.end - right.end)
  let made = ''
  let position = 0
  for (const { start, end, text: inserted } of sorted) {
    if (start < position || end < start || end > text.length)
      throw new RangeError(`two edits overlap at ${start} of ${text.length} characters`)
    made += text.slice(position, start) + inserted
    position = end
  }
  return made + text.slice(position)
}
