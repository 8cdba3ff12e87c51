import { forEachChild, parse, type Command, type SyntaxNode, type Word } from 'unbash'
import { instructionAt, type DockerfileFile, type PlacedInstruction } from './dockerfile-file.ts'

/** The commands of an instruction in shell form, as the shell reads them. */
export interface PlacedScript {
  text: string
  /** Where one of its characters is in the Dockerfile. */
  at(position: number): number
  /** The place in the Dockerfile after its last command: a remark behind that (`# …`) is not part of it. */
  end: number
  /** Every program that it starts, also in conditions and substitutions; places are the script's. */
  commands: ReadonlyArray<{ node: Command; words: readonly string[] }>
  /** The programs in sequence, if each runs only after the one before succeeded; undefined for any other script. */
  chain: ReadonlyArray<{ node: Command; words: readonly string[] }> | undefined
}

/**
 * Finds the script of an instruction in its text. Undefined for exec form and here-documents, and if the text does not
 * contain exactly what BuildKit reads.
 */
export function scriptOf(file: DockerfileFile, instruction: PlacedInstruction): PlacedScript | undefined {
  const [text] = instruction.words
  if (instruction.json || instruction.heredocs > 0 || text === undefined || instruction.words.length > 1)
    return undefined
  const places = joinedPlaces(file, instruction)
  const joined = places.map((place) => file.text[place]).join('')
  const begin = joined.trimEnd().length - text.length
  if (begin < 0 || joined.slice(begin).trimEnd() !== text) return undefined
  const read = readShellText(text)
  if (read === undefined) return undefined
  const at = (position: number) => places[begin + position] ?? (places.at(-1) ?? 0) + 1
  return {
    text,
    at,
    end: at((read.tree.commands.at(-1)?.end ?? text.length) - 1) + 1,
    commands: read.commands.map(withWords),
    chain: chainOf(read.tree)?.map(withWords),
  }
}

/**
 * What a shell reads in a text, with every command in it; undefined if it cannot be parsed, or is nested deeper than
 * anybody would write.
 */
export function readShellText(text: string): { tree: ReturnType<typeof parse>; commands: Command[] } | undefined {
  try {
    const tree = parse(text)
    return (tree.errors ?? []).length > 0 ? undefined : { tree, commands: commandsOf(tree) }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The script of the RUN that a line belongs to. */
export function runScriptAt(file: DockerfileFile, line: number): PlacedScript | undefined {
  const instruction = instructionAt(file, line)
  return instruction?.keyword === 'RUN' ? scriptOf(file, instruction) : undefined
}

/** The places of an instruction's characters that remain when its lines are joined. */
export function joinedPlaces({ text, escape }: DockerfileFile, { start, end }: PlacedInstruction): number[] {
  const places: number[] = []
  let begin = start
  for (const line of text.slice(start, end).split('\n')) {
    const isFirst = begin === start
    const bare = line.replace(/\r$/, '').replace(/(?<![ \t])[ \t]+$/, '')
    const goesOn = bare.endsWith(escape) && bare.at(-2) !== escape
    const kept = goesOn ? bare.length - 1 : line.replace(/\r$/, '').length
    if (isFirst || !/^\s*(#|$)/.test(line)) for (let index = 0; index < kept; index++) places.push(begin + index)
    begin += line.length + 1
  }
  return places
}

function commandsOf(node: SyntaxNode, found: Command[] = []): Command[] {
  if (node.type === 'Command') found.push(node)
  forEachChild(node, (child) => void commandsOf(child, found))
  return found
}

/** The commands of a script that is only `a && b && c`. */
function chainOf(tree: ReturnType<typeof parse>): Command[] | undefined {
  const [only, more] = tree.commands
  if (only === undefined || more !== undefined || only.background === true) return undefined
  const { command } = only
  const parts =
    command.type === 'AndOr' ? (command.operators.every((one) => one === '&&') ? command.commands : []) : [command]
  const commands = parts.flatMap((part) => (part.type === 'Command' ? [part] : []))
  return commands.length > 0 && commands.length === parts.length ? commands : undefined
}

function withWords(node: Command): { node: Command; words: string[] } {
  return { node, words: wordsOf(node).map(({ value }) => value) }
}

/** A command's name and arguments, without assignments and redirections. */
export function wordsOf({ name, suffix }: Command): Word[] {
  return name === undefined ? [] : [name, ...suffix.flatMap((part) => (part.type === 'Word' ? [part] : []))]
}

/** The word as the program gets it, if the shell changes only its quotes. */
export function plainWord(word: Word): string | undefined {
  const parts = word.parts ?? []
  const isPlain = parts.every(
    (part) =>
      part.type === 'Literal' ||
      part.type === 'SingleQuoted' ||
      (part.type === 'DoubleQuoted' && part.parts.every(({ type }) => type === 'Literal')),
  )
  return isPlain && !word.text.startsWith('~') ? word.value : undefined
}
