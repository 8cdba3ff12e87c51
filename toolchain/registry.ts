import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeliveryError } from '../src/model/errors.ts'
import { ownSurroundings } from '../ci/own-surroundings.mjs'
import { writeAtomically, type Cache } from './cache.ts'
import { findCommand } from './prerequisites.ts'
import { isRunning, readRecord, recordProcess, stopProcess, writeRecord, type ProcessRecord } from './process-record.ts'

/** Where the loopback registry answers, by plain HTTP. */
export interface Registry {
  host: '127.0.0.1'
  port: number
}

type RegistryRecord = ProcessRecord & { port: number }

const HOST = '127.0.0.1'
const PREFERRED_PORT = 5000
const START_SECONDS = 15

/** The registry of this cache, when it is running and answers. */
export async function runningRegistry(cache: Cache): Promise<Registry | undefined> {
  const record = await readRecord<RegistryRecord>(recordPath(cache))
  if (record === undefined || !isRunning(record)) return undefined
  return (await answers(record.port)) ? { host: HOST, port: record.port } : undefined
}

/**
 * Starts Debian's docker-registry on loopback, or finds it running. It outlives this process. The port is `LOADLINE_REGISTRY_PORT`,
 * else the one used before, else 5000, else any free one; a port in use by another program is skipped unless it was asked for.
 * @throws DeliveryError `ENGINE` when it does not come up.
 */
export async function startRegistry(cache: Cache, env: NodeJS.ProcessEnv = process.env): Promise<Registry> {
  const running = await runningRegistry(cache)
  if (running !== undefined) return running
  const before = await readRecord<RegistryRecord>(recordPath(cache))
  if (before !== undefined) await stopProcess(before, 5)

  const port = await choosePort(env.LOADLINE_REGISTRY_PORT, before?.port)
  await mkdir(cache.path('registry', 'data'), { recursive: true })
  const configuration = cache.path('registry', 'config.yml')
  await writeAtomically(configuration, registryConfiguration(cache.path('registry', 'data'), port))
  const logFile = cache.path('registry', 'log')
  const log = await open(logFile, 'w')
  const child = spawn(await findCommand('docker-registry'), ['serve', configuration], {
    ...ownSurroundings(),
    cwd: cache.path('registry'),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  child.unref()
  await log.close()
  const record = child.pid === undefined ? undefined : recordProcess(child.pid)
  if (record !== undefined) await writeRecord(recordPath(cache), { ...record, port })
  for (let waited = 0; waited < START_SECONDS * 20 && child.exitCode === null; waited += 1) {
    if (await answers(port)) return { host: HOST, port }
    await sleep(50)
  }
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n')
  throw new DeliveryError(
    'ENGINE',
    `the loopback registry did not answer on ${HOST}:${port} within ${START_SECONDS} s:\n${lines}`,
    `See ${logFile}, or choose another port with LOADLINE_REGISTRY_PORT.`,
  )
}

/** Stops the registry of this cache. Its content stays. */
export async function stopRegistry(cache: Cache): Promise<void> {
  const record = await readRecord<RegistryRecord>(recordPath(cache))
  if (record !== undefined) await stopProcess(record, 5)
}

/** Whether the registry holds exactly this digest under a repository and tag. */
export async function registryHolds(
  registry: Registry,
  repository: string,
  tag: string,
  digest: string,
): Promise<boolean> {
  const response = await fetch(`http://${registry.host}:${registry.port}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json' },
  })
  return response.ok && response.headers.get('docker-content-digest') === digest
}

function registryConfiguration(storage: string, port: number): string {
  // JSON is YAML, and it quotes every path.
  return JSON.stringify({
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: storage },
      cache: { blobdescriptor: 'inmemory' },
      delete: { enabled: true },
    },
    http: { addr: `${HOST}:${port}`, secret: randomBytes(16).toString('hex') },
  })
}

function recordPath(cache: Cache): string {
  return cache.path('registry', 'process.json')
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${HOST}:${port}/v2/`, { signal: AbortSignal.timeout(2_000) })
    return response.ok && response.headers.get('docker-distribution-api-version') === 'registry/2.0'
  } catch {
    return false
  }
}

async function choosePort(asked: string | undefined, before: number | undefined): Promise<number> {
  if (asked !== undefined && asked !== '') {
    const port = Number(asked)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new DeliveryError(
        'PREREQUISITE',
        `expected LOADLINE_REGISTRY_PORT to be a port number, found "${asked}"`,
        'Set it to a port number, 1 to 65535, or unset it.',
      )
    }
    if ((await bindable(port)) === undefined) {
      throw new DeliveryError(
        'PREREQUISITE',
        `port ${port} on ${HOST}, set by LOADLINE_REGISTRY_PORT, is in use by another program`,
        'Choose another port, or unset the variable.',
      )
    }
    return port
  }
  for (const port of [before ?? PREFERRED_PORT, PREFERRED_PORT, 0]) {
    const bound = await bindable(port)
    if (bound !== undefined) return bound
  }
  throw new DeliveryError('PREREQUISITE', `failed to open a port on ${HOST}`, 'Bring the loopback interface up.')
}

/** The port that a listener got (any free one for port 0); undefined when it is in use. */
async function bindable(port: number): Promise<number | undefined> {
  const server = createServer()
  return new Promise((settle) => {
    server.once('error', () => settle(undefined))
    server.listen({ host: HOST, port }, () => {
      const address = server.address()
      server.close(() => settle(address !== null && typeof address === 'object' ? address.port : undefined))
    })
  })
}
