import { execa } from 'execa'
import { ownSurroundings } from '../own-surroundings.mjs'
import { DeliveryError } from '../../src/model/errors.ts'
import { repositoryOf } from '../../src/formats/image-reference.ts'
import { pullError } from '../../src/engine/pull-fault.ts'
import { lastLines } from '../../src/engine/run-tool.ts'
import { missingRemedy } from '../../src/engine/tool-image.ts'
import { supportImages } from '../../src/tools/images.ts'
import { pinnedTools, type Pins } from '../../src/tools/pins.ts'

/** The container runtimes that Dagger drives through their commands, in its order of preference. */
const commands = ['docker', 'podman', 'finch', 'nerdctl'] as const

/** The oldest Docker that the engine has been run with. */
const oldestDocker = [20, 10] as const

/** A container runtime that answers. */
export interface ContainerRuntime {
  command: (typeof commands)[number]
  /** As it reports it; empty if it reports none. */
  version: string
}

/** One whose command is installed but cannot be used. */
export interface UnusableRuntime {
  command: (typeof commands)[number]
  why: 'not-running' | 'no-rights' | 'too-old'
  /** The last line of its output. */
  said: string
}

/** Why a runtime's command failed, judging by its output. */
function readRefusal(said: string): UnusableRuntime['why'] {
  if (/permission denied/i.test(said)) return 'no-rights'
  return /api version|client version|too old|too new/i.test(said) ? 'too-old' : 'not-running'
}

/** The first container runtime on this machine that answers, or else the first that does not; undefined if there is none. */
export async function findRuntime(
  env: NodeJS.ProcessEnv = process.env,
): Promise<ContainerRuntime | UnusableRuntime | undefined> {
  let unusable: UnusableRuntime | undefined
  for (const command of commands) {
    const asked = await execa(command, ['version'], {
      reject: false,
      stdin: 'ignore',
      timeout: 20_000,
      ...ownSurroundings({}, env),
    })
    if (asked.code === 'ENOENT') continue
    const said = asked.stderr.trim().split('\n').at(-1) ?? ''
    if (asked.exitCode !== 0) {
      unusable ??= { command, why: readRefusal(asked.stderr), said }
      continue
    }
    const version = serverVersion(asked.stdout)
    if (command === 'docker' && isOlder(version))
      return {
        command,
        why: 'too-old',
        said: `expected version ${oldestDocker.join('.')} or newer, found ${version}`,
      }
    return { command, version }
  }
  return unusable
}

/** Docker's versions have leading zeros (19.03), which semantic versions do not allow. */
function isOlder(version: string): boolean {
  const [major, minor] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (major === undefined || minor === undefined || Number.isNaN(major) || Number.isNaN(minor)) return false
  return major < oldestDocker[0] || (major === oldestDocker[0] && minor < oldestDocker[1])
}

/** The version of the part that runs containers: Docker prints the client's first, Podman and others may print only one. */
export function serverVersion(printed: string): string {
  const texts = [printed.slice(Math.max(0, printed.search(/^[ \t]*Server\b/m))), printed]
  return texts.map((text) => /^[ \t]*Version:[ \t]*(\S+)/m.exec(text)?.[1]).find(Boolean) ?? ''
}

/** A label on volumes that Loadline made. The Dagger CLI makes the container without labels, so the volume's label marks both. */
const label = 'loadline-engine'

/**
 * Loadline's engine in a container runtime: an image by digest, with its own container and volume. Two engines on one
 * volume would prevent each other from starting.
 */
export interface ContainerEngine {
  reference: string
  /** Name of the container and of its volume. */
  container: string
  /** Address for Dagger's clients, which start the container if it is not running. */
  address: string
}

/** The pinned engine's names in a container runtime. */
export function containerEngine({ command }: Pick<ContainerRuntime, 'command'>, pins: Pins): ContainerEngine {
  const { reference, digest } = pinnedEngine(pins)
  // Without the tag: not every runtime accepts both.
  const byDigest = `${repositoryOf(reference)}@${digest}`
  const container = `loadline-engine-${digest.slice(7, 19)}`
  return {
    reference: byDigest,
    container,
    address: `image+${command}://${byDigest}?container=${container}&volume=${container}&cleanup=false`,
  }
}

function pinnedEngine(pins: Pins) {
  const pinned = pinnedTools(pins)['engine']
  if (pinned === undefined) throw new TypeError('the release pins no engine')
  return pinned
}

/**
 * Makes sure that a container runtime has the engine's image: pulls it, however long that takes, and reports progress.
 * Throws `ENGINE` with the reason if it cannot be pulled.
 */
export async function pullEngine(
  { command }: Pick<ContainerRuntime, 'command'>,
  pins: Pins,
  say: (line: string) => void,
): Promise<void> {
  const { reference } = containerEngine({ command }, pins)
  if ((await ask(command, ['image', 'inspect', reference])).exitCode === 0) return
  say(`pulling the engine ${reference} ...`)
  const started = Date.now()
  const layers = new Map<string, boolean>()
  const tell = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1_000)
    const done = [...layers.values()].filter(Boolean).length
    say(`pulling the engine${layers.size === 0 ? '' : `: ${done} of ${layers.size} layers`} (${seconds} s so far)`)
  }, 10_000)
  try {
    const pull = execa(command, ['pull', reference], {
      ...ownSurroundings(),
      reject: false,
      stdin: 'ignore',
      all: true,
    })
    for await (const line of pull.iterable({ from: 'all' })) countLayer(layers, String(line))
    const ended = await pull
    if (ended.exitCode !== 0)
      throw pullError(
        'ENGINE',
        `${command} failed to pull the engine ${reference}`,
        ended.all || `exit code ${ended.exitCode}`,
        {
          // The command that asks every publisher needs an engine itself: this one, by its tag.
          missing: missingRemedy(
            pinnedEngine(pins),
            `loadline tools --engine image://${supportImages.engine.reference} --output pins.json`,
          ),
        },
      )
    say(`engine pulled (${Math.round((Date.now() - started) / 1_000)} s)`)
  } finally {
    clearInterval(tell)
  }
}

/** Docker prints a line for each step of each layer. */
function countLayer(layers: Map<string, boolean>, line: string): void {
  const [, layer, state] = /^([0-9a-f]{12}): (Pulling fs layer|Already exists|Pull complete)/.exec(line.trim()) ?? []
  if (layer !== undefined) layers.set(layer, state !== 'Pulling fs layer')
}

/** Makes an engine's volume, with Loadline's label, before a client makes the container that uses it. An existing one is left as it is. Throws `ENGINE`. */
export async function labelEngine({ command }: Pick<ContainerRuntime, 'command'>, container: string): Promise<void> {
  const { exitCode, stderr } = await ask(command, ['volume', 'create', '--label', label, container])
  // Podman refuses to make one that exists; a concurrent run may just have made it.
  if (exitCode === 0 || (await ask(command, ['volume', 'inspect', container])).exitCode === 0) return
  throw new DeliveryError(
    'ENGINE',
    `${command} failed to create the volume ${container} for the engine: ${lastLines(stderr, 1) || `exit code ${exitCode}`}`,
    `Check ${command}'s volumes and disk space, and run again.`,
  )
}

/** One of Loadline's engines in a container runtime. */
export interface ListedEngine {
  name: string
  /** As the runtime reports it. */
  state: string
  /** Whether it has exited or never started: then no run is using it. */
  stands: boolean
}

/**
 * Loadline's engines in a runtime, running or not: containers on a volume with Loadline's label. A name alone does not
 * prove ownership. Throws `ENGINE` if the runtime cannot list them.
 */
export async function listEngines({ command }: Pick<ContainerRuntime, 'command'>): Promise<ListedEngine[]> {
  const listed = await Promise.all(
    (await labelledVolumes(command)).map(async (volume) => {
      const stdout = await list(command, [
        'ps',
        '--all',
        '--filter',
        `volume=${volume}`,
        '--format',
        '{{.Names}}\t{{.Status}}',
      ])
      return stdout
        .split('\n')
        .map((line) => line.split('\t'))
        .flatMap(([name = '', state = '']) =>
          name === volume ? [{ name, state, stands: hasEnded(state) || neverBegan(state) }] : [],
        )
    }),
  )
  return listed.flat()
}

function hasEnded(state: string): boolean {
  return /^(Exited|Dead)\b/i.test(state)
}

/** Docker and Podman say Created; Podman also says Initialized once it is prepared. */
function neverBegan(state: string): boolean {
  return /^(Created|Initialized)\b/i.test(state)
}

async function labelledVolumes(command: string): Promise<string[]> {
  const stdout = await list(command, ['volume', 'ls', '--quiet', '--filter', `label=${label}`])
  return stdout.split('\n').filter((name) => name !== '')
}

/** What a runtime lists. A failure is not an empty list. */
async function list(command: string, argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await ask(command, argv)
  if (exitCode === 0) return stdout
  throw new DeliveryError(
    'ENGINE',
    `${command} failed to list Loadline's engines: ${lastLines(stderr, 1) || `exit code ${exitCode}`}`,
    `Run "${command} ${argv.slice(0, 2).join(' ')}" to see why, then run again.`,
  )
}

/**
 * Makes room for this release's engine: removes stopped engines of other releases. A running one may be in use, so it
 * is kept, with a message. Their caches are kept as well.
 */
export async function removeEnded(
  runtime: Pick<ContainerRuntime, 'command'>,
  own: string,
  say: (line: string) => void,
): Promise<void> {
  const listed = await listEngines(runtime).catch((error: unknown) => {
    // This run does not depend on the room.
    if (error instanceof DeliveryError) say(error.message)
    else throw error
    return []
  })
  const others = listed.filter(({ name }) => name !== own)
  // One that never started may be about to: the run that made it starts it next.
  const ended = others.filter(({ state }) => hasEnded(state)).map(({ name }) => name)
  // Without force: one that has been started in the meantime stays.
  if (ended.length > 0 && (await ask(runtime.command, ['rm', ...ended])).exitCode === 0)
    say(`removed a stopped engine of another Loadline release: ${ended.join(', ')}`)
  const running = others.filter(({ stands }) => !stands).map(({ name }) => name)
  if (running.length > 0)
    say(
      `an engine of another Loadline release is running here too (${running.join(', ')}); "loadline engine down" removes it`,
    )
}

/** Removes Loadline's engines from a runtime, running ones too; their volumes keep the caches. Returns their names. */
export async function removeEngines(runtime: Pick<ContainerRuntime, 'command'>): Promise<string[]> {
  const names = (await listEngines(runtime)).map(({ name }) => name)
  if (names.length > 0)
    await execa(runtime.command, ['rm', '--force', ...names], { ...ownSurroundings(), stdin: 'ignore' })
  return names
}

/** Removes the engines' caches. */
export async function removeEngineVolumes({ command }: Pick<ContainerRuntime, 'command'>): Promise<void> {
  const volumes = await labelledVolumes(command)
  if (volumes.length > 0) await ask(command, ['volume', 'rm', '--force', ...volumes])
}

async function ask(command: string, argv: readonly string[]) {
  return execa(command, argv, { ...ownSurroundings(), reject: false, stdin: 'ignore' })
}

const remedies: Readonly<Record<UnusableRuntime['why'], (command: string) => string>> = {
  'not-running': (command) => `Start ${command}, and run again.`,
  'no-rights': (command) =>
    `Give this user permission to use ${command} (for Docker: the group docker), or run as a user who has it.`,
  'too-old': (command) => `Update ${command}.`,
}

/** The error for a runtime that is installed but cannot be used, with what to do. */
export function unusableError({ command, why, said }: UnusableRuntime): DeliveryError {
  return new DeliveryError(
    'PREREQUISITE',
    `${command} is installed but cannot be used: ${said}`,
    `${remedies[why](command)} Or use a running engine (--engine ADDRESS), or the sealed toolchain (--engine sealed).`,
  )
}
