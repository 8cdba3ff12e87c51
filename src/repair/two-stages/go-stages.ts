import { posix } from 'node:path'
import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import { programBases } from '../../bases/index.ts'
import { goCacheOption, keptCompilation } from '../go-cache.ts'
import { absolute } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import { wordsOf, type PlacedScript } from '../script.ts'
import { copiesOf, mayNeedC } from './go-code.ts'
import type { SingleStage } from './single-stage.ts'
import { placedCommands } from './stays-inside.ts'
import type { Way } from './way.ts'
import { withoutCode } from './without-code.ts'

/** Files that only the compiler reads. */
const compiledByGo = ['*.go', 'go.mod', 'go.sum', 'go.work', 'go.work.sum']

/** A directory of programs that is empty in the official image. */
const installedPrograms = '/go/bin'

/**
 * A Go application: its directory, with what the build makes there, and the programs that it makes elsewhere go to an image
 * without a compiler.
 */
export function goStages(situation: Situation, stage: SingleStage): Way[] {
  const { file, source } = situation
  const { started, directory, bases, places } = stage
  const [written = '', ...args] = started.words
  const run = written === 'go' && args[0] === 'run' ? compiled(args.slice(1)) : undefined
  const builds = stage.runs.flatMap(({ script, directory: place }) => buildsIn(script, place))
  const program = run?.program ?? programOf(stage, builds, written)
  const copied = copiesOf(situation, stage)
  const made = programsOf(situation, stage, builds)
  // What is copied from the source is a script, or was compiled elsewhere.
  if (program === undefined || made === undefined || source.paths.has(posix.relative(directory, program))) return []
  if (copied.some(({ target, files }) => files.length === 1 && target === program)) return []
  const programs = [...made, ...(run === undefined ? [] : [run.program])]
  // What Go downloads and compiles is beside the programs.
  const downloaded = isAtOrBelow('/go/pkg', places) ? ['/go/pkg'] : []
  const taken = withoutCode({
    places,
    sources: source.paths,
    code: compiledByGo,
    programs: programs.filter((path) => !isAtOrBelow(path, places)),
    intermediates: downloaded,
  })
  if (taken === undefined || !isAtOrBelow(program, [...places, ...programs])) return []
  const withoutC = /\bCGO_ENABLED[= ]0\b/.test(file.text)
  const assignment = 'CGO_ENABLED=0 '
  const compiles = (before: string) => (run === undefined ? [] : [`${goCacheOption} ${before}${run.command}`])
  // Each form that is tried, and each later build, would compile everything again.
  const kept = keptCompilation(file, () => true)
  const { copies, removes, without } = taken
  const common = { words: [program, ...(run?.args ?? args)], copies, removes, without }
  const linked = { ...common, base: programBases.glibc, finish: compiles(''), edits: kept }
  const alone = {
    ...common,
    base: programBases.static,
    finish: compiles(withoutC ? '' : assignment),
    edits: [...kept, ...(withoutC ? [] : builds.map(({ at }) => ({ start: at, end: at, text: assignment })))],
  }
  if (withoutC) return [alone]
  const isKnown = run !== undefined || builds.length > 0
  const mayBeAlone = isKnown && !/\bCGO_ENABLED[= ]1\b/.test(file.text) && !mayNeedC(situation, stage, copied)
  return [...(mayBeAlone ? [alone] : []), ...(bases.isMusl ? [] : [linked])]
}

/** The programs that the build makes, as far as they have places of their own; undefined if one is unknown. */
function programsOf(
  { file, source }: Situation,
  { runs, places }: SingleStage,
  builds: readonly Build[],
): string[] | undefined {
  const isInstalledElsewhere = /\bGOBIN\b|\bGOPATH[= ]+(?!["']?\/go["']?\s)/.test(file.text)
  const found = builds.map(({ output, installs }) =>
    installs ? (isInstalledElsewhere ? undefined : installedPrograms) : output,
  )
  const others = runs.flatMap(({ script }) => script.commands.map(({ words: [one = ''] }) => one))
  const makefile = source.texts.get('Makefile') ?? ''
  // What it writes is told by its words alone.
  const isPlain =
    makefile !== '' &&
    !/\bgo install\b|(^|[\s"'=:])(~|\$[({]?(HOME|DESTDIR|PREFIX|GOBIN|GOPATH)\b|\/(?!dev\/null|bin\/(ba)?sh\b|usr\/bin\/env\b)\w)/m.test(
      makefile,
    )
  if (others.includes('make') && !isPlain) return undefined
  const known = found.filter((path) => path !== undefined)
  // A directory of the base has programs of the base as well.
  const isOwn = (path: string) => isAtOrBelow(path, [...places, installedPrograms]) || !ofBase.test(path)
  return known.length === found.length && known.every(isOwn) ? known : undefined
}

/** Directories that the official image has. */
const ofBase =
  /^\/((usr\/)?(local\/)?((s?bin|lib|libexec|share|etc|games|include|src|go)?)|opt|srv|home|root|tmp|var|usr|go|mnt|media|run)$|\/$/

/** What `go run` compiles and starts, as a program that is compiled when the image is built. */
function compiled(words: readonly string[]): { program: string; command: string; args: string[] } | undefined {
  const first = words.findIndex((word) => !word.startsWith('-'))
  if (first === -1 || !words.every((word) => /^[\w./=:-]+$/.test(word))) return undefined
  const files = words.slice(first).findIndex((word) => !word.endsWith('.go'))
  const end = first + Math.max(1, files === -1 ? words.length - first : files)
  const program = '/usr/local/bin/app'
  return { program, command: `go build -o ${program} ${words.slice(0, end).join(' ')}`, args: words.slice(end) }
}

/** Where the started program is: the build says so, if its name alone is written. */
function programOf({ runs, directory }: SingleStage, builds: readonly Build[], written: string): string | undefined {
  const scripts = runs.map(({ script }) => script)
  if (!scripts.some(({ commands }) => commands.some(({ words: [one = ''] }) => /^(go|make)$/.test(one))))
    return undefined
  if (written.includes('/')) return absolute(directory, written)
  return builds
    .map(({ output }) => output)
    .find(
      (path) =>
        path !== undefined &&
        /^\/(usr\/local\/|go\/|usr\/)?s?bin\/[^/]+$/.test(path) &&
        posix.basename(path) === written,
    )
}

/** A `go build` or `go install` in the Dockerfile. */
interface Build {
  at: number
  /** What it writes, or the directory that it writes to; undefined if a variable decides. */
  output: string | undefined
  installs: boolean
}

function buildsIn(script: PlacedScript, directory: string): Build[] {
  return placedCommands(script, directory).flatMap(({ node, here, words: [program = '', command = '', ...args] }) => {
    const [first] = wordsOf(node)
    if (program !== 'go' || !/^(build|install)$/.test(command) || first === undefined) return []
    const at = args.indexOf('-o')
    const joined = args.find((word) => /^-o=?./.test(word))?.replace(/^-o=?/, '')
    const to = (args[0] === '-C' ? absolute(here, args[1] ?? '') : here) ?? ''
    const written = at === -1 ? (joined ?? '.') : (args[at + 1] ?? '')
    const isDirectory = written.endsWith('/') && written !== './'
    const output = to === '' ? undefined : absolute(to, written)
    return [
      {
        at: script.at(first.pos),
        output: output === undefined || !isDirectory ? output : `${output}/`,
        installs: command === 'install',
      },
    ]
  })
}
