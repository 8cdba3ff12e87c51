import { smallerBases, type SmallerBases } from '../../bases/index.ts'
import type { DockerfileFile, PlacedInstruction } from '../dockerfile-file.ts'
import { absolute, copiedBy, directoryAt, outermost, withVariables } from '../placed-paths.ts'
import { isPlainPath, type Situation } from '../repair.ts'
import { execWords } from '../rules/exec-form.ts'
import { scriptOf, type PlacedScript } from '../script.ts'
import { onlyHeaders } from './headers.ts'
import { rootEntries } from './root-entries.ts'
import { addsOnlyPackages, placedCommands, staysInside } from './stays-inside.ts'

/** A Dockerfile of one stage, which builds the application and ships everything that it built it with. */
export interface SingleStage {
  /** By which the new stage names it. */
  name: string
  from: PlacedInstruction
  bases: SmallerBases
  instructions: readonly PlacedInstruction[]
  /** The last instruction after which files change. */
  last: PlacedInstruction
  /** The commands of each RUN. */
  runs: ReadonlyArray<{ instruction: PlacedInstruction; script: PlacedScript; directory: string }>
  /** What starts the application: the instruction that names the program, and its words. */
  started: { instruction: PlacedInstruction; words: readonly string[] }
  /** Where it is started. */
  directory: string
  /** The directories and files of the image in which the source's files are. */
  places: readonly string[]
  /** Directories that a RUN makes in them, if root starts the application, which may write to them. */
  made: readonly string[]
}

/** Directories that belong to the base: what is copied there is not the application alone. */
const ofSystem =
  /^\/((bin|boot|dev|etc|lib\d*|proc|root|run|sbin|sys|tmp|usr\/(bin|include|lib\d*|libexec|local\/(bin|etc|include|lib|sbin|share)|sbin|share)|var\/(cache|lib|log|run|spool))(\/|$)|(usr|var)?$)/

/**
 * Reads the Dockerfile as one stage that can be divided. Undefined if it has several, on a base of unknown content, with
 * volumes or here-documents, or if what is made or started cannot be read in full.
 */
export function singleStage(situation: Situation, initial: string): SingleStage | undefined {
  const { file } = situation
  const [from, ...instructions] = file.instructions.filter(({ stage }) => stage === 0)
  const [image, another] = file.images.filter(({ kind }) => kind === 'from')
  const last = instructions.findLast(({ keyword }) => /^(RUN|COPY|ADD|WORKDIR)$/.test(keyword))
  const bases = image === undefined ? undefined : smallerBases(image.written)
  if (from?.keyword !== 'FROM' || last === undefined || bases === undefined || another !== undefined) return undefined
  if (file.target !== 0 || file.instructions.some(({ stage }) => stage > 0)) return undefined
  if (instructions.some(({ keyword, heredocs }) => heredocs > 0 || /^(ONBUILD|VOLUME)$/.test(keyword))) return undefined
  const directory = directoryAt(file, { stage: 0, start: file.text.length }, initial)
  const started = startedBy(file, instructions)
  const places = placesOf(situation, instructions, initial)
  const isHeaders = onlyHeaders(situation, bases.runtime)
  const runs = places === undefined ? undefined : runsOf(file, instructions, initial, places, isHeaders)
  if (directory === undefined || started === undefined || runs === undefined || places === undefined) return undefined
  const named = /^as$/i.test(from.words[1] ?? '') ? from.words[2] : undefined
  return {
    name: named ?? 'build',
    from,
    bases,
    instructions,
    last,
    runs,
    started,
    directory,
    places,
    made: madeIn(instructions, runs, places),
  }
}

function madeIn(
  instructions: readonly PlacedInstruction[],
  runs: SingleStage['runs'],
  places: readonly string[],
): string[] {
  if (instructions.some(({ keyword }) => keyword === 'USER')) return []
  const made = runs.flatMap(({ script, directory }) =>
    placedCommands(script, directory).flatMap(({ here, words: [program, ...args] }) =>
      program === 'mkdir' ? args.filter((word) => !word.startsWith('-')).map((word) => absolute(here, word)) : [],
    ),
  )
  const known = made.filter((path) => path !== undefined)
  return outermost(known.filter((path) => isPlainPath(path) && places.some((place) => path.startsWith(`${place}/`))))
}

/** What starts the application; undefined if a shell does, or if it is in the base. */
export function startedBy(
  file: DockerfileFile,
  instructions: readonly PlacedInstruction[],
): SingleStage['started'] | undefined {
  const find = (keyword: string) => instructions.findLast((one) => one.keyword === keyword)
  const [entrypoint, cmd] = [find('ENTRYPOINT'), find('CMD')]
  const instruction = entrypoint ?? cmd
  // In shell form, ENTRYPOINT ignores CMD; and CMD in shell form would be three arguments.
  if (instruction === undefined || (entrypoint !== undefined && cmd !== undefined && !(entrypoint.json && cmd.json)))
    return undefined
  const words = instruction.json ? instruction.words : execWords(file, instruction)
  return words === undefined || words.length === 0 ? undefined : { instruction, words }
}

/** The commands of every RUN; undefined if one cannot be read, or makes something that would be lost. */
function runsOf(
  file: DockerfileFile,
  instructions: readonly PlacedInstruction[],
  initial: string,
  places: readonly string[],
  isHeaders: (name: string) => boolean,
): SingleStage['runs'] | undefined {
  const runs = instructions
    .filter(({ keyword }) => keyword === 'RUN')
    .map((instruction) => ({
      instruction,
      script: scriptOf(file, instruction),
      directory: directoryAt(file, instruction, initial),
    }))
  const known = runs.flatMap(({ instruction, script, directory }) =>
    script === undefined || directory === undefined ? [] : [{ instruction, script, directory }],
  )
  // In `/`, where the base has its own files, what a program makes beside the application would be lost.
  const isKept = ({ script, directory }: (typeof known)[number]) =>
    staysInside(script, directory, places, isHeaders) && (directory !== '/' || addsOnlyPackages(script))
  return known.length === runs.length && known.every(isKept) ? known : undefined
}

function placesOf(
  situation: Situation,
  instructions: readonly PlacedInstruction[],
  initial: string,
): string[] | undefined {
  const { file, source } = situation
  const copies = instructions.filter(({ keyword }) => /^(COPY|ADD)$/.test(keyword))
  const found = copies.map((one) => copiedBy(file, one, initial, source.paths))
  const copied = found.flatMap((one) => one ?? [])
  const targets = copied.flatMap((one) => (one.target === '/' ? (rootEntries(situation, one) ?? ['/']) : [one.target]))
  const works = instructions.flatMap((one) =>
    one.keyword === 'WORKDIR'
      ? [absolute(directoryAt(file, one, initial), withVariables(file, one).words[0] ?? '')]
      : [],
  )
  if (found.includes(undefined) || works.includes(undefined)) return undefined
  const directories = works.filter((path) => path !== undefined && path !== '/')
  const known = [...targets, ...directories].filter((path) => path !== undefined)
  const own = outermost(known.filter((path) => path !== '/tmp' && !path.startsWith('/tmp/')))
  return own.length === 0 || own.some((path) => ofSystem.test(path)) ? undefined : own
}
