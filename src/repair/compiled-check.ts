import { posix } from 'node:path'
import type { DockerfileFile, PlacedInstruction } from './dockerfile-file.ts'
import { goCacheOption } from './go-cache.ts'
import { ignoreList, ignoring, withLines } from './ignore-list.ts'
import type { Proposal, Situation } from './repair.ts'

const directory = '/healthcheck'

/** A language in which the program is compiled, where an earlier stage has the compiler. */
interface Language {
  /** The official images that have it. */
  images: RegExp
  /** The file of the program, as it is called among the templates and in the source. */
  template: string
  file: string
  compile: string
  /** The command in a stage on the platform of the build, if its arguments say for which it compiles; absent if it cannot, `compile` itself if what it makes runs anywhere. */
  compileFor?: string
  /** What is compiled, and where it goes in the shipped image. */
  made: readonly [from: string, to: string]
  /** The command; undefined if the image lacks what starts it. */
  command(url: string, words: readonly string[]): string[] | undefined
}

const goBuild = `go build -ldflags="-s -w" -o ${directory}/check ${directory}/main.go`

const languages: readonly Language[] = [
  {
    images: /^docker\.io\/library\/golang:/,
    template: 'healthcheck.go',
    file: 'main.go',
    compileFor: `${goCacheOption} CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH ${goBuild}`,
    compile: `${goCacheOption} CGO_ENABLED=0 ${goBuild}`,
    made: [`${directory}/check`, directory],
    command: (url) => [directory, url],
  },
  {
    images: /^docker\.io\/library\/rust:/,
    template: 'healthcheck.rs',
    file: 'main.rs',
    compile: `rustc -O -o ${directory}/check ${directory}/main.rs`,
    made: [`${directory}/check`, directory],
    command: (url) => [directory, url],
  },
  {
    images: /^docker\.io\/library\/(maven|gradle|eclipse-temurin):/,
    template: 'HealthCheck.java',
    file: 'HealthCheck.java',
    compile: `javac ${directory}/HealthCheck.java`,
    compileFor: `javac ${directory}/HealthCheck.java`,
    made: [`${directory}/HealthCheck.class`, `${directory}/`],
    command(url, words) {
      const java = words.find((word) => posix.basename(word) === 'java')
      return java === undefined ? undefined : [java, '-cp', directory, 'HealthCheck', url]
    },
  },
]

/** The templates of the programs, by their names. */
export const checkerTemplates: readonly string[] = languages.map(({ template }) => template)

/**
 * A program for the health check, compiled where the application is: for an image that has nothing that can ask,
 * made from a stage with a compiler. It comes first there, so that a change of the code does not compile it again.
 * Undefined without such a stage, or if the source has such a file already.
 */
export function compiledCheck(
  { file, image, source: seen, checkers }: Situation,
  url: string,
): { command: string[]; more: Pick<Proposal, 'edits' | 'files' | 'tail'> } | undefined {
  const { entrypoint = [], cmd = [] } = image.configuration ?? {}
  const { paths } = seen
  for (const language of languages) {
    const { images, template, file: name, made, command } = language
    const stage = file.images.find(
      ({ kind, stage: one, reference }) => kind === 'from' && !file.shipped.includes(one) && images.test(reference),
    )?.stage
    const from = file.instructions.find((one) => one.stage === stage)
    const words = command(url, [...entrypoint, ...cmd])
    const text = checkers.get(template)
    const source = `deploy/healthcheck/${name}`
    const place = from === undefined ? undefined : compilation(file, from, language)
    if (from === undefined || place === undefined || words === undefined || text === undefined || paths.has(source))
      continue
    const lines = [`COPY ${source} ${directory}/${name}`, `RUN ${place.compile}`]
    const list = seen.texts.get(ignoreList)
    const isSeen = list === undefined || ignoring(list)?.(source) !== true
    return {
      command: words,
      more: {
        edits: [{ start: place.at, end: place.at, text: lines.map((line) => `${file.newline}${line}`).join('') }],
        files: { [source]: text, ...(isSeen ? {} : { [ignoreList]: withLines(list, [`!${source}`]) }) },
        tail: [`COPY --from=${stageName(from)} ${made[0]} ${made[1]}`],
      },
    }
  }
  return undefined
}

/**
 * How the program is compiled in a stage, and behind which place. On another platform than that of the image, only behind
 * the arguments that name it, where the stage has them: others would be made again with them. Undefined if it cannot be.
 */
function compilation(
  { instructions }: DockerfileFile,
  from: PlacedInstruction,
  { compile, compileFor }: Language,
): { compile: string; at: number } | undefined {
  if (!isOfOtherPlatform(from) || compileFor === compile) return { compile, at: from.end }
  const own = instructions.filter(({ stage }) => stage === from.stage)
  const last = (name: string) =>
    own.findLast(({ keyword, words }) => keyword === 'ARG' && words.some((word) => word.split('=')[0] === name))?.end ??
    Infinity
  const at = Math.max(last('TARGETOS'), last('TARGETARCH'))
  const isOther = own.some(({ keyword, start }) => /^(USER|SHELL)$/.test(keyword) && start < at)
  return compileFor === undefined || !Number.isFinite(at) || isOther ? undefined : { compile: compileFor, at }
}

/** Whether a stage may run on another platform than the image is for. */
export function isOfOtherPlatform({ flags }: PlacedInstruction): boolean {
  return flags.some(
    (flag) => flag.startsWith('--platform=') && !/^--platform=["']?\$\{?TARGETPLATFORM\}?["']?$/.test(flag),
  )
}

/** By which name or number other stages know the stage that a FROM begins. */
export function stageName(from: PlacedInstruction): string {
  return /^as$/i.test(from.words[1] ?? '') ? (from.words[2] ?? String(from.stage)) : String(from.stage)
}
