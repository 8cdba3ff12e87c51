import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { dag, type CacheVolume, type Container, type Directory, type Service } from '@dagger.io/dagger'
import { z } from 'zod'
import { beginBuild } from '../../../pipelines/begin-build.ts'
import type { Lock } from '../../../src/model/index.ts'
import { fresh } from '../../../src/engine/fresh.ts'
import { pinnedImage } from '../../../src/engine/pinned-image.ts'
import { requireSuccess, runTool } from '../../../src/engine/run-tool.ts'
import { parseCacheScope } from '../../../src/stages/build/build.ts'
import { readSource } from '../../../src/stages/source/source.ts'
import type { ServerCertificate } from '../../world/authority.ts'
import type { StartedPod } from './kubelet.ts'

const here = fileURLToPath(new URL('./', import.meta.url))

/** What an application's callers and neighbours saw of it. */
const Seen = z.strictObject({
  lines: z.array(z.string()),
  exit: z.int().nullable(),
  process: z.record(z.string(), z.string()).optional(),
  order: z.tuple([z.int(), z.string()]).optional(),
  wrong: z.tuple([z.int(), z.string()]).optional(),
  database: z
    .strictObject({
      version: z.string(),
      rows: z.array(z.strictObject({ id: z.int(), item: z.string() })),
      connections: z.array(z.strictObject({ ssl: z.boolean(), version: z.string().nullable() })),
    })
    .optional(),
  objects: z.record(z.string(), z.string()).optional(),
  series: z.array(z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) })).optional(),
  traced: z.boolean().optional(),
  collected: z.string().optional(),
})
export type Seen = z.infer<typeof Seen>

/** A pod with what surrounds it. Without a store, its start alone is looked at. */
export interface Surroundings {
  pod: StartedPod
  ready: string
  /** Host names of the services, and the certificate that each shows. */
  database: { host: string; password: string; certificate: ServerCertificate }
  store?: { host: string; bucket: string; certificate: ServerCertificate }
  collector?: { host: string; certificate: ServerCertificate; program: string }
  /** What the identity of the workload gives the process. */
  identity: Readonly<Record<string, string>>
  /** The authorities that the watcher itself believes. */
  authorities: string
  trace: string
}

/** The image that a source's own Dockerfile makes, as Loadline builds it: its files, and its entry point and environment. */
export async function builtImage(source: string, lock: Lock): Promise<Container> {
  const request = {
    directory: dag.host().directory(source),
    buildSecrets: new Map(),
    cacheScope: parseCacheScope('scaffold-observed'),
    lock,
    now: new Date(),
    progress: () => undefined,
  }
  const { built } = await beginBuild(await readSource(request), request).image('linux/amd64')
  return dag.container().import_(built.file)
}

/** Runs an image in its surroundings, and gives what was seen. To be called inside a session. */
export async function observe(image: Container, surroundings: Surroundings, lock: Lock): Promise<Seen> {
  const { pod, database, store, collector, identity } = surroundings
  const collected = dag.cacheVolume(`loadline-collected-${randomUUID()}`)
  const python = pinned('docker.io/library/python:3.11-slim-bookworm', lock)
  const entrypoint = [...(await image.entrypoint()), ...(await image.defaultArgs())]
  const environment = Object.fromEntries(
    await Promise.all((await image.envVariables()).map(async (one) => [await one.name(), await one.value()])),
  ) as Record<string, string>
  const plan = {
    ...pod,
    environment: { ...environment, ...pod.environment, ...identity },
    entrypoint,
    identity: { ...pick(pod.environment, /^AWS_/), ...identity, AWS_CA_BUNDLE: '/test/authorities.pem' },
    ready: surroundings.ready,
    bucket: store?.bucket ?? '',
    database: `postgresql://app:${database.password}@${database.host}:5432/app?sslmode=verify-full&sslrootcert=/test/authorities.pem`,
    trace: surroundings.trace,
  }
  let runner = python
    .withMountedDirectory('/image', withFiles(image.rootfs(), pod.files))
    .withMountedDirectory(
      '/test',
      dag
        .directory()
        .withNewFile('observe.py', script('observe.py'))
        .withNewFile('confined.py', script('confined.py'))
        .withNewFile('pod.json', JSON.stringify(plan))
        .withNewFile('authorities.pem', surroundings.authorities),
    )
    .withMountedCache('/collected', collected)
    .withServiceBinding(database.host, postgres(database, lock))
  if (store !== undefined) runner = runner.withServiceBinding(store.host, moto(python, store.certificate))
  if (collector !== undefined)
    runner = runner.withServiceBinding(collector.host, openTelemetry(python, collector, collected))
  const ended = await runTool('observe.py', fresh(runner), ['python3', '/test/observe.py'], {
    insecureRootCapabilities: true,
  })
  requireSuccess('observe.py', ended, 'Read what it says.')
  return Seen.parse(JSON.parse(ended.stdout))
}

function pinned(reference: string, lock: Lock): Container {
  const address = pinnedImage(reference, lock)
  if (address === undefined) throw new Error(`the lock file has no ${reference}`)
  return dag.container().from(address)
}

/** As text: queries that share a list of files change it for each other. */
function script(name: string): string {
  return readFileSync(`${here}${name}`, 'utf8')
}

function pick(from: Readonly<Record<string, string>>, names: RegExp): Record<string, string> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.test(name)))
}

/** Everybody may read mounted files, as a pod's user may by its group. */
function withFiles(root: Directory, files: StartedPod['files']): Directory {
  return Object.entries(files).reduce(
    (current, [path, text]) => current.withNewFile(path, text, { permissions: 0o444 }),
    root,
  )
}

function shown({ cert, key }: ServerCertificate, owner: string): Directory {
  return dag
    .directory()
    .withNewFile('server.pem', cert.toString(), { permissions: 0o644 })
    .withNewFile('server.key', key.toString(), { permissions: 0o600 })
    .chown('/', owner)
}

/** PostgreSQL, which takes connections with TLS and without. */
function postgres({ password, certificate }: Surroundings['database'], lock: Lock): Service {
  const server = pinned('docker.io/library/postgres:17-bookworm', lock)
    .withEnvVariable('POSTGRES_DB', 'app')
    .withEnvVariable('POSTGRES_USER', 'app')
    .withEnvVariable('POSTGRES_PASSWORD', password)
    .withDirectory('/tls', shown(certificate, '999:999'), { owner: '999:999' })
  return fresh(server)
    .withExposedPort(5432)
    .asService({
      useEntrypoint: true,
      args: ['postgres', ...settings({ ssl: 'on', ssl_cert_file: '/tls/server.pem', ssl_key_file: '/tls/server.key' })],
    })
}

function settings(of: Readonly<Record<string, string>>): string[] {
  return Object.entries(of).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** moto, a server by others that answers as S3 does. */
function moto(python: Container, certificate: ServerCertificate): Service {
  const requirements = '/moto/requirements.txt'
  const install = ['pip', 'install', '--quiet', '--require-hashes', '--only-binary', ':all:', '--target', '/moto/site']
  const installed = python
    .withNewFile(requirements, script('moto-requirements.txt'))
    .withExec([...install, '--requirement', requirements])
    .withEnvVariable('PYTHONPATH', '/moto/site')
    // Every host name is that of the store, and none that of a bucket.
    .withEnvVariable('S3_IGNORE_SUBDOMAIN_BUCKETNAME', 'true')
    .withDirectory('/tls', shown(certificate, '0:0'))
  const tls = ['--ssl', '--ssl-cert', '/tls/server.pem', '--ssl-key', '/tls/server.key']
  return fresh(installed)
    .withExposedPort(443)
    .asService({ args: ['python3', '-m', 'moto.server', '--host', '0.0.0.0', '--port', '443', ...tls] })
}

/** The OpenTelemetry collector, which takes OTLP over TLS alone and writes what it gets to a file. */
function openTelemetry(
  python: Container,
  { certificate, program }: NonNullable<Surroundings['collector']>,
  collected: CacheVolume,
): Service {
  const configuration = {
    receivers: {
      otlp: {
        protocols: {
          http: { endpoint: '0.0.0.0:4318', tls: { cert_file: '/tls/server.pem', key_file: '/tls/server.key' } },
        },
      },
    },
    exporters: { debug: { verbosity: 'detailed', use_internal_logger: false } },
    service: { pipelines: { traces: { receivers: ['otlp'], exporters: ['debug'] } } },
  }
  const server = python
    .withFile('/collector', dag.host().file(program))
    .withNewFile('/collector.yaml', JSON.stringify(configuration))
    .withDirectory('/tls', shown(certificate, '0:0'))
    .withMountedCache('/collected', collected)
  return fresh(server)
    .withExposedPort(4318)
    .asService({ args: ['sh', '-c', 'exec /collector --config /collector.yaml >/collected/log 2>&1'] })
}
