import { spawn } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownSurroundings } from '../../ci/own-surroundings.mjs'
import { packageRoot } from '../../src/engine/package-root.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import {
  isRunning,
  readRecord,
  recordProcess,
  stopProcess,
  writeRecord,
  type ProcessRecord,
} from '../process-record.ts'
import { signingConfig, splitCertificates, trustedRoot } from './documents.ts'
import { freePorts } from './free-ports.ts'
import { issueToken, newIssuerKey } from './issuer.ts'
import type { SigstorePrograms } from './programs.ts'

/** The parts of a private Sigstore, in the order in which they start. */
export const parts = ['issuer', 'fulcio', 'rekor', 'timestamps'] as const
export type Part = (typeof parts)[number]

/** A private Sigstore on loopback. Its state is in one directory, and it outlives the process that started it. */
export interface SigstoreInstance {
  directory: string
  /** Address of each part. */
  urls: Record<Part, string>
  processes: Record<Part, ProcessRecord>
}

const HOST = '127.0.0.1'
const START_SECONDS = 30

/** The paths of the documents for signing and verifying. */
export function documentsOf(directory: string): { signingConfig: string; trustedRoot: string } {
  return { signingConfig: join(directory, 'signing-config.json'), trustedRoot: join(directory, 'trusted-root.json') }
}

/**
 * Starts an issuer, a certificate authority, a transparency log and a timestamp authority, all new, on free ports of
 * loopback, and writes the signing configuration and the trusted root. An earlier instance in the directory is stopped
 * and removed: keys live as long as the instance. If the address of a further issuer is given, its tokens are trusted
 * as those of a GitHub workflow. Throws `ENGINE` if a part does not start.
 */
export async function startSigstore(
  directory: string,
  programs: SigstorePrograms,
  workflowIssuer?: string,
): Promise<SigstoreInstance> {
  await stopSigstore(directory)
  await rm(directory, { recursive: true, force: true })
  await mkdir(join(directory, 'log-entries'), { recursive: true, mode: 0o700 })
  const ports = await choosePorts()
  const url = (port: number) => `http://${HOST}:${port}`
  const urls: SigstoreInstance['urls'] = {
    issuer: url(ports.issuer),
    fulcio: url(ports.fulcio),
    rekor: url(ports.rekor),
    timestamps: url(ports.timestamps),
  }
  const rekorKeys = generateKeyPairSync('ed25519')
  const since = new Date(Date.now() - 60_000)
  const commands = commandsOf(
    programs,
    ports,
    urls.issuer,
    await writeSecrets(directory, issuersOf(urls.issuer, workflowIssuer), rekorKeys.privateKey),
  )
  const ready: Record<Part, string> = {
    issuer: `${urls.issuer}/.well-known/openid-configuration`,
    fulcio: `${urls.fulcio}/api/v2/trustBundle`,
    rekor: `${urls.rekor}/healthz`,
    timestamps: `${urls.timestamps}/api/v1/timestamp/certchain`,
  }
  const processes: Partial<Record<Part, ProcessRecord>> = {}
  try {
    for (const part of parts) {
      processes[part] = await startPart(directory, part, commands[part])
      await writeRecord(recordPath(directory), { directory, urls, processes })
      await answer(directory, part, ready[part], processes[part])
    }
    const bundle = (await (await fetch(ready.fulcio)).json()) as { chains: Array<{ certificates: string[] }> }
    const facts = {
      issuer: urls.issuer,
      fulcio: { url: urls.fulcio, chain: (bundle.chains[0]?.certificates ?? []).flatMap(splitCertificates) },
      rekor: {
        url: urls.rekor,
        publicKey: createPublicKey(rekorKeys.privateKey).export({ type: 'spki', format: 'pem' }).toString(),
      },
      timestamps: { url: urls.timestamps, chain: splitCertificates(await (await fetch(ready.timestamps)).text()) },
      since,
    }
    const documents = documentsOf(directory)
    await writeFile(documents.signingConfig, signingConfig(facts))
    await writeFile(documents.trustedRoot, trustedRoot(facts))
    return { directory, urls, processes: processes as Record<Part, ProcessRecord> }
  } catch (error) {
    await stopSigstore(directory)
    throw error
  }
}

type Ports = Record<Part | 'fulcioGrpc' | 'fulcioMetrics' | 'rekorGrpc' | 'rekorMetrics', number>

async function choosePorts(): Promise<Ports> {
  const [
    issuer = 0,
    fulcio = 0,
    fulcioGrpc = 0,
    fulcioMetrics = 0,
    rekor = 0,
    rekorGrpc = 0,
    rekorMetrics = 0,
    timestamps = 0,
  ] = await freePorts(8)
  return { issuer, fulcio, fulcioGrpc, fulcioMetrics, rekor, rekorGrpc, rekorMetrics, timestamps }
}

/** Paths of the parts' configuration; all but the log's entries are readable by the owner only. */
interface PartFiles {
  issuerKey: string
  rekorKey: string
  fulcioConfig: string
  logEntries: string
}

/** The issuers that Fulcio trusts, and what it writes into a certificate for their tokens. */
function issuersOf(issuer: string, workflowIssuer: string | undefined): Record<string, object> {
  const types = { [issuer]: 'email', ...(workflowIssuer === undefined ? {} : { [workflowIssuer]: 'github-workflow' }) }
  return Object.fromEntries(
    Object.entries(types).map(([url, type]) => [url, { IssuerURL: url, ClientID: 'sigstore', Type: type }]),
  )
}

async function writeSecrets(directory: string, issuers: object, rekorKey: KeyObject): Promise<PartFiles> {
  const secret = async (name: string, content: string) => {
    await writeFile(join(directory, name), content, { mode: 0o600 })
    return join(directory, name)
  }
  return {
    issuerKey: await secret('issuer.key', newIssuerKey()),
    rekorKey: await secret('rekor.key', rekorKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    fulcioConfig: await secret('fulcio.json', JSON.stringify({ OIDCIssuers: issuers })),
    logEntries: join(directory, 'log-entries'),
  }
}

/** How each part is started. */
function commandsOf(
  programs: SigstorePrograms,
  ports: Ports,
  issuer: string,
  files: PartFiles,
): Record<Part, string[]> {
  return {
    issuer: [process.execPath, join(packageRoot, 'ci/loadline.mjs'), 'sigstore', 'issuer', files.issuerKey, issuer],
    fulcio: [
      programs.fulcio,
      'serve',
      `--host=${HOST}`,
      `--port=${ports.fulcio}`,
      `--grpc-host=${HOST}`,
      `--grpc-port=${ports.fulcioGrpc}`,
      `--metrics-port=${ports.fulcioMetrics}`,
      `--legacy-unix-domain-socket=@loadline-fulcio-${ports.fulcio}`,
      '--ca=ephemeralca',
      '--ct-log-url=',
      `--config-path=${files.fulcioConfig}`,
    ],
    rekor: [
      programs.rekor,
      'serve',
      `--http-address=${HOST}`,
      `--http-port=${ports.rekor}`,
      `--grpc-address=${HOST}`,
      `--grpc-port=${ports.rekorGrpc}`,
      `--http-metrics-port=${ports.rekorMetrics}`,
      `--hostname=${HOST}`,
      `--signer-filepath=${files.rekorKey}`,
      `--storage-dir=${files.logEntries}`,
      '--checkpoint-interval=1s',
    ],
    timestamps: [programs.timestamps, `-host=${HOST}`, `-port=${ports.timestamps}`],
  }
}

/** Stops the instance of a directory, if there is one. Its documents are kept, so that what it signed can still be verified. */
export async function stopSigstore(directory: string): Promise<void> {
  const record = await readRecord<{ processes: Partial<Record<Part, ProcessRecord>> }>(recordPath(directory))
  for (const process of Object.values(record?.processes ?? {})) await stopProcess(process, 5)
}

/** The instance of a directory, and which of its parts are running; undefined if there never was one. */
export async function findSigstore(
  directory: string,
): Promise<{ instance: SigstoreInstance; running: Part[] } | undefined> {
  const instance = await readRecord<SigstoreInstance>(recordPath(directory))
  if (instance === undefined || !existsSync(documentsOf(directory).trustedRoot)) return undefined
  return { instance, running: parts.filter((part) => isRunning(instance.processes[part])) }
}

/**
 * An identity token of the instance's issuer. Anyone who can read the directory can get one for any name: this is for
 * trying things out.
 */
export async function identityToken(
  { directory, urls }: SigstoreInstance,
  email: string,
  lifetimeSeconds: number,
): Promise<string> {
  return issueToken(await readFile(join(directory, 'issuer.key'), 'utf8'), {
    issuer: urls.issuer,
    email,
    now: new Date(),
    lifetimeSeconds,
  })
}

async function startPart(directory: string, part: Part, [program = '', ...argv]: string[]): Promise<ProcessRecord> {
  const log = await open(join(directory, `${part}.log`), 'w')
  const child = spawn(program, argv, {
    ...ownSurroundings(),
    cwd: directory,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  child.on('error', () => undefined) // Reported below: there is no process.
  child.unref()
  await log.close()
  const record = child.pid === undefined ? undefined : recordProcess(child.pid)
  if (record === undefined)
    throw new DeliveryError('ENGINE', `failed to start ${part} of the private Sigstore`, `Check ${program}.`)
  return record
}

async function answer(directory: string, part: Part, url: string, process: ProcessRecord): Promise<void> {
  for (let waited = 0; waited < START_SECONDS * 20 && isRunning(process); waited += 1) {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    if (response?.ok) return
    await sleep(50)
  }
  const logFile = join(directory, `${part}.log`)
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n')
  throw new DeliveryError(
    'ENGINE',
    `${part} of the private Sigstore ${isRunning(process) ? `did not answer within ${START_SECONDS} s` : 'exited before it answered'}:\n${lines}`,
    `See ${logFile}.`,
  )
}

function recordPath(directory: string): string {
  return join(directory, 'instance.json')
}
