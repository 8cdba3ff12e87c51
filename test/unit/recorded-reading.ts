import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Platform } from '../../src/model/index.ts'
import { requestFile, type PreparationRequest, type ReadingRequest } from '../../src/tools/dockerfile/command.ts'
import { parseReading, type DockerfileReading } from '../../src/tools/dockerfile/output.ts'

/** What the real program said of a Dockerfile: test/engine/own-programs.test.ts runs it again on each. */
export interface Recorded {
  command: 'read' | 'prepare'
  request: string
  text: string
  output: string
}

export const recordings = fileURLToPath(new URL('../fixtures/dockerfile/recorded.json', import.meta.url))

const everything: Record<string, Recorded> = existsSync(recordings)
  ? (JSON.parse(readFileSync(recordings, 'utf8')) as Record<string, Recorded>)
  : {}

/**
 * The recorded output of the program for a Dockerfile. One that is missing is recorded where LOADLINE_RECORD is the path of the program:
 * `go build -C programs/dockerfile -tags dfexcludepatterns,dfparents -o /tmp/dockerfile . && LOADLINE_RECORD=/tmp/dockerfile npx vitest run --project unit FILE`.
 */
export function recorded(
  command: Recorded['command'],
  text: string,
  request: ReadingRequest | PreparationRequest,
): string {
  const asked = requestFile(request)
  const key = createHash('sha256')
    .update(JSON.stringify([command, asked, text]))
    .digest('hex')
    .slice(0, 16)
  const known = everything[key]
  if (known !== undefined) return known.output
  const program = process.env['LOADLINE_RECORD']
  if (program === undefined) throw new Error(`this Dockerfile is not recorded; see ${import.meta.url}`)
  const output = runProgram(program, { command, request: asked, text })
  everything[key] = { command, request: asked, text, output }
  const sorted = Object.entries(everything).toSorted(([left], [right]) => (left < right ? -1 : 1))
  writeFileSync(recordings, `${JSON.stringify(Object.fromEntries(sorted), null, 1)}\n`)
  return output
}

/** Runs the program itself on a Dockerfile. */
export function runProgram(program: string, { command, request, text }: Omit<Recorded, 'output'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-dockerfile-'))
  try {
    const files = [join(directory, 'request.json'), join(directory, 'Dockerfile')] as const
    writeFileSync(files[0], request)
    writeFileSync(files[1], text)
    return execFileSync(program, [command, ...files], { encoding: 'utf8' })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** What BuildKit reads in a Dockerfile, as it was recorded. */
export function readingOf(
  text: string,
  {
    platforms = ['linux/amd64'],
    buildArgs = {},
    target,
    isBuilt = true,
  }: { platforms?: Platform[]; buildArgs?: Record<string, string>; target?: string; isBuilt?: boolean } = {},
): DockerfileReading {
  const request = { platforms, buildArgs, ...(target === undefined ? {} : { target }) }
  return parseReading(recorded('read', text, request), 'Dockerfile', { platforms, isBuilt })
}
