import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { sealed } from '../../ci/run/choose-engine.ts'
import { engineVersion } from '../../src/engine/engine-version.ts'
import { forwarding, listenHere, ownNetwork, type OwnNetwork } from './own-network.ts'

/** An engine beside the sealed toolchain's, as it would be on a second machine. */
export interface SecondEngine {
  /** For `--engine`. */
  address: string
  /** Of its machine, as its sessions say. */
  name: string
  /** Ends it, and removes its network and everything that it kept. */
  end(): Promise<void>
}

/** What of the running engine's container becomes another's. */
interface Bundle {
  hostname: string
  root: { path: string }
  process: { args: string[] }
  mounts: Array<{ destination: string; source: string }>
  linux: { namespaces: Array<{ type: string; path?: string }> }
}

const port = 1234
const startSeconds = 60

/**
 * Starts a second engine from the parts of the running sealed one: with a root, a state and a network of its own, it shares no cache with the first, and nothing but the cable joins them.
 * It finds every image of the lock file where the first one does, in the sealed registry, which is served to it over that cable.
 */
export async function secondEngine(): Promise<SecondEngine> {
  const { cacheDirectory, registry } = await (await sealed({ say: () => undefined })).status()
  if (registry === undefined) throw new Error('a second engine needs the sealed toolchain to run: "loadline engine up"')
  const directory = mkdtempSync(join(tmpdir(), 'loadline-second-'))
  const name = basename(directory).toLowerCase()
  const runc = ['--root', join(directory, 'runc')]
  const network = await ownNetwork(214)
  const images = forwarding(registry)
  let container: Promise<unknown> | undefined
  const end = async () => {
    await execa('runc', [...runc, 'delete', '--force', name], { reject: false })
    await container
    images.close()
    await network.end()
    await execa('rm', ['-rf', '--one-file-system', directory])
  }
  try {
    for (const made of ['state', 'sockets']) mkdirSync(join(directory, made))
    mkdirSync(join(directory, 'root'))
    // The first engine runs meanwhile: what it knows of its containers' networks comes and goes.
    const unchanging = ['--exclude=./var/lib/cni/*', '--directory', join(cacheDirectory, 'engine', 'root'), '.']
    await execa('tar', ['--create', '--one-file-system', ...unchanging], { stdout: 'pipe', buffer: false }).pipe(
      'tar',
      ['--extract', '--preserve-permissions', '--directory', join(directory, 'root')],
    )
    const mirror = await listenHere(images, network.here)
    writeFileSync(
      join(directory, 'engine.json'),
      JSON.stringify(mirrored(readJson(join(cacheDirectory, 'engine', 'engine.json')), mirror)),
    )
    writeFileSync(
      join(directory, 'config.json'),
      JSON.stringify(
        another(readJson(join(cacheDirectory, 'engine', 'bundle', 'config.json')), directory, name, network),
      ),
    )

    const log = join(directory, 'log')
    // Whoever kills this process leaves no engine behind: runc hands the signal on.
    container = execa('setpriv', ['--pdeathsig', 'TERM', 'runc', ...runc, 'run', '--bundle', directory, name], {
      reject: false,
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: { file: log },
    })
    for (let waited = 0; waited < startSeconds * 10; waited += 1) {
      if ((await engineVersion({ host: network.there, port })) !== undefined)
        return { address: `tcp://${network.there}:${port}`, name, end }
      await sleep(100)
    }
    throw new Error(
      `the second engine did not answer within ${startSeconds} s:\n${readFileSync(log, 'utf8').slice(-2_000)}`,
    )
  } catch (error) {
    await end()
    throw error
  }
}

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8')) as Content
}

/** Looks for the images of every registry at the other end of the cable, those of the sealed registry itself among them. */
function mirrored(configuration: { registries: Record<string, object> }, mirror: string): object {
  const registries = Object.keys(configuration.registries).map((host) => [host, { mirrors: [mirror] }])
  return { ...configuration, registries: { ...Object.fromEntries(registries), [mirror]: { http: true } } }
}

function another(bundle: Bundle, directory: string, name: string, network: OwnNetwork): Bundle {
  const own: Record<string, string> = {
    '/run/dagger': join(directory, 'sockets'),
    '/var/lib/dagger': join(directory, 'state'),
    '/etc/dagger/engine.json': join(directory, 'engine.json'),
  }
  return {
    ...bundle,
    hostname: name,
    root: { ...bundle.root, path: join(directory, 'root') },
    process: { ...bundle.process, args: [...bundle.process.args, '--addr', `tcp://${network.there}:${port}`] },
    mounts: bundle.mounts.map((mount) => ({ ...mount, source: own[mount.destination] ?? mount.source })),
    linux: { ...bundle.linux, namespaces: [...bundle.linux.namespaces, { type: 'network', path: network.namespace }] },
  }
}
