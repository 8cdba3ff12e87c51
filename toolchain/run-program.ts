import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, dirname } from 'node:path'
import { execa, type ExecaError } from 'execa'
import { DeliveryError } from '../src/model/errors.ts'
import { ownPath, ownSurroundings } from '../ci/own-surroundings.mjs'
import { systemPath } from './system-path.ts'

/** How a program is run. */
export interface ProgramOptions {
  /** Working directory; by default the root of the file system, where no file can configure the program. */
  cwd?: string
  /** Added to `ownSurroundings`. */
  env?: Record<string, string>
  /** Given on standard input; without it the input is empty. */
  input?: string
  /** Stops the program (SIGTERM, after 5 s SIGKILL). */
  signal?: AbortSignal
  /** Both outputs are appended here in full. */
  logFile?: string
}

/** What the output of a failed program may reveal about the machine, and how to fix it. */
const knownFailures: ReadonlyArray<{ pattern: RegExp; fix: string }> = [
  {
    pattern: /signal: killed|cannot allocate memory|out of memory/i,
    fix: 'The machine ran out of memory: 6 GB is needed.',
  },
  {
    pattern: /no space left on device/i,
    fix: 'The disk is full: 15 GB is needed. LOADLINE_CACHE can name a directory on a larger disk.',
  },
  {
    pattern:
      /\b40[1347] |410 Gone|Forbidden|connection refused|no such host|Temporary failure (in name resolution|resolving)|timed? ?out/i,
    fix: 'A package registry refused the request or could not be reached: check how go, pip, npm and apt are configured on this machine (proxy, mirror).',
  },
  {
    pattern: /x509:|certificate verify failed|self[- ]signed certificate/i,
    fix: "A registry's certificate is not trusted: add your company's CA certificate to /usr/local/share/ca-certificates and run update-ca-certificates.",
  },
]

/** How many of its last lines a failed program may show in an error. */
const SHOWN_LINES = 15

/**
 * Runs a program without a shell and gives its standard output. It dies with this process, even when this process is killed with
 * SIGKILL: a second set-up must not run beside a compiler that a dead one left behind.
 * @throws DeliveryError `ENGINE` with the last lines of output, `PREREQUISITE` when the program does not exist; the reason of the
 *   signal when that stopped it.
 */
export async function runProgram(file: string, args: string[], options: ProgramOptions = {}): Promise<string> {
  const child = execa('setpriv', ['--pdeathsig', 'TERM', '--', file, ...args], {
    ...ownSurroundings({
      PATH: [...ownPath(process.env.PATH ?? ''), ...systemPath].join(delimiter),
      GOWORK: 'off',
      ...options.env,
    }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    input: options.input ?? '',
    all: true,
    stripFinalNewline: false,
  })
  if (options.logFile !== undefined) {
    await mkdir(dirname(options.logFile), { recursive: true })
    const log = createWriteStream(options.logFile, { flags: 'a' })
    log.write(`$ ${[file, ...args].join(' ')}\n`)
    child.all.pipe(log)
  }
  try {
    return (await child).stdout
  } catch (error) {
    options.signal?.throwIfAborted()
    throw describeFailure(file, args, error as ExecaError, options.logFile)
  }
}

function describeFailure(file: string, args: string[], error: ExecaError, logFile: string | undefined): DeliveryError {
  const command = [file, ...args.slice(0, 2)].join(' ')
  const output = typeof error.all === 'string' ? error.all : ''
  if (/^setpriv: failed to execute/m.test(output) || error.code === 'ENOENT') {
    return new DeliveryError(
      'PREREQUISITE',
      `${file} was not found`,
      `Install it, or put it on PATH, and run the same command again.`,
    )
  }
  const how = error.signal === undefined ? `with exit code ${error.exitCode ?? 'unknown'}` : `by ${error.signal}`
  const lines = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n')
  const where = logFile === undefined ? '' : ` The full output is in ${logFile}.`
  const known = knownFailures.filter(({ pattern }) => pattern.test(output)).map(({ fix }) => ` ${fix}`)
  return new DeliveryError(
    'ENGINE',
    `${command} exited ${how}${lines === '' ? '' : `:\n${lines}`}`,
    `See the lines above.${known.join('')}${where} The next run resumes at the step that failed.`,
  )
}
