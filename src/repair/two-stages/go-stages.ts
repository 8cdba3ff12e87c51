import { posix } from 'node:path'
import { programBases } from '../../bases/index.ts'
import { goCacheOption, keptCompilation } from '../go-cache.ts'
import { absolute } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import { wordsOf, type PlacedScript } from '../script.ts'
import { copiesOf, dataFiles } from './data-files.ts'
import type { SingleStage } from './single-stage.ts'
import type { Way } from './way.ts'

/** The directory of the official image in which instructions work. */
export const goDirectory = '/go'

/** Modules that are C programs in part: without C they build, and fail when they are used. */
const needC =
  /^\s*(require\s+)?github\.com\/(mattn\/go-sqlite3|confluentinc\/confluent-kafka-go\S*|h2non\/bimg|davidbyttow\/govips\S*)\s/m

/** Files that the compiler reads. */
const compiledByGo = /\.(go|mod|sum|work)$/i

/** A Go application: the program, and the files that it may read, go to an image without a compiler. */
export function goStages(situation: Situation, stage: SingleStage): Way[] {
  const { file, source } = situation
  const { runs, started, directory, bases } = stage
  const [written = '', ...args] = started.words
  const run = written === 'go' && args[0] === 'run' ? compiled(args.slice(1)) : undefined
  const program = run?.program ?? programOf(stage, written)
  const copied = copiesOf(situation, stage, goDirectory)
  // What is copied from the source is a script, or was compiled elsewhere.
  if (program === undefined || copied.some(({ target, files }) => files.length === 1 && target === program)) return []
  if (source.paths.has(posix.relative(directory, program))) return []
  const data = dataFiles(situation, stage, { initial: goDirectory, compiled: compiledByGo })
  const copies = [program, ...data].map((path) => [path, path] as const)
  const words = [program, ...(run?.args ?? args)]
  const withoutC = /\bCGO_ENABLED[= ]0\b/.test(file.text)
  const made = (assignment: string) =>
    run === undefined ? {} : { finish: [`${goCacheOption} ${assignment}${run.command}`] }
  const builds = runs.flatMap(({ script }) => buildsIn(script))
  // Each form that is tried, and each later build, would compile everything again.
  const kept = keptCompilation(file, () => true)
  const linked = { base: programBases.glibc, words, copies, ...made(''), edits: kept }
  const alone = {
    base: programBases.static,
    words,
    copies,
    ...made(withoutC ? '' : 'CGO_ENABLED=0 '),
    edits: [...kept, ...(withoutC ? [] : builds.map(({ at }) => ({ start: at, end: at, text: 'CGO_ENABLED=0 ' })))],
  }
  if (withoutC) return [alone]
  const isKnown = run !== undefined || builds.length > 0
  const mayBeAlone = !needC.test(source.texts.get('go.mod') ?? '') && !/\bCGO_ENABLED[= ]1\b/.test(file.text) && isKnown
  return [...(mayBeAlone ? [alone] : []), ...(bases.isMusl ? [] : [linked])]
}

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
function programOf({ runs, directory }: SingleStage, written: string): string | undefined {
  const scripts = runs.map(({ script }) => script)
  if (!scripts.some(({ commands }) => commands.some(({ words: [one = ''] }) => /^(go|make|mage|task)$/.test(one))))
    return undefined
  if (written.includes('/')) return absolute(directory, written)
  const outputs = runs.flatMap(({ script, directory: place }) =>
    buildsIn(script).flatMap(({ output }) => (output === undefined ? [] : [absolute(place, output)])),
  )
  return outputs.find(
    (path) =>
      path !== undefined && /^\/(usr\/local\/|go\/|usr\/)?s?bin\/[^/]+$/.test(path) && posix.basename(path) === written,
  )
}

/** The places of `go build` and `go install` in the Dockerfile, and what they write if they say so. */
function buildsIn(script: PlacedScript): Array<{ at: number; output: string | undefined }> {
  return script.commands.flatMap(({ node, words: [program = '', command = '', ...args] }) => {
    const [first] = wordsOf(node)
    if (program !== 'go' || !/^(build|install)$/.test(command) || first === undefined) return []
    const at = args.indexOf('-o')
    const joined = args.find((word) => word.startsWith('-o='))?.slice(3)
    return [{ at: script.at(first.pos), output: at === -1 ? joined : args[at + 1] }]
  })
}
