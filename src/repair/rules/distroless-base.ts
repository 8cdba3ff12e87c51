import { posix } from 'node:path'
import { runsOn } from '../../bases/index.ts'
import { mayBeBuiltAlone } from '../built-alone.ts'
import { hasComments, type DockerfileFile, type Edit, type PlacedInstruction } from '../dockerfile-file.ts'
import { arrayText } from '../kept-remarks.ts'
import { withVariables } from '../placed-paths.ts'
import { violationsOf, type Repair, type Situation } from '../repair.ts'
import { keptFor, runElsewhere } from '../run-elsewhere.ts'
import { variablesOf } from '../set-variables.ts'
import {
  basesOf,
  builderOf,
  isAboutAccounts,
  isStartedFrom,
  rebased,
  shippedStage,
  type ShippedStage,
} from '../shipped-stage.ts'
import { moduleWords } from '../two-stages/python-stages.ts'
import { ofBuilding } from './two-stages.ts'

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

/** A shipped stage on an official image of Python whose version others without a shell have. */
interface PythonStage extends ShippedStage {
  version: string
  base: string
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
    const stage = pythonStage(situation)
    const edits = stage === undefined ? undefined : changed(situation, stage)
    const elsewhere = runElsewhere(situation)
    if (edits !== undefined && elsewhere.length > 0) return keptFor(elsewhere)
    return stage === undefined || edits === undefined
      ? {}
      : {
          proposals: [{ repair: distrolessBase.id, what: `run from ${stage.base}`, equal: false, starts: true, edits }],
        }
  },
}

function pythonStage({ file, image }: Situation): PythonStage | undefined {
  const stage = shippedStage(file)
  const version = pythonOf(file, file.target)
  const base = stage?.bases.distroless
  if (base === undefined || !runsOn(base, image.os)) return undefined
  return stage === undefined || version === undefined ? undefined : { ...stage, version, base }
}

/** The version of Python of a stage on its official image, as directories have it. */
function pythonOf(file: DockerfileFile, stage: number): string | undefined {
  const { runtime, version } = basesOf(file, stage) ?? {}
  return runtime === 'python' ? /^\d+\.\d+/.exec(version ?? '')?.[0] : undefined
}

/** The edits that bring a stage to its new base; undefined if it needs what that lacks. */
function changed(situation: Situation, stage: PythonStage): Edit[] | undefined {
  const { file, instructions, started, base } = stage
  const found = ['/usr/local/bin', ...searched(file, instructions), posix.dirname(started.words[0] ?? '')]
  const [environment, another] = instructions.flatMap((one) => environmentOf(stage, one, found) ?? [])
  if (environment === undefined || another !== undefined) return undefined
  const places = ['/usr/local/bin', `${environment.target}/bin`]
  const words = moduleWords(started.words, places)
  const checks = instructions
    .filter(({ keyword }) => keyword === 'HEALTHCHECK')
    .map((one) => checked(file, one, places))
  const isPlain = instructions.every((one) => one.keyword !== 'RUN' || isAboutAccounts(file, one))
  const packages = packagesFound(situation, stage, environment)
  if (words === undefined || !isPlain || packages === undefined || checks.includes(undefined)) return undefined
  const unused = instructions.filter(
    (one) => one.keyword === 'RUN' || (one.keyword === 'COPY' && isOfPrograms(file, one)),
  )
  const moved = rebased(stage, situation, { base, words, unused, resetsEntrypoint: true })
  if (moved === undefined) return undefined
  return [...moved, ...packages, ...checks.flatMap((edits) => edits ?? [])]
}

/** The packages that a COPY takes from another stage on the same version of Python, if programs are found there. */
function environmentOf(
  { file, version }: PythonStage,
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
  if (pythonOf(file, builder) !== version || from === '/usr/local' || !(isOwn || isFound)) return undefined
  const installs = file.instructions.findLast(
    (one) =>
      one.stage === builder &&
      one.keyword === 'RUN' &&
      /\b(pip[0-9.]*|poetry|pipenv|uv|venv)\b/.test(one.words.join(' ')),
  )
  const moved = isOwn ? `/usr/local/lib/python${version}/dist-packages` : to.startsWith('/root/') ? readable : undefined
  return { copy, installed: installs, source: from, target: to, moved, isOwn }
}

/** Where the stage's variable for it says that programs are looked for. */
function searched(file: DockerfileFile, instructions: readonly PlacedInstruction[]): string[] {
  return instructions
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap((one) => variablesOf(withVariables(file, one)))
    .flatMap(([name, value]) => (name === 'PATH' ? value.split(':') : []))
}

/**
 * The edits with which the interpreter of the new base finds the packages, by a variable if they are not in its own
 * directory: the interpreter of a virtual environment is a link to one that is not there. They come without pip.
 */
function packagesFound(
  situation: Situation,
  { file, instructions, version }: PythonStage,
  environment: Environment,
): Edit[] | undefined {
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
    ...withoutPip(situation, environment, version),
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
function withoutPip(situation: Situation, { installed, source, isOwn }: Environment, version: string): Edit[] {
  const { file } = situation
  const packages = isOwn ? source : `${source}/lib/python${version}/site-packages`
  const isVirtual = file.instructions.some(
    ({ keyword, stage, words }) =>
      keyword === 'RUN' && stage === installed?.stage && /\bvenv\b|virtualenv/.test(words.join(' ')),
  )
  // What starts from that stage may install more.
  if (installed === undefined || isStartedFrom(file, installed.stage) || !(isOwn || isVirtual)) return []
  if (mayBeBuiltAlone(situation, installed.stage)) return []
  const paths = [...(isOwn ? [] : [`${source}/bin/pip*`]), `${packages}/pip`, `${packages}/pip-*`]
  return [{ start: installed.end, end: installed.end, text: `${file.newline}RUN rm -rf ${paths.join(' ')}` }]
}

/** Whether a COPY takes scripts that start the interpreter which the new base lacks, by modules of which the name is known. */
function isOfPrograms(file: DockerfileFile, one: PlacedInstruction): boolean {
  const builder = builderOf(file, one.flags)
  const sources = one.words.slice(0, -1).map((path) => posix.resolve('/', path))
  const isScript = (path: string) => path.startsWith('/usr/local/bin/') && moduleWords([path]) !== undefined
  return (
    builder !== undefined &&
    pythonOf(file, builder) !== undefined &&
    sources.every((path) => path === '/usr/local/bin' || isScript(path))
  )
}

/** A health check by the interpreter itself; undefined if it needs anything else. */
function checked(file: DockerfileFile, one: PlacedInstruction, places: readonly string[]): Edit[] | undefined {
  const [form, ...written] = one.words
  if (form === 'NONE') return []
  const words = form === 'CMD' && one.json && !hasComments(file, one) ? moduleWords(written, places) : undefined
  const at = file.text.indexOf('[', one.start)
  return words === undefined ? undefined : [{ start: at, end: one.end, text: arrayText(words) }]
}
