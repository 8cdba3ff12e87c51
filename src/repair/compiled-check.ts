import { posix } from 'node:path'
import type { PlacedInstruction } from './dockerfile-file.ts'
import { goCacheOption } from './go-cache.ts'
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
  /** What is compiled, and where it goes in the shipped image. */
  made: readonly [from: string, to: string]
  /** The command; undefined if the image lacks what starts it. */
  command(url: string, words: readonly string[]): string[] | undefined
}

const languages: readonly Language[] = [
  {
    images: /^docker\.io\/library\/golang:/,
    template: 'healthcheck.go',
    file: 'main.go',
    compile: `${goCacheOption} CGO_ENABLED=0 go build -ldflags="-s -w" -o ${directory}/check ${directory}/main.go`,
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
  { file, image, source: { paths }, checkers }: Situation,
  url: string,
): { command: string[]; more: Pick<Proposal, 'edits' | 'files' | 'tail'> } | undefined {
  const { entrypoint = [], cmd = [] } = image.configuration ?? {}
  for (const { images, template, file: name, compile, made, command } of languages) {
    const stage = file.images.find(
      ({ kind, stage: one, reference }) => kind === 'from' && !file.shipped.includes(one) && images.test(reference),
    )?.stage
    const from = file.instructions.find((one) => one.stage === stage)
    const words = command(url, [...entrypoint, ...cmd])
    const text = checkers.get(template)
    const source = `deploy/healthcheck/${name}`
    if (from === undefined || words === undefined || text === undefined || paths.has(source)) continue
    const lines = [`COPY ${source} ${directory}/${name}`, `RUN ${compile}`]
    return {
      command: words,
      more: {
        edits: [{ start: from.end, end: from.end, text: lines.map((line) => `${file.newline}${line}`).join('') }],
        files: { [source]: text },
        tail: [`COPY --from=${stageName(from)} ${made[0]} ${made[1]}`],
      },
    }
  }
  return undefined
}

/** By which name or number other stages know the stage that a FROM begins. */
export function stageName(from: PlacedInstruction): string {
  return /^as$/i.test(from.words[1] ?? '') ? (from.words[2] ?? String(from.stage)) : String(from.stage)
}
