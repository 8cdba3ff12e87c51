import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { atEnd } from './at-end.ts'
import { scratch } from './command-line.ts'
import { freePort } from './free-port.ts'

/** What a registry asks of its clients. */
export interface DistributionOptions {
  /** Serves TLS with this certificate and key (paths). */
  tls?: { certificate: string; key: string }
}

/** Serves an empty registry on loopback until the test ends: Debian's docker-registry, which has no referrers API. Gives host and port. */
export async function serveDistribution({ tls }: DistributionOptions = {}): Promise<string> {
  const directory = scratch()
  const address = `127.0.0.1:${await freePort()}`
  mkdirSync(join(directory, 'data'))
  const configuration = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: address, ...(tls === undefined ? {} : { tls }) },
  }
  // JSON is YAML, and it quotes every path.
  writeFileSync(join(directory, 'config.yml'), JSON.stringify(configuration))
  const serving = execa('docker-registry', ['serve', join(directory, 'config.yml')], { reject: false })
  atEnd(async () => {
    serving.kill()
    await serving
  })
  for (let attempt = 0; attempt < 200; attempt += 1) {
    // TLS that this process does not trust is an answer as well: somebody is there.
    const there = await fetch(`http://${address}/v2/`).then(
      (answer) => answer.status > 0,
      () => false,
    )
    if (there) return address
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { stderr } = await (serving.kill(), serving)
  throw new Error(`the registry does not answer at ${address}: ${String(stderr).slice(-500)}`)
}
