import { execa } from 'execa'
import { ownSurroundings } from '../own-surroundings.mjs'
import { DeliveryError } from '../../src/model/errors.ts'
import { repositoryOf } from '../../src/formats/image-reference.ts'
import { pullError } from '../../src/engine/pull-fault.ts'
import { lastLines } from '../../src/engine/run-tool.ts'
import { missingRemedy } from '../../src/engine/tool-image.ts'
import { supportImages } from '../../src/tools/images.ts'
import { pinnedTools, type Pins } from '../../src/tools/pins.ts'

/** The container runtimes whose command Dagger speaks in the same way, in the order in which it looks for them. */
const commands = ['docker', 'podman', 'finch', 'nerdctl'] as const

/** The oldest Docker that the engine was run with. */
const oldestDocker = [20, 10] as const

/** A container runtime that answers. */
export interface ContainerRuntime {
  command: (typeof commands)[number]
  /** As it says it; empty where it says none. */
  version: string
}

/** One whose command is there and that cannot be used. */
export interface UnusableRuntime {
  command: (typeof commands)[number]
  why: 'not-running' | 'no-rights' | 'too-old'
  /** Its own last line. */
  said: string
}

/** Why a runtime's command failed, by what it says. */
function readRefusal(said: string): UnusableRuntime['why'] {
  if (/permission denied/i.test(said)) return 'no-rights'
  return /api version|client version|too old|too new/i.test(said) ? 'too-old' : 'not-running'
}

/** The first container runtime of this machine that answers, or the first that does not; undefined where there is none. */
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
        said: `it is version ${version}, and ${oldestDocker.join('.')} is the oldest that the engine was run with`,
      }
    return { command, version }
  }
  return unusable
}

/** Docker's versions have leading zeros (19.03), which no semantic version may have. */
function isOlder(version: string): boolean {
  const [major, minor] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (major === undefined || minor === undefined || Number.isNaN(major) || Number.isNaN(minor)) return false
  return major < oldestDocker[0] || (major === oldestDocker[0] && minor < oldestDocker[1])
}

/** The version of the part that runs containers: Docker prints the client's first, Podman and others may print only one. */
export function serverVersion(printed: string): string {
  const server = /^\s*Server:?[\s\S]*?^\s*Version:\s*(\S+)/m.exec(printed)?.[1]
  return server ?? /^\s*Version:\s*(\S+)/m.exec(printed)?.[1] ?? ''
}

/** On a volume that Loadline made. The Dagger CLI makes the container and labels nothing, so the volume says whose both are. */
const label = 'loadline-engine'

/** Loadline's engine in a container runtime: an image by digest, in a container and with a volume of its own. Two engines on one volume would keep each other from starting. */
export interface ContainerEngine {
  reference: string
  /** Name of the container and of its volume. */
  container: string
  /** Address for Dagger's clients, which start the container where it does not run. */
  address: string
}

/** How the pinned engine is named in a container runtime. */
export function containerEngine({ command }: Pick<ContainerRuntime, 'command'>, pins: Pins): ContainerEngine {
  const { reference, digest } = pinnedEngine(pins)
  // Without the tag: not every runtime takes both.
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
 * Makes sure that a container runtime has the engine's image: pulls it, however long that takes, and says how far it is.
 * Throws `ENGINE` with the reason where it does not come.
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
        `${command} cannot pull the engine ${reference}`,
        ended.all || `exit code ${ended.exitCode}`,
        {
          // What asks every publisher needs an engine itself: that one by its tag.
          missing: missingRemedy(
            pinnedEngine(pins),
            `loadline tools --engine image://${supportImages.engine.reference} --output pins.json`,
          ),
        },
      )
    say(`the engine is pulled (${Math.round((Date.now() - started) / 1_000)} s)`)
  } finally {
    clearInterval(tell)
  }
}

/** Docker prints a line for each step of each layer. */
function countLayer(layers: Map<string, boolean>, line: string): void {
  const [, layer, state] = /^([0-9a-f]{12}): (Pulling fs layer|Already exists|Pull complete)/.exec(line.trim()) ?? []
  if (layer !== undefined) layers.set(layer, state !== 'Pulling fs layer')
}

/** Makes the volume of an engine, with Loadline's label, before a client makes the container that uses it. One that is there stays as it is. Throws `ENGINE`. */
export async function labelEngine({ command }: Pick<ContainerRuntime, 'command'>, container: string): Promise<void> {
  const { exitCode, stderr } = await ask(command, ['volume', 'create', '--label', label, container])
  // Podman refuses to make one that is there; a run beside this one may have made it just now.
  if (exitCode === 0 || (await ask(command, ['volume', 'inspect', container])).exitCode === 0) return
  throw new DeliveryError(
    'ENGINE',
    `${command} cannot make the volume ${container} for the engine: ${lastLines(stderr, 1) || `exit code ${exitCode}`}`,
    `Look at what ${command} says of its volumes and its disk, and run again.`,
  )
}

/** An engine of Loadline in a container runtime. */
export interface ListedEngine {
  name: string
  /** As the runtime says it. */
  state: string
  /** Whether it has ended, or never began: then no run is on it. */
  stands: boolean
}

/** Loadline's engines in a runtime, running or not: containers on a volume with Loadline's label. A name alone says of nothing whose it is. Throws `ENGINE` where the runtime cannot say. */
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

/** Docker and Podman say Created; Podman says Initialized where it is prepared as well. */
function neverBegan(state: string): boolean {
  return /^(Created|Initialized)\b/i.test(state)
}

async function labelledVolumes(command: string): Promise<string[]> {
  const stdout = await list(command, ['volume', 'ls', '--quiet', '--filter', `label=${label}`])
  return stdout.split('\n').filter((name) => name !== '')
}

/** What a runtime lists. A failure is no empty list. */
async function list(command: string, argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await ask(command, argv)
  if (exitCode === 0) return stdout
  throw new DeliveryError(
    'ENGINE',
    `${command} cannot list the engines of Loadline: ${lastLines(stderr, 1) || `exit code ${exitCode}`}`,
    `Look at what "${command} ${argv.slice(0, 2).join(' ')}" says, and run again.`,
  )
}

/**
 * Makes room for this release's engine: removes those of other releases that have ended. One that runs may have a run on it, so it stays, and that is said.
 * What they have cached stays as well.
 */
export async function removeEnded(
  runtime: Pick<ContainerRuntime, 'command'>,
  own: string,
  say: (line: string) => void,
): Promise<void> {
  const listed = await listEngines(runtime).catch((error: unknown) => {
    // Room is no need of this run.
    if (error instanceof DeliveryError) say(error.message)
    else throw error
    return []
  })
  const others = listed.filter(({ name }) => name !== own)
  // One that never began may be about to: the run that made it starts it next.
  const ended = others.filter(({ state }) => hasEnded(state)).map(({ name }) => name)
  // Without force: one that was started meanwhile stays.
  if (ended.length > 0 && (await ask(runtime.command, ['rm', ...ended])).exitCode === 0)
    say(`the engine of another release of Loadline had ended and was removed: ${ended.join(', ')}`)
  const running = others.filter(({ stands }) => !stands).map(({ name }) => name)
  if (running.length > 0)
    say(
      `the engine of another release of Loadline runs here too (${running.join(', ')}): "loadline engine down" removes it`,
    )
}

/** Removes Loadline's engines from a runtime, those that run as well; their volumes keep what they have cached. Gives their names. */
export async function removeEngines(runtime: Pick<ContainerRuntime, 'command'>): Promise<string[]> {
  const names = (await listEngines(runtime)).map(({ name }) => name)
  if (names.length > 0)
    await execa(runtime.command, ['rm', '--force', ...names], { ...ownSurroundings(), stdin: 'ignore' })
  return names
}

/** Removes what the engines have cached. */
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
    `Give this user the right to use ${command} (for Docker: the group docker), or run as one who may.`,
  'too-old': (command) => `Update ${command}.`,
}

/** That a runtime is there and cannot be used, with what to do. */
export function unusableError({ command, why, said }: UnusableRuntime): DeliveryError {
  return new DeliveryError(
    'PREREQUISITE',
    `${command} is installed and cannot be used: ${said}`,
    `${remedies[why](command)} Or give a running engine (--engine), or ask for the sealed toolchain: --engine sealed.`,
  )
}
