import { execa } from 'execa'
import { DeliveryError } from '../../src/model/errors.ts'
import { ownSurroundings } from '../../src/engine/own-surroundings.ts'
import { isCheckout } from '../../src/engine/package-root.ts'
import { requireEngine } from './engine-answers.ts'
import type { SealedToolchain } from '../../toolchain/index.ts'
import type { StepEvent } from '../../toolchain/steps.ts'

/** An engine that is ready, and how clients reach it. */
export interface Engine {
  /** Which of the three ways it was found by. */
  way: 'given' | 'container-runtime' | 'sealed'
  /** Environment for the Dagger CLI and SDK. */
  env: Record<string, string>
  /** The Dagger CLI; undefined where the SDK brings its own. */
  cli: string | undefined
  /** Lock file of a sealed engine's substitutes. */
  lockFile: string | undefined
}

/** What a search for an engine tells and obeys. */
export interface EngineOptions {
  /** Address given on the command line, or `sealed` for the sealed toolchain whatever else there is; it goes before the environment's. */
  address?: string | undefined
  /** Images that the source names: where only the sealed toolchain can be had, it makes stand-ins for those that no set-up makes by itself. `all`: for whatever it can. */
  images?: readonly string[] | 'all'
  say(line: string): void
  /** Each step of a set-up, for whoever measures them; without it they are said as lines. */
  onProgress?(event: StepEvent): void
  signal?: AbortSignal
}

const addressVariable = '_EXPERIMENTAL_DAGGER_RUNNER_HOST'
const cliVariable = '_EXPERIMENTAL_DAGGER_CLI_BIN'
const engineImage = 'registry.dagger.io/engine:v0.21.8'

/** Clients neither call home nor advertise. */
const quiet = { DO_NOT_TRACK: '1', DAGGER_NO_NAG: '1', DAGGER_LEAVE_OLD_ENGINE: '1' }

/**
 * Finds an engine: one that the caller or the environment gives; one that the machine's container runtime can pull; otherwise the sealed toolchain.
 * Throws `PREREQUISITE` or `ENGINE` where none can be had.
 */
export async function findEngine(options: EngineOptions): Promise<Engine> {
  const given = options.address || process.env['LOADLINE_ENGINE'] || process.env[addressVariable]
  if (given && given !== 'sealed') return givenEngine(given, options)
  if (given !== 'sealed' && (await containerRuntimePulls()))
    return { way: 'container-runtime', env: quiet, cli: process.env[cliVariable] ?? 'dagger', lockFile: undefined }
  if (!isCheckout()) {
    throw new DeliveryError(
      'PREREQUISITE',
      'no engine is given, Docker here cannot pull one, and an installed package has not what the sealed toolchain is made from',
      'Give a running engine with --engine or _EXPERIMENTAL_DAGGER_RUNNER_HOST; a checkout of Loadline starts one: "npm run loadline -- engine up".',
    )
  }
  const toolchain = await sealed(options)
  const ready = await toolchain.ensure(options.images)
  return {
    way: 'sealed',
    env: { ...quiet, [addressVariable]: ready.runnerHost, [cliVariable]: ready.cliBin },
    cli: ready.cliBin,
    lockFile: ready.lockFile,
  }
}

/** The sealed toolchain of this machine, telling its progress in plain lines. Loaded only where it is asked for: nearly everybody has another engine. */
export async function sealed(options: Pick<EngineOptions, 'say' | 'onProgress' | 'signal'>): Promise<SealedToolchain> {
  const { sealedToolchain, renderProgress } = await import('../../toolchain/index.ts')
  return sealedToolchain({
    onProgress(event) {
      if (options.onProgress !== undefined) return options.onProgress(event)
      const line = renderProgress(event)
      if (line !== undefined) options.say(line)
    },
    log: options.say,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
}

/**
 * A given engine may be this machine's sealed one: then its lock file counts. One elsewhere is reached by whatever CLI there is here, the sealed toolchain's
 * before that which the SDK would fetch; nothing else of this machine's toolchain has to do with it.
 */
async function givenEngine(address: string, options: EngineOptions): Promise<Engine> {
  await requireEngine(address)
  const toolchain = await sealed(options)
  const { engine, cliBin, lockFile } = await toolchain.status()
  const cli = process.env[cliVariable] || cliBin
  return {
    way: 'given',
    env: { ...quiet, [addressVariable]: address, ...(cli === undefined ? {} : { [cliVariable]: cli }) },
    cli: cli ?? 'dagger',
    lockFile: process.env['LOADLINE_LOCK'] || (engine?.runnerHost === address ? lockFile : undefined),
  }
}

async function containerRuntimePulls(): Promise<boolean> {
  const docker = (...argv: string[]) =>
    execa('docker', argv, { ...ownSurroundings(), reject: false, timeout: 120_000, stdin: 'ignore' })
  const info = await execa('docker', ['info', '--format', '{{.ServerVersion}}'], {
    ...ownSurroundings(),
    reject: false,
    timeout: 5_000,
    stdin: 'ignore',
  })
  if (info.exitCode !== 0) return false
  if ((await docker('image', 'inspect', engineImage)).exitCode === 0) return true
  return (await docker('pull', '--quiet', engineImage)).exitCode === 0
}
