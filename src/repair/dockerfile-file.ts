import type { DockerfileReading } from '../tools/dockerfile/output.ts'

/** A change to a text: the characters from `start` up to `end`, counted in UTF-16 units, become `text`. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** An instruction as BuildKit reads it, and its place in the text. */
export interface PlacedInstruction {
  keyword: string
  line: number
  lastLine: number
  stage: number
  flags: readonly string[]
  words: readonly string[]
  json: boolean
  heredocs: number
  /** From the first letter of its keyword to the end of its last line. */
  start: number
  end: number
}

/** The text of a Dockerfile, with the places of what BuildKit reads in it. */
export interface DockerfileFile {
  path: string
  text: string
  /** Its line ending. */
  newline: string
  escape: string
  instructions: readonly PlacedInstruction[]
  /** External images on the first platform; places are counted in UTF-16 units. */
  images: ReadonlyArray<{ reference: string; written: string; start: number; end: number; stage: number; kind: string }>
  /**
   * The index of the built stage, and of the stages in the shipped image: the built one and those that it starts from.
   */
  target: number
  shipped: readonly number[]
}

/** Finds the places of what BuildKit reads in a Dockerfile. */
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

/** The instructions of the shipped image. */
export function shippedInstructions({ instructions, shipped }: DockerfileFile): PlacedInstruction[] {
  return instructions.filter(({ stage }) => shipped.includes(stage))
}

/** The instruction that a line belongs to. */
export function instructionAt({ instructions }: DockerfileFile, line: number): PlacedInstruction | undefined {
  return instructions.find((one) => one.line <= line && line <= one.lastLine)
}

/** True if there are comments or empty lines inside an instruction: rewriting it as a whole would lose them. */
export function hasComments({ text }: DockerfileFile, { start, end }: PlacedInstruction): boolean {
  return text
    .slice(start, end)
    .split('\n')
    .slice(1)
    .some((line) => /^\s*(#|$)/.test(line))
}

/**
 * Makes edits. Throws a RangeError if two of them overlap; insertions at the same place are made in the order of the
 * list.
 */
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

const mark = '\uFEFF'

/** A text with the byte order mark of what was written there before. */
export function withMarkOf(before: string | undefined, text: string): string {
  return before?.startsWith(mark) === true && !text.startsWith(mark) ? `${mark}${text}` : text
}
