import { posix } from 'node:path'
import { smallerBases } from '../../bases/index.ts'
import { removal, type DockerfileFile, type Edit, type PlacedInstruction } from '../dockerfile-file.ts'
import { numericUser } from '../numeric-user.ts'
import { blockOf, withVariables } from '../placed-paths.ts'
import { violationsOf, type Repair, type Situation } from '../repair.ts'
import { scriptOf } from '../script.ts'
import { moduleWords } from '../two-stages/python-stages.ts'
import { startedBy } from '../two-stages/single-stage.ts'
import { arrayText } from './exec-form.ts'
import { ofBuilding } from './two-stages.ts'

/** The stage that is shipped, on an official image of Python that others without a shell have the version of. */
interface ShippedStage {
  file: DockerfileFile
  from: PlacedInstruction
  instructions: readonly PlacedInstruction[]
  image: { start: number; end: number }
  version: string
  base: string
}

/** Packages that another stage installed, and where a COPY brings them. */
interface Environment {
  copy: PlacedInstruction
  /** The last instruction of the other stage that installs some. */
  installed: PlacedInstruction | undefined
  source: string
  target: string
  /** Where they go instead; undefined if they stay. */
  moved: string | undefined
  /** True if it is the interpreter's own directory of packages, and nothing else. */
  isOwn: boolean
}

/** Where the packages of the root user go: nobody else can read its home. */
const readable = '/opt/packages'

/** Two stages whose packages were installed in the first: the second one needs no shell and no package manager. */
export const distrolessBase: Repair = {
  id: 'distroless-base',
  turn: 'stages',
  title:
    'A Python application that takes its packages from another stage starts from a base without shell and package manager, by the interpreter itself',
  answers: ofBuilding,
  propose(situation) {
    if (ofBuilding.every((rule) => violationsOf(situation, rule).length === 0)) return {}
    const stage = shippedStage(situation.file)
    const edits = stage === undefined ? undefined : changed(situation, stage)
    return stage === undefined || edits === undefined
      ? {}
      : {
          proposals: [{ repair: distrolessBase.id, what: `run from ${stage.base}`, equal: false, starts: true, edits }],
        }
  },
}

/** Undefined if it has more than such a stage can keep, or variables decide what it has. */
function shippedStage(file: DockerfileFile): ShippedStage | undefined {
  const { target, shipped } = file
  const [from, ...instructions] = file.instructions.filter(({ stage }) => stage === target)
  const { image, version } = pythonOf(file, target) ?? {}
  const bare = image === undefined ? undefined : smallerBases(image.written)?.distroless
  if (from === undefined || image === undefined || bare === undefined || version === undefined) return undefined
  if (shipped.length > 1 || file.text.slice(image.start, image.end) !== image.written) return undefined
  const read = instructions.map((one) => withVariables(file, one))
  const isKept = ({ keyword, words, flags, heredocs }: PlacedInstruction) =>
    heredocs === 0 &&
    !/^(ONBUILD|VOLUME|SHELL)$/.test(keyword) &&
    !(/^(COPY|ADD|WORKDIR|USER)$/.test(keyword) && [...words, ...flags].some((word) => word.includes('$'))) &&
    !flags.some((flag) => flag.startsWith('--chmod'))
  return read.every(isKept) ? { file, from, instructions, image, version, base: bare } : undefined
}

/** The base of a stage that is an official image of Python, with its version as directories have it. */
function pythonOf({ images }: DockerfileFile, stage: number) {
  const image = images.find((one) => one.kind === 'from' && one.stage === stage)
  const bases = image === undefined ? undefined : smallerBases(image.written)
  const [version] = /^\d+\.\d+/.exec(bases?.version ?? '') ?? []
  return image === undefined || version === undefined || bases?.runtime !== 'python' ? undefined : { image, version }
}

/** The edits that bring a stage to its new base; undefined if it needs what that lacks. */
function changed({ policy }: Situation, stage: ShippedStage): Edit[] | undefined {
  const { file, from, instructions, image, base } = stage
  const started = startedBy(file, instructions)
  if (started === undefined) return undefined
  const found = ['/usr/local/bin', ...searched(file, instructions), posix.dirname(started.words[0] ?? '')]
  const [environment, another] = instructions.flatMap((one) => environmentOf(stage, one, found) ?? [])
  if (environment === undefined || another !== undefined) return undefined
  const places = ['/usr/local/bin', `${environment.target}/bin`]
  const words = moduleWords(started.words, places)
  const checks = instructions
    .filter(({ keyword }) => keyword === 'HEALTHCHECK')
    .map((one) => checked(file, one, places))
  const isPlain = instructions.every((one) => one.keyword !== 'RUN' || isAboutAccounts(file, one))
  const packages = packagesFound(stage, environment)
  if (words === undefined || !isPlain || packages === undefined || checks.includes(undefined)) return undefined
  const users = instructions.filter(({ keyword }) => keyword === 'USER')
  const numberOf = (one: PlacedInstruction) => numericUser(withVariables(file, one).words[0] ?? '', policy)
  const last = users.at(-1)
  const user = last === undefined ? numericUser('', policy) : numberOf(last)
  const { instruction } = started
  const before = [
    ...(last === undefined ? [`USER ${user}`] : []),
    ...(instruction.keyword === 'CMD' ? ['ENTRYPOINT []'] : []),
  ]
  const begin = blockOf(file, instruction).start
  const unused = instructions.filter(
    (one) => one.keyword === 'RUN' || (one.keyword === 'COPY' && isOfPrograms(file, one)),
  )
  return [
    { start: image.start, end: image.end, text: base },
    ...(worksInRoot(file, instructions) ? [{ start: from.end, end: from.end, text: `${file.newline}WORKDIR /` }] : []),
    ...unused.map((one) => removal(file, one)),
    ...packages,
    ...checks.flatMap((edits) => edits ?? []),
    ...users.map((one) => ({ start: one.start, end: one.end, text: `USER ${numberOf(one)}` })),
    ...instructions.filter((one) => !unused.includes(one)).flatMap((one) => numberedOwner(file, one, user)),
    { start: begin, end: begin, text: before.map((line) => `${line}${file.newline}`).join('') },
    { start: instruction.start, end: instruction.end, text: `${instruction.keyword} ${arrayText(words)}` },
  ]
}

/** The packages that a COPY takes from another stage on the same version of Python, if programs are found there. */
function environmentOf(
  { file, version }: ShippedStage,
  copy: PlacedInstruction,
  found: readonly string[],
): Environment | undefined {
  const { keyword, words, flags } = withVariables(file, copy)
  const builder = builderOf(file, flags)
  const [source = '', target = '', more] = words
  const isPlain = [source, target].every((path) => /^\/[\w./-]+$/.test(path))
  if (keyword !== 'COPY' || builder === undefined || more !== undefined || !isPlain) return undefined
  const [from, to] = [posix.resolve(source), posix.resolve(target)]
  const packages = `python${version}/site-packages`
  const isOwn = to === `/usr/local/lib/${packages}` && from.endsWith(`/${packages}`)
  const isFound = to.endsWith('/.local') || found.includes(`${to}/bin`)
  // The interpreter itself would come with all that is there.
  if (pythonOf(file, builder)?.version !== version || from === '/usr/local' || !(isOwn || isFound)) return undefined
  const installs = file.instructions.findLast(
    (one) =>
      one.stage === builder &&
      one.keyword === 'RUN' &&
      /\b(pip[0-9.]*|poetry|pipenv|uv|venv)\b/.test(one.words.join(' ')),
  )
  const moved = isOwn ? `/usr/local/lib/python${version}/dist-packages` : to.startsWith('/root/') ? readable : undefined
  return { copy, installed: installs, source: from, target: to, moved, isOwn }
}

/** The index of the stage that a COPY takes from; undefined if it takes from the source or another image. */
function builderOf({ instructions }: DockerfileFile, flags: readonly string[]): number | undefined {
  const name = flags
    .find((flag) => flag.startsWith('--from='))
    ?.slice('--from='.length)
    .toLowerCase()
  return instructions.find(
    ({ keyword, words, stage }) =>
      keyword === 'FROM' && name !== undefined && [words[2]?.toLowerCase(), `${stage}`].includes(name),
  )?.stage
}

/** Where the stage's variable for it says that programs are looked for. */
function searched(file: DockerfileFile, instructions: readonly PlacedInstruction[]): string[] {
  return instructions
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap((one) => withVariables(file, one).words)
    .flatMap((name, index, words) =>
      index % 3 === 0 && name === 'PATH' ? (words[index + 1] ?? '').replaceAll(/["']/g, '').split(':') : [],
    )
}

/**
 * The edits with which the interpreter of the new base finds the packages, by a variable if they are not in its own
 * directory: the interpreter of a virtual environment is a link to one that is not there. They come without pip.
 */
function packagesFound({ file, instructions, version }: ShippedStage, environment: Environment): Edit[] | undefined {
  const { copy, target, moved, isOwn } = environment
  const textOf = ({ start, end }: PlacedInstruction) => file.text.slice(start, end)
  const given = instructions.filter(({ keyword, words }) => keyword === 'ENV' && words.includes('PYTHONPATH'))
  if (!isOwn && given.some(({ start }) => start > copy.start)) return undefined
  const gone = isOwn ? target : '/root'
  const others = instructions.filter((one) => one !== copy && one.keyword !== 'RUN')
  const isNamed = (one: PlacedInstruction) =>
    textOf(one)
      .replaceAll(one.keyword === 'ENV' ? target : `${target}/bin/`, '')
      .includes(gone)
  if (moved !== undefined && others.some(isNamed)) return undefined
  const written = copy.words.at(-1) ?? ''
  const end = copy.start + textOf(copy).lastIndexOf(written) + written.length
  const variables = others.filter((one) => one.keyword === 'ENV' && textOf(one).includes(target))
  const path = `${moved ?? target}/lib/python${version}/site-packages${given.length === 0 ? '' : ':$PYTHONPATH'}`
  return [
    ...withoutPip(file, environment, version),
    ...(moved === undefined
      ? []
      : [
          { start: end - written.length, end, text: moved },
          ...variables.map((one) => ({ start: one.start, end: one.end, text: textOf(one).replaceAll(target, moved) })),
        ]),
    ...(isOwn ? [] : [{ start: copy.end, end: copy.end, text: `${file.newline}ENV PYTHONPATH=${path}` }]),
  ]
}

/** Without a shell, the shipped stage itself cannot remove it. */
function withoutPip(file: DockerfileFile, { installed, source, isOwn }: Environment, version: string): Edit[] {
  const packages = isOwn ? source : `${source}/lib/python${version}/site-packages`
  const isVirtual = file.instructions.some(
    ({ keyword, stage, words }) =>
      keyword === 'RUN' && stage === installed?.stage && /\bvenv\b|virtualenv/.test(words.join(' ')),
  )
  if (installed === undefined || !(isOwn || isVirtual)) return []
  const paths = [...(isOwn ? [] : [`${source}/bin/pip*`]), `${packages}/pip`, `${packages}/pip-*`]
  return [{ start: installed.end, end: installed.end, text: `${file.newline}RUN rm -rf ${paths.join(' ')}` }]
}

/** Whether a RUN only adds accounts and sets owners and modes: the user has a number, and what is copied can be read. */
function isAboutAccounts(file: DockerfileFile, one: PlacedInstruction): boolean {
  const script = one.flags.length === 0 ? scriptOf(file, one) : undefined
  return (
    script !== undefined &&
    script.commands.every(({ words: [program = ''] }) =>
      /^(useradd|adduser|usermod|groupadd|addgroup|chown|chmod|set|true)$/.test(program),
    )
  )
}

/** Whether a COPY takes scripts that start the interpreter which the new base lacks, by modules of which the name is known. */
function isOfPrograms(file: DockerfileFile, one: PlacedInstruction): boolean {
  const builder = builderOf(file, one.flags)
  const sources = one.words.slice(0, -1).map((path) => posix.resolve('/', path))
  return (
    builder !== undefined &&
    pythonOf(file, builder) !== undefined &&
    sources.every((path) => path === '/usr/local/bin' || moduleWords([path], ['/usr/local/bin']) !== undefined)
  )
}

/** Whether the stage works in `/` because its base does: the new one has another directory. */
function worksInRoot(file: DockerfileFile, instructions: readonly PlacedInstruction[]): boolean {
  const first = instructions
    .map((one) => withVariables(file, one))
    .find(
      ({ keyword, words }) =>
        keyword === 'WORKDIR' || (/^(COPY|ADD)$/.test(keyword) && words.at(-1)?.startsWith('/') !== true),
    )
  return first?.keyword !== 'WORKDIR' || first.words[0]?.startsWith('/') !== true
}

/** A health check by the interpreter itself; undefined if it needs anything else. */
function checked(file: DockerfileFile, one: PlacedInstruction, places: readonly string[]): Edit[] | undefined {
  const [form, ...written] = one.words
  if (form === 'NONE') return []
  const words = form === 'CMD' && one.json ? moduleWords(written, places) : undefined
  const at = file.text.indexOf('[', one.start)
  return words === undefined ? undefined : [{ start: at, end: one.end, text: arrayText(words) }]
}

/** An owner by name as the user's number: the new base does not have the account. */
function numberedOwner({ text }: DockerfileFile, { start, flags }: PlacedInstruction, user: string): Edit[] {
  const flag = flags.find((one) => one.startsWith('--chown='))
  if (flag === undefined || /^--chown=(root|\d+)(:(root|\d+))?$/.test(flag)) return []
  const at = text.indexOf(flag, start)
  return [{ start: at, end: at + flag.length, text: `--chown=${user}` }]
}
