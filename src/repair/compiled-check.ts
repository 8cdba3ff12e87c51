import { goCacheOption } from './go-cache.ts'
import type { PlacedInstruction } from './dockerfile-file.ts'
import type { Proposal, Situation } from './repair.ts'

const source = 'deploy/healthcheck/main.go'
const program = '/healthcheck'

/**
 * A program for the health check, compiled where the application is: for an image that has neither an interpreter nor a
 * shell, made from a stage with Go. It comes first there, so that a change of the code does not compile it again. Undefined without such a stage, or if the source has such a file already.
 */
export function compiledCheck(
  { file, source: { paths }, checker }: Situation,
  url: string,
): { command: string[]; more: Pick<Proposal, 'edits' | 'files' | 'tail'> } | undefined {
  const stage = file.images.find(
    ({ kind, stage: one, reference }) =>
      kind === 'from' && !file.shipped.includes(one) && reference.startsWith('docker.io/library/golang:'),
  )?.stage
  const from = file.instructions.find((one) => one.stage === stage)
  const name = nameOf(from)
  if (checker === undefined || name === undefined || from === undefined || paths.has(source)) return undefined
  const lines = [
    `COPY ${source} ${program}/main.go`,
    `RUN ${goCacheOption} CGO_ENABLED=0 go build -ldflags="-s -w" -o ${program}/check ${program}/main.go`,
  ]
  return {
    command: [program, url],
    more: {
      edits: [{ start: from.end, end: from.end, text: lines.map((line) => `${file.newline}${line}`).join('') }],
      files: { [source]: checker },
      tail: [`COPY --from=${name} ${program}/check ${program}`],
    },
  }
}

/** By which name or number other stages know a stage. */
function nameOf(from: PlacedInstruction | undefined): string | undefined {
  if (from === undefined) return undefined
  return /^as$/i.test(from.words[1] ?? '') ? from.words[2] : String(from.stage)
}
