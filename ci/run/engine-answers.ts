import { connect } from 'node:net'
import { DeliveryError } from '../../src/model/errors.ts'
import { engineVersion, type EngineSocket } from '../../src/engine/engine-version.ts'
import { supportImages } from '../../src/tools/images.ts'

const patience = 5_000
/** An engine that is busy opens the door at once and says its name later. */
const patienceForName = 30_000

/** How Dagger 0.21.8 can reach an engine: by the drivers of its client. */
const schemes =
  /^(unix|tcp|tls|ssh|kube-pod|docker-container|docker-image|(?:container|image)(?:\+(?:docker|podman|nerdctl|finch|apple))?):\/\/./

/**
 * Knocks at an engine's address, and asks who is there. The Dagger CLI would go on trying for minutes where nobody listens, or somebody else.
 * Only unix, tcp and tls addresses can be knocked at, and only the first two are asked; the others are left to the CLI.
 * Throws `USAGE` where it is no address of an engine, and `ENGINE` where nobody opens within five seconds, or what answers is no engine.
 */
export async function requireEngine(address: string): Promise<void> {
  if (!schemes.test(address)) {
    throw new DeliveryError(
      'USAGE',
      `"${address}" is not an address at which Dagger can reach an engine`,
      'Write unix://PATH, tcp://HOST:PORT, tls://HOST:PORT, ssh://HOST, kube-pod://POD, container://NAME or image://REFERENCE; docs/engines.md has an example of each.',
    )
  }
  const door = endpoint(address)
  if (door === undefined) return
  const refusal = await new Promise<string | undefined>((resolve) => {
    const socket = connect(door.at)
    const end = (reason?: string) => {
      socket.destroy()
      resolve(reason)
    }
    socket.setTimeout(patience, () => end(`no answer in ${patience / 1000} s`))
    socket.once('connect', () => end())
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
  if (refusal !== undefined) {
    throw new DeliveryError(
      'ENGINE',
      `no Dagger engine answers at ${address} (${refusal})`,
      'Start one with "loadline engine up", or correct the address.',
    )
  }
  if (door.encrypted) return
  const version = await engineVersion(door.at, patienceForName)
  if (version === undefined)
    throw new DeliveryError(
      'ENGINE',
      `something other than a Dagger engine answers at ${address}`,
      'Start an engine with "loadline engine up", or correct the address.',
    )
  requireEngineVersion(version, address)
}

/** Throws `ENGINE` for an engine of another version than the SDK's: they may misunderstand each other without a word. */
export function requireEngineVersion(found: string, address: string): void {
  const wanted = `v${supportImages.engine.version}`
  if (found === wanted) return
  throw new DeliveryError(
    'ENGINE',
    `the engine at ${address} is version ${found}; this Loadline needs ${wanted}`,
    `Start that one: image://${supportImages.engine.reference}, or leave the address out and "loadline engine up" starts it. An older engine may run beside it.`,
  )
}

function endpoint(address: string): { at: EngineSocket; encrypted: boolean } | undefined {
  const path = /^unix:\/\/(.+)$/.exec(address)?.[1]
  if (path !== undefined) return { at: { path }, encrypted: false }
  const [, scheme, host, port] = /^(tcp|tls):\/\/\[?([^\]?/]+?)\]?:(\d+)(?:[/?].*)?$/.exec(address) ?? []
  return host === undefined || port === undefined
    ? undefined
    : { at: { host, port: Number(port) }, encrypted: scheme === 'tls' }
}
