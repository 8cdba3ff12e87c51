import { posix } from 'node:path'
import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import { hasVariables, targetsOf, touching } from '../apart.ts'
import { mayBeBuiltAlone } from '../built-alone.ts'
import type { DockerfileFile, Edit, PlacedInstruction } from '../dockerfile-file.ts'
import { withTarget } from '../moved-copy.ts'
import { absolute, blockOf, copiedBy, directoryAt, initialDirectory, wholeLines, type Copied } from '../placed-paths.ts'
import type { Repair, Situation } from '../repair.ts'
import { scriptOf } from '../script.ts'
import { builderOf, isStartedFrom } from '../shipped-stage.ts'

/** A stage that only the shipped one takes something from, and what it takes. */
interface Builder {
  stage: number
  name: string
  own: readonly PlacedInstruction[]
  /** Each takes one path. */
  taken: ReadonlyArray<{ copy: PlacedInstruction; path: string; into: string }>
}

/**
 * BuildKit reads all that a COPY takes from another stage again when anything in that stage has changed: with the packages
 * in one that does not change with the code, a rebuild does not look through them.
 */
export const codeLast: Repair = {
  id: 'code-last',
  turn: 'order',
  title:
    'What the shipped stage takes from another one, and what does not change with the code, comes from a stage without the code: code that nothing is made from is copied straight to where it runs',
  answers: [],
  propose(situation) {
    const edits = buildersIn(situation.file)
      .filter(({ stage }) => !mayBeBuiltAlone(situation, stage))
      .map((builder) => straight(situation, builder) ?? apart(situation, builder))
      .find((some) => some.length > 0)
    return edits === undefined
      ? {}
      : { proposals: [{ repair: codeLast.id, what: 'copies the code last', equal: false, edits }] }
  },
}

/** The stages that the shipped one takes files from, and nothing else reads, as far as no variable decides. */
function buildersIn(file: DockerfileFile): Builder[] {
  const { instructions, target } = file
  const shipped = instructions.filter(({ stage }) => stage === target)
  const stages = new Set(shipped.map(({ flags }) => builderOf(file, flags)))
  return [...stages].flatMap((stage) => (stage === undefined ? [] : (builderIn(file, shipped, stage) ?? [])))
}

function builderIn(file: DockerfileFile, shipped: readonly PlacedInstruction[], stage: number): Builder | undefined {
  const [from, ...own] = file.instructions.filter((one) => one.stage === stage)
  const copies = shipped.filter(({ flags }) => builderOf(file, flags) === stage)
  const name = from?.words[2]
  const isRead = file.instructions.some(
    (one) =>
      !copies.includes(one) &&
      (builderOf(file, one.flags) === stage || one.flags.some((flag) => /^--mount=.*\bfrom=/.test(flag))),
  )
  if (name === undefined || isRead || isStartedFrom(file, stage)) return undefined
  // One with a command of its own is also built for itself.
  if (own.some(({ keyword }) => /^(ARG|SHELL|ONBUILD|VOLUME|CMD|ENTRYPOINT|EXPOSE|HEALTHCHECK)$/.test(keyword)))
    return undefined
  const taken = copies.flatMap((copy) => {
    const [path = '', to = '', more] = copy.words
    const isPlain = posix.isAbsolute(path) && more === undefined && copy.flags.length === 1 && !hasVariables(copy)
    const into = absolute(directoryIn(file, copy), to)
    return isPlain && into !== undefined ? [{ copy, path: posix.resolve(path), into }] : []
  })
  // What others change in between would be changed back.
  const touches = touching(taken.map(({ into }) => into))
  const isApart = (one: PlacedInstruction) => {
    const into = posix.resolve(directoryIn(file, one) ?? '/', one.words.at(-1) ?? '')
    return one.keyword === 'COPY' ? !touches(into) : !/^(RUN|ADD)$/.test(one.keyword)
  }
  const between = shipped.slice(shipped.indexOf(copies[0]!), shipped.indexOf(copies.at(-1)!) + 1)
  const others = between.filter((one) => !copies.includes(one))
  return taken.length < copies.length || !others.every(isApart) ? undefined : { stage, name, own, taken }
}

/** Copies the code, behind the last RUN of the builder, into the shipped stage instead. Undefined if something is made from it. */
function straight({ file, source }: Situation, { own, taken }: Builder): Edit[] | undefined {
  const last = taken.at(-1)?.copy
  const isAdded = (one: PlacedInstruction) => /^(COPY|ADD)$/.test(one.keyword)
  const code = own.slice(own.findLastIndex(({ keyword }) => keyword === 'RUN') + 1).filter(isAdded)
  const before = own.filter((one) => !code.includes(one))
  if (last === undefined || code.length === 0) return undefined
  const placed = code.map((copy) => ({
    copy,
    copied: copiedIn(file, source, copy),
    directory: directoryIn(file, copy),
  }))
  const isTaken = (target: string) => taken.some(({ path, into }) => path === into && isAtOrBelow(target, [path]))
  const places = before.flatMap((one) => placesOf(file, source, one))
  const isThere = (path: string) => places.some((place) => isAtOrBelow(place, [path]))
  const isMovable = ({ copy, copied }: (typeof placed)[number]) =>
    copy.keyword === 'COPY' &&
    !hasVariables(copy) &&
    copy.flags.every((flag) => /^--(chown=\d+(:\d+)?|chmod=\d+|link)$/.test(flag)) &&
    copied !== undefined &&
    copied.length > 0 &&
    copied.every(({ files, target }) => files.length > 0 && isTaken(target))
  if (!placed.every(isMovable) || !taken.every(({ path }) => isThere(path) || isOfPackages(path))) return undefined
  const touches = touching(placed.flatMap(({ copied = [] }) => copied.flatMap(targetsOf)))
  // The code is at a second place then, or something else is put over it.
  if (taken.some(({ path, into }) => path !== into && (touches(path) || touches(into)))) return undefined
  const there = directoryIn(file, last)
  const texts = placed.map(({ copy, copied = [], directory }) => {
    const { start, end } = blockOf(file, copy)
    return directory === there ? file.text.slice(start, end) : withTarget(file, copy, copied, directory)
  })
  if (texts.includes(undefined)) return undefined
  return [
    ...code.map((copy) => ({ ...wholeLines(file, blockOf(file, copy)), text: '' })),
    { start: last.end, end: last.end, text: texts.map((text) => `${file.newline}${text}`).join('') },
  ]
}

/** Begins another stage where the code is copied, from which the shipped one takes what is made from it. */
function apart({ file, source }: Situation, { name, own, taken }: Builder): Edit[] {
  const first = own.find(
    (one, index) => one.keyword === 'COPY' && own.slice(index).every((later) => isOfCode(file, later)),
  )
  if (
    first === undefined ||
    file.instructions.some(({ words }) => words.some((word) => word.toLowerCase() === apartName))
  )
    return []
  const behind = own.slice(own.indexOf(first))
  const targets = behind.flatMap((one) => copiedIn(file, source, one)?.flatMap(targetsOf) ?? [])
  const touches = touching([...targets, ...behind.flatMap((one) => namedBy(file, one))])
  const isLeft = ({ path }: (typeof taken)[number]) => isOfPackages(path) && !touches(path)
  const isUnknown = behind.some(
    (one) => one.keyword === 'ADD' || (one.keyword === 'COPY' && copiedIn(file, source, one) === undefined),
  )
  // A stage more gives others another number.
  if (file.instructions.some(({ flags }) => flags.some((flag) => /^--from=\d+$/.test(flag)))) return []
  if (isUnknown || !taken.some(isLeft) || !behind.some(({ keyword }) => keyword === 'RUN')) return []
  const { start } = blockOf(file, first)
  const renames = taken.filter((one) => !isLeft(one)).map(({ copy }) => renamed(file, copy))
  const known = renames.filter((edit) => edit !== undefined)
  if (known.length < renames.length) return []
  return [{ start, end: start, text: `${file.newline}FROM ${name} AS ${apartName}${file.newline}` }, ...known]
}

const apartName = 'code'

/** The COPY from the stage in which the code is; undefined if its option is not written as it is read. */
function renamed({ text }: DockerfileFile, { start, end, flags: [flag = ''] }: PlacedInstruction): Edit | undefined {
  const at = text.slice(start, end).indexOf(` ${flag} `)
  const begin = start + at + 1
  return at === -1 ? undefined : { start: begin, end: begin + flag.length, text: `--from=${apartName}` }
}

/** Where only installations of packages write. */
function isOfPackages(path: string): boolean {
  return /\/(site|dist)-packages$|^\/usr\/local\/(bin|share|etc)$/.test(path)
}

/** Whether an instruction brings code, or makes something of it in the directory in which it works or where its words say. */
function isOfCode(file: DockerfileFile, one: PlacedInstruction): boolean {
  if (one.keyword !== 'RUN') return true
  const script = one.flags.length === 0 ? scriptOf(file, one) : undefined
  return (
    script !== undefined &&
    !/[<>*?$[{`]/.test(script.text) &&
    script.commands.every(({ words: [program = '', ...args] }) =>
      /^python[0-9.]*$/.test(program)
        ? /^manage\.py (collectstatic|compilemessages|check)$/.test(
            args.filter((word) => !word.startsWith('-')).join(' '),
          )
        : /^(chmod|chown|mkdir|rm|touch|true)$/.test(program),
    )
  )
}

/** The paths that a RUN names. */
function namedBy(file: DockerfileFile, one: PlacedInstruction): string[] {
  const script = one.keyword === 'RUN' ? scriptOf(file, one) : undefined
  const words = script?.commands.flatMap(({ words: some }) => some.slice(1)) ?? []
  return words.filter((word) => !word.startsWith('-')).map((word) => posix.resolve(directoryIn(file, one) ?? '/', word))
}

/** Where an instruction certainly makes a directory, or a file in it. */
function placesOf(file: DockerfileFile, source: Situation['source'], one: PlacedInstruction): string[] {
  if (one.keyword !== 'WORKDIR') return copiedIn(file, source, one)?.flatMap(targetsOf) ?? []
  const path = directoryIn(file, { stage: one.stage, start: one.end })
  return path === undefined ? [] : [path]
}

function copiedIn(file: DockerfileFile, { paths }: Situation['source'], one: PlacedInstruction): Copied[] | undefined {
  return copiedBy(file, one, initialDirectory(file, one.stage), paths)
}

function directoryIn(file: DockerfileFile, one: Pick<PlacedInstruction, 'stage' | 'start'>): string | undefined {
  return directoryAt(file, one, initialDirectory(file, one.stage))
}
