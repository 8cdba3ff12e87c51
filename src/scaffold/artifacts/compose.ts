import type { Application } from '../application.ts'
import { backingServices, type BackingService } from '../backing-services.ts'
import { runtimeOf } from '../resources.ts'
import { stopSeconds, user } from '../runtimes.ts'
import { yamlFile } from '../yaml-file.ts'
import { certificateArguments, certificateMount, certificateService, certificateVolume } from './compose-certificate.ts'
import {
  deploymentEnvironment,
  doubled,
  openSettings,
  passwordFiles,
  secretValue,
  secretVariables,
} from './environment.ts'

/** compose.yaml: one host, with the same hardening as a cluster. https://github.com/compose-spec/compose-spec/blob/main/spec.md */
export function compose(application: Application): string {
  const { name, image, port, needs, language, healthcheck, databaseTls } = application
  const runtime = runtimeOf(application)
  const files = passwordFiles(application).map(({ service }) => backingServices[service].secretFile)
  const variables = secretVariables(application)
  const open = openSettings(application)
  const environment = {
    ...doubled(deploymentEnvironment(application, { collector: 'http://collector', hostOf: (service) => service })),
    ...Object.fromEntries(
      open.map((setting) => [setting.name, `\${${setting.name}:?set it in .env, ${readerOf(setting)} reads it}`]),
    ),
  }
  const digestVariable = `${name.toUpperCase().replaceAll('-', '_')}_DIGEST`
  return yamlFile(comment(application, digestVariable), {
    name,
    services: {
      [name]: {
        image: `${image}@\${${digestVariable}:?set it to the digest that the release printed}`,
        ...hardened(`${user}:${user}`),
        ...(Object.keys(environment).length === 0 ? {} : { environment }),
        ...(variables.length === 0
          ? {}
          : { env_file: [{ path: `./secrets/${name}.env`, required: true, format: 'raw' }] }),
        ports: [`127.0.0.1:${port}:${port}`],
        networks: ['edge', ...needs],
        ...(files.length === 0 ? {} : { secrets: files }),
        ...(needs.length === 0
          ? {}
          : {
              depends_on: Object.fromEntries(
                needs.map((need) => [need, { condition: 'service_healthy', restart: true }]),
              ),
            }),
        ...(databaseTls === undefined ? {} : { volumes: [certificateMount] }),
        tmpfs: [`/tmp:size=${runtime.temporary}m,mode=1777,noexec,nosuid,nodev`],
        security_opt: ['no-new-privileges:true', 'seccomp=./deploy/seccomp.json'],
        healthcheck: {
          test: ['CMD', ...healthcheck],
          interval: `${runtime.healthcheckSeconds}s`,
          timeout: language === 'java' ? '5s' : '3s',
          retries: 3,
          start_period: `${runtime.startSeconds * 2}s`,
        },
        deploy: {
          resources: {
            limits: { cpus: String(runtime.cpu.limit / 1000), memory: `${runtime.memory}M`, pids: 256 },
            reservations: { cpus: String(runtime.cpu.request / 1000), memory: `${runtime.memory}M` },
          },
        },
        stop_grace_period: `${stopSeconds.atMost}s`,
      },
      ...backingServicesOf(application),
    },
    networks: {
      // The proxy and the collector join this one; a service of the application's own never does.
      edge: { driver: 'bridge' },
      ...Object.fromEntries(needs.map((need) => [need, { driver: 'bridge', internal: true }])),
    },
    ...stores(application, files),
  })
}

/** What reads a setting, in a message of Compose: a path with another sign could end it, or name a variable. */
function readerOf({ path }: { path: string }): string {
  return /^[\w./@ -]+$/.test(path) ? path : 'the code'
}

/** Volumes, and secrets as files: what lasts. */
function stores({ needs, databaseTls }: Application, files: readonly string[]): object {
  if (needs.length === 0) return {}
  const volumes = [...needs.map((need) => `${need}-data`), ...(databaseTls === undefined ? [] : [certificateVolume])]
  const secrets = needs.flatMap((need) => Object.keys(secretsOf(need, files)))
  return {
    volumes: Object.fromEntries(volumes.map((volume) => [volume, {}])),
    secrets: Object.fromEntries(secrets.map((file) => [file, { file: `./secrets/${file}` }])),
  }
}

/** What a person must put beside the file before anything starts. */
function comment(application: Application, digestVariable: string): string {
  const { name, needs } = application
  const files = passwordFiles(application).map(({ service }) => backingServices[service].secretFile)
  const holdings = [
    ...needs.flatMap((need) =>
      Object.entries(secretsOf(need, files)).map(([file, holds]) => `secrets/${file} (${holds})`),
    ),
    ...secretVariables(application).map(
      (variable) =>
        `secrets/${name}.env (${variable.name}=${secretValue(application, variable, variable.group, 'PASSWORD', application.databaseTls?.query)})`,
    ),
  ]
  const digests = [digestVariable, ...needs.map((need) => `${need.toUpperCase()}_DIGEST`)]
  const secrets = `Secrets are files in a directory that only its owner may enter, and are never in version control: ${holdings.join(', ')}.`
  return [
    `${name} on one host. It starts images only by digest: set ${digests.join(' and ')} in .env, as sha256:...`,
    ...(holdings.length === 0 ? [] : [secrets]),
    'The published port is on loopback: put a reverse proxy with TLS in front of it, by a file of its own (compose.override.yaml).',
  ].join(' ')
}

/** Secrets by file, of the service itself and of the application: the same file if both read it. */
function secretsOf(need: BackingService, ofApplication: readonly string[]): Readonly<Record<string, string>> {
  const { compose: own, secretFile } = backingServices[need]
  return { ...(ofApplication.includes(secretFile) ? { [secretFile]: 'the password alone' } : {}), ...own.secrets }
}

/** Each service, and for a database that is verified the one that makes its certificate before. */
function backingServicesOf({ needs, databaseTls }: Application): Record<string, unknown> {
  const own = Object.fromEntries(needs.map((need) => [need, backingService(need)]))
  if (databaseTls === undefined) return own
  const { compose: database } = backingServices.postgres
  const made = { 'postgres-certificate': { condition: 'service_completed_successfully' } }
  const postgres = backingService('postgres')
  return {
    ...own,
    'postgres-certificate': certificateService(imageOf('postgres'), hardened(database.user)),
    postgres: {
      ...postgres,
      command: certificateArguments,
      depends_on: made,
      volumes: [...(postgres['volumes'] as object[]), certificateMount],
    },
  }
}

function imageOf(need: BackingService): string {
  return `${backingServices[need].compose.image}@\${${need.toUpperCase()}_DIGEST:?set it to the digest that you have checked}`
}

function backingService(need: BackingService): Record<string, unknown> {
  const { compose: own } = backingServices[need]
  return {
    image: imageOf(need),
    ...hardened(own.user),
    ...(own.command === undefined ? {} : { command: own.command }),
    ...(Object.keys(own.environment).length === 0 ? {} : { environment: own.environment }),
    networks: [need],
    secrets: Object.keys(own.secrets),
    volumes: [{ type: 'volume', source: `${need}-data`, target: own.data }],
    tmpfs: own.tmpfs,
    security_opt: ['no-new-privileges:true'],
    healthcheck: { test: own.healthcheck, interval: '10s', timeout: '5s', retries: 5, start_period: '30s' },
    deploy: {
      resources: {
        limits: { cpus: '1', memory: own.memory, pids: 256 },
        reservations: { cpus: '0.25', memory: own.memory },
      },
    },
    stop_grace_period: '60s',
  }
}

function hardened(who: string): Record<string, unknown> {
  return {
    user: who,
    read_only: true,
    cap_drop: ['ALL'],
    // A container that keeps failing needs attention, and is not restarted forever.
    restart: 'on-failure:5',
    init: false,
    logging: { driver: 'local', options: { 'max-size': '10m', 'max-file': '5' } },
  }
}
