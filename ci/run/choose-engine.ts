import { DeliveryError } from '../../src/model/errors.ts'
import { isCheckout } from '../../src/engine/package-root.ts'
import {
  containerEngine,
  findRuntime,
  labelEngine,
  pullEngine,
  removeEnded,
  unusableError,
  type ContainerRuntime,
  type UnusableRuntime,
} from './container-runtime.ts'
import { cliVariable, daggerCli } from './dagger-cli.ts'
import { requireEngine } from './engine-answers.ts'
import { givenPins } from './given-pins.ts'
import { whenEnded } from './when-ended.ts'
import { tools as publishedTools } from '../../src/tools/images.ts'
import type { SealedToolchain } from '../../toolchain/index.ts'
import type { Wanted } from '../../toolchain/wanted.ts'
import type { StepEvent } from '../../toolchain/steps.ts'

/** A ready engine, and how clients reach it. */
export interface Engine {
  /** How it was found. */
  way: 'given' | 'container-runtime' | 'sealed'
  /** Environment for the Dagger CLI and SDK. */
  env: Record<string, string>
  /** The Dagger CLI. */
  cli: string
  /** Lock file of a sealed engine's substitutes. */
  lockFile: string | undefined
  /**
   * Calls back if the engine is gone, and says so. Its CLI would try to reach it for six minutes. Absent if nobody can
   * tell. The result ends this.
   */
  whenLost?(callback: () => void): () => void
}

/** Options and callbacks of a search for an engine. */
export interface EngineSearch {
  /**
   * Address given on the command line, or `sealed` for the sealed toolchain regardless of other engines; it takes
   * precedence over the environment's.
   */
  address?: string | undefined
  /** Images that the source names: the sealed toolchain makes substitutes for them. `all`: for every image it can. */
  images?: () => Promise<readonly string[] | 'all'>
  /** Whether the caller signs and verifies nothing: the sealed toolchain does not compile Cosign for it, which takes minutes. */
  withoutCosign?: boolean
  /**
   * Whether Dagger modules will be called, with sources that nobody has read yet: the sealed toolchain then makes the
   * runtime that starts them, and the usual bases.
   */
  module?: boolean
  /** File with an organisation's own pins, including the engine's. */
  tools?: string | undefined
  say(line: string): void
  /** Called for each step of a set-up, for measurements; without it, steps are printed as lines. */
  onProgress?(event: StepEvent): void
  signal?: AbortSignal
}

const addressVariable = '_EXPERIMENTAL_DAGGER_RUNNER_HOST'

/** Clients neither call home nor advertise. */
const quiet = { DO_NOT_TRACK: '1', DAGGER_NO_NAG: '1', DAGGER_LEAVE_OLD_ENGINE: '1' }

/**
 * Finds an engine: one that the caller or the environment names; Loadline's own in this machine's container runtime;
 * failing both, the sealed toolchain. A container runtime that is installed but cannot be used, or cannot pull, is an
 * error with its reason, unless a sealed toolchain is ready: its set-up takes minutes, and does not start unasked.
 * `PREREQUISITE` or `ENGINE`.
 */
export async function findEngine(options: EngineSearch): Promise<Engine> {
  const given = options.address || process.env['LOADLINE_ENGINE'] || process.env[addressVariable]
  if (given && given !== 'sealed') return givenEngine(given, options)
  if (given === 'sealed') return sealedEngine(options)
  const runtime = await findRuntime()
  if (runtime === undefined) return sealedEngine(options, 'this machine has no container runtime')
  if ('why' in runtime)
    return sealedIsMade(runtime)
      ? sealedEngine(options, `${runtime.command} is installed but does not answer (${runtime.said})`)
      : insteadOf(unusableError(runtime), options)
  try {
    return await runtimeEngine(runtime, options)
  } catch (error) {
    if (error instanceof DeliveryError && error.code === 'ENGINE') return insteadOf(error, options)
    throw error
  }
}

/**
 * Whether to make the sealed toolchain if a container runtime cannot be used. Build machines often have the command
 * without its service.
 */
export function sealedIsMade({ why }: UnusableRuntime): boolean {
  return why === 'not-running' && isCheckout() && process.platform === 'linux' && process.getuid?.() === 0
}

/** The engine that this release pins, in a container runtime. Clients start its container when they connect. */
async function runtimeEngine(runtime: ContainerRuntime, { tools, say }: EngineSearch): Promise<Engine> {
  const pins = await givenPins(tools)
  const { container, address } = containerEngine(runtime, pins)
  await pullEngine(runtime, pins, say)
  await removeEnded(runtime, container, say)
  await labelEngine(runtime, container)
  const cli = await daggerCli(pins, { say })
  return {
    way: 'container-runtime',
    env: { ...quiet, [addressVariable]: address, [cliVariable]: cli },
    cli,
    lockFile: undefined,
    whenLost: (callback) =>
      whenEnded(runtime.command, container, () => {
        say(`the engine's container ${container} has ended; "${runtime.command} logs ${container}" may say why`)
        callback()
      }),
  }
}

/** A ready sealed toolchain, in place of an engine that is unavailable; with a message. */
async function insteadOf(error: DeliveryError, options: EngineSearch): Promise<Engine> {
  if (!isCheckout() || !(await (await sealed(options)).status()).complete) throw error
  return sealedEngine(options, error.message)
}

async function sealedEngine(options: EngineSearch, why?: string): Promise<Engine> {
  if (!isCheckout()) {
    throw new DeliveryError(
      'PREREQUISITE',
      `no engine is given, ${why ?? 'the sealed toolchain is asked for'}, and an installed package lacks the sources of the sealed toolchain`,
      'Install Docker, Podman or nerdctl, or pass the address of a running engine with --engine.',
    )
  }
  const toolchain = await sealed(options)
  if (why !== undefined) options.say(`${why}: using this machine's sealed toolchain`)
  const ready = await toolchain.ensure(await wantedBy(options))
  return {
    way: 'sealed',
    env: { ...quiet, [addressVariable]: ready.runnerHost, [cliVariable]: ready.cliBin },
    cli: ready.cliBin,
    lockFile: ready.lockFile,
  }
}

/** What a sealed toolchain has to make for this caller. */
export async function wantedBy({
  images,
  withoutCosign,
  module = false,
}: Pick<EngineSearch, 'images' | 'withoutCosign' | 'module'>): Promise<Wanted> {
  const named = (await images?.()) ?? []
  const references = named === 'all' || withoutCosign ? named : [...named, publishedTools.cosign.reference]
  return { references, module }
}

/** This machine's sealed toolchain, reporting progress in plain lines. Loaded only on demand: nearly everybody has another engine. */
export async function sealed(options: Pick<EngineSearch, 'say' | 'onProgress' | 'signal'>): Promise<SealedToolchain> {
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
 * A given engine may be this machine's sealed one: then its lock file applies. Any other is reached with whatever CLI
 * this machine has, the sealed toolchain's before a fetched one; nothing else of this machine's toolchain is involved.
 */
async function givenEngine(address: string, options: EngineSearch): Promise<Engine> {
  await requireEngine(address)
  const { engine, cliBin, lockFile } = await (await sealed(options)).status()
  const cli =
    process.env[cliVariable] || cliBin || (await daggerCli(await givenPins(options.tools), { say: options.say }))
  return {
    way: 'given',
    env: { ...quiet, [addressVariable]: address, [cliVariable]: cli },
    cli,
    lockFile: process.env['LOADLINE_LOCK'] || (engine?.runnerHost === address ? lockFile : undefined),
  }
}
