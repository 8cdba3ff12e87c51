import { posix } from 'node:path'
import { lineage } from './apart.ts'
import type { DockerfileFile, PlacedInstruction } from './dockerfile-file.ts'
import { sourceOf } from './manifest-copies.ts'
import { absolute, copiedBy, directoryAt, initialDirectory, withVariables } from './placed-paths.ts'
import type { Situation } from './repair.ts'
import { scriptOf } from './script.ts'
import { builderOf } from './shipped-stage.ts'

/** A place in a stage: what its instructions before `start` have made. */
type Place = Pick<PlacedInstruction, 'stage' | 'start'>

/** The situation, with what was found already: each of many stages may copy from the one before, by several paths. */
interface Search extends Pick<Situation, 'file' | 'source'> {
  known: Map<string, string | undefined>
}

/** No Dockerfile that people write leads to more. */
const mostPlaces = 500

/**
 * The file of the source that is at a path of the image. Undefined if there is none, or if it is unknown what is there: made
 * by a RUN, taken from another image, or named by a variable.
 */
export function sourceFileAt(
  { file, source }: Pick<Situation, 'file' | 'source'>,
  place: Place,
  path: string,
): string | undefined {
  return fileAt({ file, source, known: new Map() }, place, path)
}

function fileAt(search: Search, place: Place, path: string): string | undefined {
  const { known } = search
  const key = `${place.stage} ${place.start} ${path}`
  if (known.has(key) || known.size >= mostPlaces) return known.get(key)
  known.set(key, undefined)
  const found = madeAt(search, place, path)
  known.set(key, found)
  return found
}

function madeAt(search: Search, place: Place, path: string): string | undefined {
  const { file } = search
  const own = file.instructions.filter(({ stage, start }) => stage === place.stage && start < place.start)
  for (const one of own.toReversed()) {
    const found = broughtBy(search, one, path)
    if (found !== 'nothing') return found === 'unknown' ? undefined : found.path
  }
  const base = lineage(file, place.stage)[1]
  return base === undefined ? undefined : fileAt(search, { stage: base, start: file.text.length }, path)
}

/** The directory in which an instruction works, also where its stage starts from another one. */
export function workingDirectoryAt(file: DockerfileFile, place: Place): string | undefined {
  const [first = place.stage, ...others] = lineage(file, place.stage).toReversed()
  const at = (stage: number) => (stage === place.stage ? place : { stage, start: file.text.length })
  return others.reduce(
    (directory, stage) => directoryAt(file, at(stage), directory),
    directoryAt(file, at(first), initialDirectory(file, first)),
  )
}

function broughtBy(search: Search, one: PlacedInstruction, path: string): { path: string } | 'nothing' | 'unknown' {
  const { file, source } = search
  if (one.keyword === 'RUN') return mayMake(file, one, path) ? 'unknown' : 'nothing'
  if (!/^(COPY|ADD)$/.test(one.keyword)) return 'nothing'
  if (one.flags.some((flag) => flag.startsWith('--from'))) return fromStage(search, one, path)
  const copied = copiedBy(file, one, workingDirectoryAt(file, one), source.paths)
  if (copied === undefined) return 'unknown'
  const found = copied
    .map((copy) => sourceOf(copy, path))
    .find((inside) => inside !== undefined && source.paths.has(inside))
  return found === undefined ? 'nothing' : { path: found }
}

/** What a COPY from another stage brings: a file, or the content of a directory. */
function fromStage(search: Search, one: PlacedInstruction, path: string): { path: string } | 'nothing' | 'unknown' {
  const { file } = search
  const { words } = withVariables(file, one)
  const target = absolute(workingDirectoryAt(file, one), words.at(-1) ?? '')
  if (target === undefined) return 'unknown'
  const inside = posix.relative(target, path)
  if (inside.startsWith('..')) return 'nothing'
  const builder = builderOf(file, one.flags)
  const sources = words.slice(0, -1).map((word) => absolute('/', word))
  if (builder === undefined || sources.includes(undefined)) return 'unknown'
  const place = { stage: builder, start: one.start }
  const candidates = sources.flatMap((from = '/') => [
    ...(posix.basename(from) === inside || inside === '' ? [from] : []),
    posix.join(from, inside),
  ])
  const found = candidates.map((candidate) => fileAt(search, place, candidate)).find(Boolean)
  if (found !== undefined) return { path: found }
  // A file that has another name is not this one.
  const areFiles = sources.every((from = '/') => fileAt(search, place, from) !== undefined)
  return areFiles ? 'nothing' : 'unknown'
}

/** Programs that put files where their words say, or anywhere. */
const placing = /^(mv|cp|rsync|install|ln|tar|unzip|git|svn|cpio|patch)$/

/** Whether a RUN may write a file: one that names it, or puts something where it is. */
function mayMake(file: DockerfileFile, one: PlacedInstruction, path: string): boolean {
  const name = posix.basename(path)
  if (one.heredocs > 0 || one.words.some((word) => word.includes(name))) return true
  const script = one.json ? undefined : scriptOf(file, one)
  if (script === undefined) return !one.json || placing.test(one.words[0] ?? '')
  const directory = workingDirectoryAt(file, one)
  const isThere = (word: string) => {
    const place = absolute(directory, word)
    return place === undefined || !posix.relative(place, path).startsWith('..')
  }
  const moves = script.commands.some(({ words }) => words[0] === 'cd')
  return script.commands.some(
    ({ words: [program = '', ...args] }) =>
      (placing.test(posix.basename(program)) &&
        (moves || /^(git|svn|patch|tar|unzip|cpio)$/.test(program) || isThere(args.at(-1) ?? ''))) ||
      (name === 'package.json' && /^(npm|pnpm|yarn)$/.test(program) && /^(init|pkg|version)$/.test(args[0] ?? '')),
  )
}
