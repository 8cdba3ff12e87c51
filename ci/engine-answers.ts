import { connect } from 'node:net'
import { DeliveryError } from '../src/errors.ts'
import { engineVersion, type EngineSocket } from './sealed/engine-health.ts'

const patience = 5_000
/** An engine that is busy opens the door at once and says its name later. */
const patienceForName = 30_000

/**
 * Knocks at an engine's address, and asks who is there. The Dagger CLI would go on trying for minutes where nobody listens, or somebody else.
 * Only unix and tcp addresses can be knocked at; the others are left to the CLI. Throws `ENGINE` where nobody opens within five seconds, or what answers is no engine.
 */
export async function requireEngine(address: string): Promise<void> {
  const target = endpoint(address)
  if (target === undefined) return
  const refusal = await new Promise<string | undefined>((resolve) => {
    const socket = connect(target)
    const end = (reason?: string) => {
      socket.destroy()
      resolve(reason)
    }
    socket.setTimeout(patience, () => end(`no answer in ${patience / 1000} s`))
    socket.once('connect', () => end())
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
  if (refusal !== undefined) {
    throw new DeliveryError('ENGINE', `no Dagger engine answers at ${address} (${refusal})`, 'Start one with "loadline engine up", or correct the address.')
  }
  if ((await engineVersion(target, patienceForName)) === undefined) {
    throw new DeliveryError('ENGINE', `something else than a Dagger engine answers at ${address}`, 'Start an engine with "loadline engine up", or correct the address.')
  }
}

function endpoint(address: string): EngineSocket | undefined {
  const path = /^unix:\/\/(.+)$/.exec(address)?.[1]
  if (path !== undefined) return { path }
  const [, host, port] = /^tcp:\/\/\[?([^\]]+?)\]?:(\d+)$/.exec(address) ?? []
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) }
}
