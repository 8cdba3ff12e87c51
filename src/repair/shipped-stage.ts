import { smallerBases, type SmallerBases } from '../bases/index.ts'
import { hasVariables } from './apart.ts'
import type { DockerfileFile, Edit, PlacedInstruction } from './dockerfile-file.ts'
import { execEdit } from './kept-remarks.ts'
import { numericUser } from './numeric-user.ts'
import { blockOf, wholeLines, withVariables } from './placed-paths.ts'
import type { Situation } from './repair.ts'
import { scriptOf } from './script.ts'
import { startedBy, type SingleStage } from './two-stages/single-stage.ts'

/** The stage that is shipped, on an official image, if it can be brought to a base without a shell. */
export interface ShippedStage {
  file: DockerfileFile
  instructions: readonly PlacedInstruction[]
  image: { start: number; end: number; written: string }
  bases: SmallerBases
  started: SingleStage['started']
}

/** What is different on the other base. */
interface NewBase {
  base: string
  /** The words that start the application there. */
  words: readonly string[]
  /** Instructions that it has no use for. */
  unused: readonly PlacedInstruction[]
  /** True if it has an entry point of its own, which would get the words as arguments. */
  resetsEntrypoint: boolean
}

/** Undefined if it has more than such a base can keep, or variables decide what it has. */
export function shippedStage(file: DockerfileFile): ShippedStage | undefined {
  const { target, shipped } = file
  const [, ...instructions] = file.instructions.filter(({ stage }) => stage === target)
  const image = file.images.find(({ kind, stage }) => kind === 'from' && stage === target)
  const bases = basesOf(file, target)
  const started = startedBy(file, instructions)
  if (image === undefined || bases === undefined || started === undefined) return undefined
  if (shipped.length > 1 || isStartedFrom(file, target)) return undefined
  if (file.text.slice(image.start, image.end) !== image.written) return undefined
  const read = instructions.map((one) => withVariables(file, one))
  const isKept = (one: PlacedInstruction) =>
    one.heredocs === 0 &&
    !/^(ONBUILD|VOLUME|SHELL)$/.test(one.keyword) &&
    !(/^(COPY|ADD|WORKDIR|USER)$/.test(one.keyword) && hasVariables(one)) &&
    !(one.keyword === 'ADD' && one.words.some((word) => /:\/\/|@/.test(word))) &&
    !one.flags.some((flag) => flag.startsWith('--chmod'))
  return read.every(isKept) ? { file, instructions, image, bases, started } : undefined
}

/** The official image that a stage starts from. */
export function basesOf({ images }: DockerfileFile, stage: number): SmallerBases | undefined {
  const image = images.find((one) => one.kind === 'from' && one.stage === stage)
  return image === undefined ? undefined : smallerBases(image.written)
}

/** Whether another stage starts from one, or may because a variable names what it starts from. */
export function isStartedFrom({ instructions, images }: DockerfileFile, stage: number): boolean {
  const froms = instructions.filter(({ keyword }) => keyword === 'FROM')
  const name = froms.find((one) => one.stage === stage)?.words[2]?.toLowerCase()
  const isImage = (other: number) => images.some((one) => one.kind === 'from' && one.stage === other)
  return froms.some(
    ({ words: [base = ''], stage: other }) =>
      other > stage && (base.toLowerCase() === name || (base.includes('$') && !isImage(other))),
  )
}

/** The index of the stage that a COPY takes from; undefined if it takes from the source or another image. */
export function builderOf({ instructions }: DockerfileFile, flags: readonly string[]): number | undefined {
  const name = flags
    .find((flag) => flag.startsWith('--from='))
    ?.slice('--from='.length)
    .toLowerCase()
  if (name === undefined) return undefined
  // Of two stages of one name, BuildKit takes the last.
  return instructions.findLast(
    ({ keyword, words, stage }) => keyword === 'FROM' && [words[2]?.toLowerCase(), `${stage}`].includes(name),
  )?.stage
}

/** Whether a RUN only adds accounts and sets owners and modes: the user has a number, and what is copied can be read. */
export function isAboutAccounts(file: DockerfileFile, one: PlacedInstruction, others = /^$/): boolean {
  const script = one.flags.length === 0 ? scriptOf(file, one) : undefined
  return (
    script !== undefined &&
    script.commands.every(
      ({ words }) =>
        /^(useradd|adduser|usermod|groupadd|addgroup|chown|chmod|set|true)$/.test(words[0] ?? '') ||
        others.test(words.join(' ')),
    )
  )
}

/** The edits that bring a stage to its new base, as a user with a number; undefined if an owner is not written plainly. */
export function rebased(
  stage: ShippedStage,
  situation: Situation,
  { base, words, unused, resetsEntrypoint }: NewBase,
): Edit[] | undefined {
  const { file, instructions, image, started } = stage
  const users = instructions.filter(({ keyword }) => keyword === 'USER')
  const numberOf = (one: PlacedInstruction) => numericUser(withVariables(file, one).words[0] ?? '', situation)
  const last = users.at(-1)
  const user = last === undefined ? numericUser('', situation) : numberOf(last)
  const owners = instructions.filter((one) => !unused.includes(one)).map((one) => numberedOwner(file, one, user))
  if (owners.includes(undefined)) return undefined
  const { instruction } = started
  const before = [
    ...(last === undefined ? [`USER ${user}`] : []),
    ...(resetsEntrypoint && instruction.keyword === 'CMD' ? ['ENTRYPOINT []'] : []),
  ]
  const begin = blockOf(file, instruction).start
  return [
    { start: image.start, end: image.end, text: base },
    ...keptRoot(file, file.target),
    ...unused.map((one) => ({ ...wholeLines(file, blockOf(file, one)), text: '' })),
    ...users.map((one) => ({ start: one.start, end: one.end, text: `USER ${numberOf(one)}` })),
    ...owners.flatMap((edits) => edits ?? []),
    { start: begin, end: begin, text: before.map((line) => `${line}${file.newline}`).join('') },
    execEdit(file, instruction, words),
  ]
}

/** The WORKDIR of a stage that works in `/` because its base does: the new one has another directory. */
export function keptRoot(file: DockerfileFile, stage: number): Edit[] {
  const [from, ...instructions] = file.instructions.filter((one) => one.stage === stage)
  const first = instructions
    .map((one) => withVariables(file, one))
    .find(
      ({ keyword, words }) =>
        keyword === 'WORKDIR' || (/^(COPY|ADD)$/.test(keyword) && words.at(-1)?.startsWith('/') !== true),
    )
  const isNamed = first?.keyword === 'WORKDIR' && first.words[0]?.startsWith('/') === true
  return from === undefined || isNamed ? [] : [{ start: from.end, end: from.end, text: `${file.newline}WORKDIR /` }]
}

/** An owner by name as a number: the new base does not have the account. Undefined if it is not written as it is read. */
function numberedOwner({ text }: DockerfileFile, one: PlacedInstruction, user: string): Edit[] | undefined {
  const flag = one.flags.find((written) => written.startsWith('--chown='))
  const [owner = '', group] = flag?.slice('--chown='.length).split(':') ?? []
  const isNumber = (name = '0') => /^(root|\d+)$/.test(name)
  if (flag === undefined || (isNumber(owner) && isNumber(group))) return []
  const at = text.slice(one.start, one.end).indexOf(` ${flag} `)
  if (at === -1) return undefined
  const start = one.start + at + 1
  const [id = '', ids = id] = user.split(':')
  return [{ start, end: start + flag.length, text: `--chown=${isNumber(owner) ? `${owner}:${ids}` : user}` }]
}
