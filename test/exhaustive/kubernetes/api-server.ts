import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { compiled } from '../../engine/compiled.ts'
import { freePort } from '../../engine/free-port.ts'
import type { KubernetesObject } from '../../engine/kubernetes-objects.ts'
import { kubernetesPrograms } from '../modules.ts'

const host = '127.0.0.1'
const startSeconds = 120

/** What the server says of an object. */
export interface Answer {
  /** 201: it was or would be created. 400 and 422: it is not valid. 403: admission refuses it. */
  status: number
  /** Its reason, where it refuses. */
  said: string
  /** What `kubectl` would print as warnings. */
  warnings: string[]
}

/** A real API server with nothing behind it: no controllers and no nodes, so that nothing ever runs. */
export interface ApiServer {
  /** Creates an object as `kubectl create` does: a field that the server does not know is refused. `dryRun` does all of it, admission included, but keeps nothing. */
  create(object: KubernetesObject, options?: { dryRun: boolean }): Promise<Answer>
  /** Reads one of the server's own documents. */
  read<Content>(path: string): Promise<Content>
  stop(): Promise<void>
}

/** Starts an API server on loopback, with a database behind it that listens on a socket of their own directory. Nobody but the caller has a token. */
export async function startApiServer(): Promise<ApiServer> {
  const programs = await compiled(kubernetesPrograms)
  const directory = mkdtempSync(join(tmpdir(), 'loadline-kubernetes-'))
  const port = await freePort()
  const token = randomBytes(32).toString('hex')
  const own = (name: string, content: string) => writeFileSync(join(directory, name), content, { mode: 0o600 })
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  own('accounts.key', keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString())
  own('accounts.pub', keys.publicKey.export({ type: 'spki', format: 'pem' }).toString())
  own('tokens.csv', `${token},tester,tester,system:masters\n`)

  const start = (program: 'etcd' | 'apiServer', argv: string[]) => {
    const log = { file: join(directory, `${program}.log`) }
    return execa(programs[program], argv, { cwd: directory, reject: false, stdin: 'ignore', stdout: log, stderr: log })
  }
  // etcd makes sockets of these names in its directory; its peers are itself.
  const [clients, peers] = ['unix://clients:1', 'unix://peers:1']
  const processes = [
    start('etcd', [
      '--data-dir=etcd',
      '--unsafe-no-fsync',
      `--listen-client-urls=${clients}`,
      `--advertise-client-urls=${clients}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
    ]),
    start('apiServer', [
      `--bind-address=${host}`,
      `--advertise-address=${host}`,
      `--secure-port=${port}`,
      '--cert-dir=.',
      '--allow-privileged=true',
      `--etcd-servers=${clients}`,
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--token-auth-file=tokens.csv',
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-account-key-file=accounts.pub',
      '--service-account-signing-key-file=accounts.key',
    ]),
  ]
  const stop = async () => {
    for (const process of processes.toReversed()) {
      process.kill()
      await process
    }
    rmSync(directory, { recursive: true, force: true })
  }
  const certificate = join(directory, 'apiserver.crt')
  const ask = (method: 'GET' | 'POST', path: string, body?: unknown) =>
    call({ port, certificate: readFileSync(certificate), token, method, path, body })
  const ready = () =>
    existsSync(certificate)
      ? ask('GET', '/readyz').then(
          ({ status }) => status === 200,
          () => false,
        )
      : false
  for (let waited = 0; !(await ready()); waited += 1) {
    if (waited < startSeconds * 4 && processes.every(({ exitCode }) => exitCode === null)) {
      await sleep(250)
      continue
    }
    const last = ['etcd', 'apiServer']
      .map((name) => readFileSync(join(directory, `${name}.log`), 'utf8').slice(-2000))
      .join('\n')
    await stop()
    throw new Error(`the API server did not become ready:\n${last}`)
  }

  const read = async <Content>(path: string) => {
    const { status, text } = await ask('GET', path)
    if (status !== 200) throw new Error(`the API server answered ${status} for ${path}: ${text}`)
    return JSON.parse(text) as Content
  }
  return {
    async create(object, { dryRun } = { dryRun: false }) {
      const path = `${await pathOf(object, read)}?fieldValidation=Strict&fieldManager=loadline${dryRun ? '&dryRun=All' : ''}`
      const { status, text, warnings } = await ask('POST', path, object)
      return { status, said: status === 201 ? '' : (JSON.parse(text) as { message: string }).message, warnings }
    },
    read,
    stop,
  }
}

/** Where objects of a kind are created, as the server's own list of resources says it. */
async function pathOf(
  { apiVersion, kind, metadata: { namespace } }: KubernetesObject,
  read: ApiServer['read'],
): Promise<string> {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const { resources } = await read<{ resources: Array<{ name: string; kind: string; namespaced: boolean }> }>(group)
  const resource = resources.find(({ name, kind: known }) => known === kind && !name.includes('/'))
  if (resource === undefined) throw new Error(`the API server does not know the kind ${kind} of ${apiVersion}`)
  return `${group}/${resource.namespaced ? `namespaces/${namespace ?? 'default'}/` : ''}${resource.name}`
}

interface Call {
  port: number
  /** What the server made for itself when it started. */
  certificate: Buffer
  token: string
  method: string
  path: string
  body: unknown
}

function call({
  port,
  certificate,
  token,
  method,
  path,
  body,
}: Call): Promise<{ status: number; text: string; warnings: string[] }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host,
        port,
        path,
        method,
        ca: certificate,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(parts).toString(),
            warnings: [answer.headers['warning'] ?? []].flat(),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
