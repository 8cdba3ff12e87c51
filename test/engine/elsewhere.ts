import { createServer as createTlsServer } from 'node:tls'
import { execa } from 'execa'
import { atEnd } from './at-end.ts'
import { forwarding, join, listenHere, ownNetwork } from './own-network.ts'

/** A place that shares neither network nor files of the toolchain with the engine. */
export interface Elsewhere {
  /** Serves the engine's socket at an address that can be reached from there; gives host and port. With `tls`, only to whoever has a certificate of the authority. */
  serve(socket: string, tls?: { certificate: Buffer; key: Buffer; authority: Buffer }): Promise<string>
  /** Runs a program there. */
  run(
    argv: readonly string[],
    env: Record<string, string>,
  ): Promise<{ exitCode: number; stdout: string; stderr: string }>
}

/** A network of its own, joined to this machine's by one cable, and an empty file system over a directory, until the test ends. */
export async function elsewhere(hidden: string): Promise<Elsewhere> {
  const network = await ownNetwork(213)
  atEnd(network.end)
  const start = (argv: readonly string[], options = {}) => {
    const [program = '', ...rest] = network.enter(...argv)
    return execa(program, rest, options)
  }
  await start(['mount', '-t', 'tmpfs', 'tmpfs', hidden])
  return {
    async serve(path, tls) {
      const server =
        tls === undefined
          ? forwarding({ path })
          : createTlsServer(
              { cert: tls.certificate, key: tls.key, ca: tls.authority, requestCert: true, rejectUnauthorized: true },
              (client) => join(client, { path }),
            )
      atEnd(() => void server.close())
      return listenHere(server, network.here)
    },
    async run(argv, env) {
      const ended = await start(argv, {
        reject: false,
        stdin: 'ignore',
        env: { NO_COLOR: '1', npm_command: '', GITHUB_ACTIONS: '', ...env },
      })
      return { exitCode: ended.exitCode ?? -1, stdout: String(ended.stdout), stderr: String(ended.stderr) }
    },
  }
}
