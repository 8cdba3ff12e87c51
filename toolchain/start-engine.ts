import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeliveryError } from '../src/model/errors.ts'
import { writeAtomically, type Cache } from './cache.ts'
import { contentKey } from './content-key.ts'
import { effectiveCapabilities, engineBundle, engineConfiguration, type EngineParts } from './engine-bundle.ts'
import { ownSurroundings } from '../ci/own-surroundings.mjs'
import { engineVersion } from '../src/engine/engine-version.ts'
import { findCommand } from './prerequisites.ts'
import { isRunning, readRecord, recordProcess, stopProcess, writeRecord, type ProcessRecord } from './process-record.ts'
import type { Registry } from './registry.ts'
import { runProgram } from './run-program.ts'

/** A running engine. */
export interface Engine {
  /** Address for Dagger's clients, `unix:///.../engine.sock`. */
  runnerHost: string
  version: string
  pid: number
}

/** What an engine is started from. */
export interface EngineInputs {
  /** Tar of the root file system. */
  root: string
  binaries: EngineParts['binaries']
  /** Absent for an engine that runs no modules. */
  runtime: EngineParts['runtime']
  registry: Registry
  /** The version that it must report, e.g. `v0.21.8`. */
  version: string
}

type EngineRecord = ProcessRecord & { key: string; version: string }

/** The engine's network interface: its default network is named `dagger`. */
const BRIDGE = 'dagger0'
const START_SECONDS = 60
/** An engine whose predecessor was killed first deletes that one's cache, file by file: 20 GB took 110 s. */
const WIPE_SECONDS = 900
/** What it logs in that case. */
const WIPES = 'local cache state invalid; resetting'
const BUSY_SECONDS = 600
/** On exit the engine writes its caches to disk, for which it allows itself 5 minutes; killed earlier, it loses them all. */
const STOP_SECONDS = 310

/** The engine of this cache directory, when it runs and answers with the version it was started with. */
export async function runningEngine(cache: Cache): Promise<(Engine & { key: string }) | undefined> {
  const record = await readRecord<EngineRecord>(recordPath(cache))
  if (record === undefined || !isRunning(record)) return undefined
  const version = await engineVersion({ path: socketPath(cache) })
  if (version !== record.version) return undefined
  return { runnerHost: `unix://${socketPath(cache)}`, version, pid: record.pid, key: record.key }
}

/**
 * Starts the engine in a root file system of its own, or finds it running with the same inputs. It outlives this process. One that runs
 * with other inputs is replaced once nobody is connected to it.
 * @throws DeliveryError `PREREQUISITE` when another engine uses this machine's network, `ENGINE` when it does not come up or is not left
 *   by its users within 10 minutes.
 */
export async function startEngine(
  cache: Cache,
  inputs: EngineInputs,
  say: (detail: string) => void,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Engine> {
  const parts = engineParts(cache, inputs)
  const bundle = JSON.stringify(engineBundle(parts, env), null, 2)
  const configuration = JSON.stringify(engineConfiguration(inputs.registry), null, 2)
  const key = contentKey({ bundle, configuration, root: inputs.root })
  const running = await runningEngine(cache)
  if (running?.key === key) return running
  if (running !== undefined) await waitUntilIdle(say, signal)
  await stopEngine(cache)
  await refuseSecondEngine(cache)
  await removeLeftBridge()

  await layOutBundle(cache, parts, inputs.root, { bundle, configuration })
  const logFile = cache.path('engine', 'log')
  await rename(logFile, `${logFile}.previous`).catch(() => undefined)
  const pid = await runContainer(cache, parts.name, logFile)
  const record = recordProcess(pid)
  if (record !== undefined) await writeRecord(recordPath(cache), { ...record, key, version: inputs.version })
  const come = record === undefined ? { seconds: 0, ended: true } : await comingUp(cache, record, logFile, say, signal)
  if ('engine' in come) return come.engine

  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-8).join('\n')
  const found = await engineVersion({ path: socketPath(cache) })
  await stopEngine(cache)
  throw new DeliveryError(
    'ENGINE',
    found === undefined
      ? `the engine ${come.ended ? 'exited before it answered' : `did not answer within ${come.seconds} s`}:\n${lines}`
      : `expected the engine ${inputs.version}, which was built, found one that reports ${found}`,
    `See ${logFile}. To start from scratch, run "loadline engine clean", then the same command.`,
  )
}

/** Rewrites the root file system, with the files that configure and start the engine. */
async function layOutBundle(
  cache: Cache,
  parts: EngineParts,
  root: string,
  { bundle, configuration }: { bundle: string; configuration: string },
): Promise<void> {
  await rm(parts.root, { recursive: true, force: true })
  for (const directory of [parts.root, parts.state, parts.sockets]) await mkdir(directory, { recursive: true })
  await runProgram('tar', [
    '--extract',
    '--file',
    root,
    '--directory',
    parts.root,
    '--numeric-owner',
    '--same-permissions',
  ])
  await writeAtomically(parts.configuration, configuration)
  await writeAtomically(cache.path('engine', 'bundle', 'config.json'), bundle)
  await rm(socketPath(cache), { force: true })
}

/**
 * Waits for the started engine: longer if it first deletes what a killed one left behind. Returns it, or how long it
 * waited and whether the engine has exited.
 */
async function comingUp(
  cache: Cache,
  record: ProcessRecord,
  logFile: string,
  say: (detail: string) => void,
  signal: AbortSignal,
): Promise<{ engine: Engine } | { seconds: number; ended: boolean }> {
  let seconds = START_SECONDS
  const started = Date.now()
  while (Date.now() - started < seconds * 1_000 && isRunning(record)) {
    const engine = await runningEngine(cache)
    if (engine !== undefined) return { engine }
    if (seconds === START_SECONDS && (await readFile(logFile, 'utf8')).includes(WIPES)) {
      seconds = WIPE_SECONDS
      say('the previous engine was killed, so this one deletes its cache first')
    }
    await sleep(50, undefined, { signal })
  }
  return { seconds, ended: !isRunning(record) }
}

/** Stops the engine of this cache, when there is one. Its caches stay. */
export async function stopEngine(cache: Cache): Promise<void> {
  const record = await readRecord<EngineRecord>(recordPath(cache))
  if (record !== undefined) await stopProcess(record, STOP_SECONDS)
  const { name, sockets } = engineNames(cache)
  // A process that was killed between the start of the container and its record leaves one that only runc knows.
  await runProgram(await findCommand('runc'), ['--root', join(sockets, 'runc'), 'delete', '--force', name]).catch(
    () => undefined,
  )
  await rm(recordPath(cache), { force: true })
  await rm(socketPath(cache), { force: true })
}

async function runContainer(cache: Cache, name: string, logFile: string): Promise<number> {
  const log = await open(logFile, 'w')
  const pidFile = cache.path('engine', 'pid')
  const child = spawn(
    await findCommand('runc'),
    [
      '--root',
      join(engineNames(cache).sockets, 'runc'),
      'run',
      '--detach',
      '--bundle',
      cache.path('engine', 'bundle'),
      '--pid-file',
      pidFile,
      name,
    ],
    { ...ownSurroundings(), stdio: ['ignore', log.fd, log.fd], detached: true },
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  await log.close()
  if (code !== 0) {
    const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n')
    throw new DeliveryError(
      'ENGINE',
      `runc could not start the engine:\n${lines}`,
      `The engine needs a root that may mount file systems and create control groups, which an ordinary container does not allow. See ${logFile}.`,
    )
  }
  return Number(await readFile(pidFile, 'utf8'))
}

/** A restart would break the runs of other processes, so it waits for them. */
async function waitUntilIdle(say: (detail: string) => void, signal: AbortSignal): Promise<void> {
  for (let waited = 0; (await connections()) > 0; waited += 1) {
    if (waited === 0) say('waiting for the running engine to become idle before it is replaced')
    if (waited === BUSY_SECONDS) {
      throw new DeliveryError(
        'ENGINE',
        `the running engine is out of date, and other runs have kept it busy for ${BUSY_SECONDS / 60} minutes`,
        'Wait for them to end, or stop it with "loadline engine down", and run the same command again.',
      )
    }
    await sleep(1_000, undefined, { signal })
  }
}

/** Open connections to the engine, which the kernel lists under the socket's name inside the container. */
async function connections(): Promise<number> {
  const connected = /^\S+ \S+ \S+ \S+ \S+ 03 \S+ \/run\/dagger\/engine\.sock$/
  return (await readFile('/proc/net/unix', 'utf8'))
    .split('\n')
    .filter((line) => connected.test(line.trim().replaceAll(/\s+/g, ' '))).length
}

/**
 * The engine binds names and addresses in this machine's network; two would break each other's name service. This
 * cache's own engine is no reason to refuse: it is used or replaced. `processes` is the kernel's directory of them. Throws
 * `PREREQUISITE`.
 */
export async function refuseSecondEngine(cache: Cache, processes = '/proc'): Promise<void> {
  const network = readlinkSync(join(processes, 'self/ns/net'))
  for (const pid of await readdir(processes)) {
    if (!/^[0-9]+$/.test(pid)) continue
    try {
      if (
        (await readFile(join(processes, pid, 'comm'), 'utf8')).trim() !== 'dagger-engine' ||
        readlinkSync(join(processes, pid, 'ns/net')) !== network
      )
        continue
    } catch {
      continue
    }
    const owner = await cacheOf(join(processes, pid, 'environ'))
    if (owner === cache.root) continue
    throw new DeliveryError(
      'PREREQUISITE',
      `another Dagger engine (process ${pid}${owner === undefined ? '' : `, of the cache ${owner}`}) already uses this machine's network, which only one can use`,
      owner === undefined
        ? 'Use it by setting _EXPERIMENTAL_DAGGER_RUNNER_HOST to its address, or stop it.'
        : `Use it by setting LOADLINE_CACHE=${owner}, or stop it: LOADLINE_CACHE=${owner} loadline engine down.`,
    )
  }
}

/** An engine that exits leaves its bridge behind; one with other addresses cannot start on it. */
async function removeLeftBridge(): Promise<void> {
  if (existsSync(`/sys/class/net/${BRIDGE}`)) await runProgram(await findCommand('ip'), ['link', 'delete', BRIDGE])
}

async function cacheOf(environ: string): Promise<string | undefined> {
  const environment = await readFile(environ, 'utf8').catch(() => '')
  return environment
    .split('\0')
    .find((entry) => entry.startsWith('LOADLINE_CACHE='))
    ?.slice('LOADLINE_CACHE='.length)
}

function engineParts(cache: Cache, inputs: EngineInputs): EngineParts {
  return {
    ...engineNames(cache),
    root: cache.path('engine', 'root'),
    state: cache.path('engine', 'state'),
    configuration: cache.path('engine', 'engine.json'),
    binaries: inputs.binaries,
    runtime: inputs.runtime,
    capabilities: effectiveCapabilities(readFileSync('/proc/self/status', 'utf8')),
    cacheRoot: cache.root,
  }
}

/** A socket's path is limited to 107 bytes, which a deep cache directory exceeds: so it is under /run, named after the cache. */
function engineNames(cache: Cache): { name: string; sockets: string } {
  const short = createHash('sha256').update(cache.root).digest('hex').slice(0, 8)
  return { name: `loadline-${short}`, sockets: `/run/loadline/${short}` }
}

function socketPath(cache: Cache): string {
  return join(engineNames(cache).sockets, 'engine.sock')
}

function recordPath(cache: Cache): string {
  return cache.path('engine', 'process.json')
}
