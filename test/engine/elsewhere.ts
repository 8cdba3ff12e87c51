import { readlinkSync } from 'node:fs'
import { createServer as createPlainServer, connect, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'

const here = '10.87.213.1'
const there = '10.87.213.2'

/** A place that shares neither network nor files of the toolchain with the engine. */
export interface Elsewhere {
  /** Serves the engine's socket at an address that can be reached from there; gives host and port. With `tls`, only to whoever has a certificate of the authority. */
  serve(socket: string, tls?: { certificate: Buffer; key: Buffer; authority: Buffer }): Promise<string>
  /** Runs a program there. */
  run(argv: readonly string[], env: Record<string, string>): Promise<{ exitCode: number; stdout: string; stderr: string }>
}

/** A network of its own, joined to this machine's by one cable, and an empty file system over a directory, until the test ends. */
export async function elsewhere(hidden: string): Promise<Elsewhere> {
  const holder = execa('unshare', ['--net', '--mount', 'sleep', '3600'], { reject: false, stdin: 'ignore' })
  const pid = String(holder.pid)
  onTestFinished(async () => {
    holder.kill()
    await holder
  })
  while (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')) await new Promise((resolve) => setTimeout(resolve, 20))
  const enter = (...argv: string[]) => ['--target', pid, '--net', '--mount', '--', ...argv]
  const inside = (...argv: string[]) => execa('nsenter', enter(...argv))
  // The cable goes with the network at its other end.
  await execa('ip', ['link', 'add', 'loadline-here', 'type', 'veth', 'peer', 'name', 'loadline-there', 'netns', pid])
  await execa('ip', ['address', 'add', `${here}/30`, 'dev', 'loadline-here'])
  await execa('ip', ['link', 'set', 'loadline-here', 'up'])
  await inside('ip', 'address', 'add', `${there}/30`, 'dev', 'loadline-there')
  for (const device of ['loadline-there', 'lo']) await inside('ip', 'link', 'set', device, 'up')
  await inside('mount', '-t', 'tmpfs', 'tmpfs', hidden)
  return {
    serve: (socket, tls) => listen(tls === undefined ? createPlainServer((client) => join(client, socket)) : createTlsServer({ cert: tls.certificate, key: tls.key, ca: tls.authority, requestCert: true, rejectUnauthorized: true }, (client) => join(client, socket))),
    async run(argv, env) {
      const ended = await execa('nsenter', enter(...argv), { reject: false, stdin: 'ignore', env: { NO_COLOR: '1', npm_command: '', GITHUB_ACTIONS: '', ...env } })
      return { exitCode: ended.exitCode ?? -1, stdout: ended.stdout, stderr: ended.stderr }
    },
  }
}

function join(client: Socket, socket: string): void {
  const engine = connect(socket)
  client.pipe(engine).pipe(client)
  for (const end of [client, engine]) end.on('error', () => void [client, engine].map((each) => each.destroy()))
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, here, resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `${here}:${address.port}`
}
