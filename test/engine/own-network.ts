import { readlinkSync } from 'node:fs'
import { createServer as createPlainServer, connect, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'

/** A network of its own, joined to this machine's by one cable: nothing else can be reached from there. */
export interface OwnNetwork {
  /** Address of this machine's end of the cable, and of the other one. */
  here: string
  there: string
  /** The device of this machine's end. */
  device: string
  /** Its file in /proc, by which others enter it. */
  namespace: string
  /** The argument list that runs a program there, in its own mount namespace as well, and among its own processes where it has these. */
  enter(...argv: string[]): string[]
  /** Removes it with its cable. */
  end(): Promise<void>
}

/**
 * Makes the network 10.87.`block`.0/30. There can be one of a block at a time, and test files run beside each other: each user has a block of its own.
 * With `processes` whatever runs there ends with it.
 */
export async function ownNetwork(block: number, { processes = false } = {}): Promise<OwnNetwork> {
  const alone = processes ? ['--pid', '--fork', '--kill-child'] : []
  // Whoever kills this process leaves no network behind, nor what runs in it.
  const holder = execa('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', '--mount', ...alone, 'sleep', '3600'], {
    reject: false,
    stdin: 'ignore',
  })
  const pid = String(holder.pid)
  const among = processes ? [`--pid=/proc/${pid}/ns/pid_for_children`] : []
  const [here, there, cable] = [`10.87.${block}.1`, `10.87.${block}.2`, `loadline-${block}`]
  const network: OwnNetwork = {
    here,
    there,
    device: cable,
    namespace: `/proc/${pid}/ns/net`,
    enter: (...argv) => ['nsenter', '--target', pid, '--net', '--mount', ...among, '--', ...argv],
    async end() {
      // A holder with processes does not hear a request to end.
      holder.kill('SIGKILL')
      await holder
    },
  }
  try {
    while (readlinkSync(network.namespace) === readlinkSync('/proc/self/ns/net')) await sleep(20)
    // The cable goes with the network at its other end.
    await execa('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'loadline-there', 'netns', pid])
    await execa('ip', ['address', 'add', `${here}/30`, 'dev', cable])
    await execa('ip', ['link', 'set', cable, 'up'])
    const [program = '', ...argv] = network.enter('ip')
    await execa(program, [...argv, 'address', 'add', `${there}/30`, 'dev', 'loadline-there'])
    for (const device of ['loadline-there', 'lo']) await execa(program, [...argv, 'link', 'set', device, 'up'])
    return network
  } catch (error) {
    await network.end()
    throw error
  }
}

/** A server at this machine's end of the cable that hands every connection on to an address here. */
export function forwarding(target: NetConnectOpts): Server {
  return createPlainServer((client) => join(client, target))
}

/** Joins a connection to an address here. */
export function join(client: Socket, target: NetConnectOpts): void {
  const served = connect(target)
  client.pipe(served).pipe(client)
  for (const end of [client, served]) end.on('error', () => void [client, served].map((each) => each.destroy()))
}

/** Opens a server at this machine's end of a cable; gives host and port. */
export async function listenHere(server: Server, here: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, here, resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `${here}:${address.port}`
}
