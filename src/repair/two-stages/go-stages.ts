import { posix } from 'node:path'
import { programBases } from '../../bases/index.ts'
import type { DockerfileFile } from '../dockerfile-file.ts'
import { goCacheOption, keptCompilation } from '../go-cache.ts'
import { absolute, copiedBy, directoryAt, outermost, type Copied, withVariables } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import { wordsOf, type PlacedScript } from '../script.ts'
import type { SingleStage } from './single-stage.ts'
import type { Way } from './way.ts'

/** The directory of the official image in which instructions work. */
export const goDirectory = '/go'

/** Modules that are C programs in part: without C they build, and fail when they are used. */
const needC =
  /^\s*(require\s+)?github\.com\/(mattn\/go-sqlite3|confluentinc\/confluent-kafka-go\S*|h2non\/bimg|davidbyttow\/govips\S*)\s/m

/** Files that the compiler reads, or that nobody reads when the program runs. */
const notRead =
  /(^|\/)\.|(^|\/)(vendor|node_modules|testdata|tests?|docs?|deploy|deployments?|scripts|hack|build|examples?|charts?|k8s|kubernetes|terraform)\/|(\.(go|mod|sum|work|md|proto|lock|tf|sh)|(^|\/)(Makefile|LICENSE|NOTICE|CODEOWNERS|[^/]*Dockerfile[^/]*|(docker-)?compose[^/]*\.ya?ml|loadline[^/]*|structure-test\.yaml|Jenkinsfile|[^/]*_test\.\w+))$/i

/** A Go application: the program, and the files that it may read, go to an image without a compiler. */
export function goStages({ file, source }: Situation, stage: SingleStage): Way[] {
  const { runs, started, directory } = stage
  const [written = '', ...args] = started.words
  const run = written === 'go' && args[0] === 'run' ? compiled(args.slice(1)) : undefined
  const program = run?.program ?? programOf(stage, written)
  const copied = copiesOf(file, stage, source.paths)
  // What is copied from the source is a script, or was compiled elsewhere.
  if (program === undefined || copied.some(({ target, files }) => files.length === 1 && target === program)) return []
  if (source.paths.has(posix.relative(directory, program))) return []
  const data = copied.flatMap((one) => dataOf(one, source.texts.get('.dockerignore') ?? ''))
  const copies = [program, ...outermost(data)].map((path) => [path, path] as const)
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
  return needC.test(source.texts.get('go.mod') ?? '') || !isKnown ? [linked] : [alone, linked]
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

function copiesOf(file: DockerfileFile, { instructions }: SingleStage, paths: ReadonlySet<string>): Copied[] {
  return instructions.flatMap(
    (one) => copiedBy(withVariables(file, one), directoryAt(file, one, goDirectory), paths) ?? [],
  )
}

/** Where the files are in the image that no compiler reads: a directory as a whole if it has no others. */
function dataOf({ source, target, files }: Copied, ignored: string): string[] {
  const lines = new Set(ignored.split('\n').map((line) => line.trim().replaceAll(/^\/|\/$/g, '')))
  const here = files.map((path) => (path === source ? '' : path.slice(source === '' ? 0 : source.length + 1)))
  const isRead = (path: string) => !notRead.test(source === '' ? path : `${source}/${path}`)
  const isListed = (path: string) =>
    ancestors(path).some((one) => lines.has(one)) || lines.has(`*${posix.extname(path)}`)
  const data = here.filter((path) => isRead(path) && !isListed(path))
  return data.map((path) => {
    const whole = ancestors(path).find((one) => here.filter((other) => other.startsWith(`${one}/`)).every(isRead))
    return posix.join(target, whole ?? path)
  })
}

/** The directories that contain a path, the outermost first, and the path itself. */
function ancestors(path: string): string[] {
  return path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
}
