import { connect } from 'node:net'
import { DeliveryError } from '../../src/model/errors.ts'
import { engineVersion, type EngineSocket } from '../../src/engine/engine-version.ts'
import { supportImages } from '../../src/tools/images.ts'

const patience = 5_000
/** A busy engine accepts the connection at once and answers later. */
const patienceForName = 30_000

/** How Dagger 0.21.8 can reach an engine: the drivers of its client. */
const schemes =
  /^(unix|tcp|tls|ssh|kube-pod|docker-container|docker-image|(?:container|image)(?:\+(?:docker|podman|nerdctl|finch|apple))?):\/\/./

/**
 * Connects to an engine's address and asks for its version. The Dagger CLI would retry for minutes if nothing, or
 * something else, listened there. Only unix, tcp and tls addresses can be connected to, and only the first two are
 * asked; the others are left to the CLI. Throws `USAGE` if it is not an engine's address, and `ENGINE` if nothing
 * accepts within five seconds, or what answers is not an engine.
 */
export async function requireEngine(address: string): Promise<void> {
  if (!schemes.test(address)) {
    throw new DeliveryError(
      'USAGE',
      `expected the address of a Dagger engine, found "${address}"`,
      'Use unix://PATH, tcp://HOST:PORT, tls://HOST:PORT, ssh://HOST, kube-pod://POD, container://NAME or image://REFERENCE; docs/engines.md has an example of each.',
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

/** Throws `ENGINE` if the engine's version is not the SDK's: they may silently misunderstand each other. */
export function requireEngineVersion(found: string, address: string): void {
  const wanted = `v${supportImages.engine.version}`
  if (found === wanted) return
  throw new DeliveryError(
    'ENGINE',
    `expected engine version ${wanted} at ${address}, found ${found}`,
    `Start that version: use image://${supportImages.engine.reference}, or omit the address and run "loadline engine up". An older engine may run beside it.`,
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
