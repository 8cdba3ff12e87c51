import type { Application, BackingService } from '../application.ts'
import { backingServices } from '../backing-services.ts'
import { runtimes, stopSeconds, user } from '../runtimes.ts'
import { yamlFile } from '../yaml-file.ts'
import { deploymentEnvironment } from './environment.ts'

/** compose.yaml: one host, with the same hardening as a cluster. https://github.com/compose-spec/compose-spec/blob/main/spec.md */
export function compose(application: Application): string {
  const { name, image, port, needs, language, healthcheck } = application
  const runtime = runtimes[language]
  const digestVariable = `${name.toUpperCase().replaceAll('-', '_')}_DIGEST`
  return yamlFile(
    `${name} on one host. It starts images only by digest: set ${[digestVariable, ...needs.map((need) => `${need.toUpperCase()}_DIGEST`)].join(' and ')} in .env, as sha256:...${
      needs.length === 0
        ? ''
        : ` Secrets are files in a directory that only its owner may enter, and are never in version control: ${needs
            .flatMap((need) => Object.entries(secretsOf(need)))
            .map(([file, holds]) => `secrets/${file} (${holds})`)
            .join(', ')}.`
    } The published port is on loopback: put a reverse proxy with TLS in front of it.`,
    {
      name,
      services: {
        [name]: {
          image: `${image}@\${${digestVariable}:?set it to the digest that the release printed}`,
          ...hardened(`${user}:${user}`),
          environment: deploymentEnvironment(application, {
            collector: 'http://collector:4318',
            hostOf: (service) => service,
          }),
          ports: [`127.0.0.1:${port}:${port}`],
          networks: ['edge', ...needs],
          ...(needs.length === 0
            ? {}
            : {
                secrets: needs.map((need) => backingServices[need].secret.file),
                depends_on: Object.fromEntries(
                  needs.map((need) => [need, { condition: 'service_healthy', restart: true }]),
                ),
              }),
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
        ...Object.fromEntries(needs.map((need) => [need, backingService(need)])),
      },
      networks: {
        // The proxy and the collector join this one; a service of the application's own never does.
        edge: { driver: 'bridge' },
        ...Object.fromEntries(needs.map((need) => [need, { driver: 'bridge', internal: true }])),
      },
      ...(needs.length === 0
        ? {}
        : {
            volumes: Object.fromEntries(needs.map((need) => [`${need}-data`, {}])),
            secrets: Object.fromEntries(
              needs
                .flatMap((need) => Object.keys(secretsOf(need)))
                .map((file) => [file, { file: `./secrets/${file}` }]),
            ),
          }),
    },
  )
}

/** Secrets by file, of the service itself and of the application: the same file if both read it. */
function secretsOf(need: BackingService): Readonly<Record<string, string>> {
  const { compose: own, secret } = backingServices[need]
  return { [secret.file]: 'the password alone', ...own.secrets }
}

function backingService(need: BackingService): Record<string, unknown> {
  const { compose: own } = backingServices[need]
  return {
    image: `${own.image}@\${${need.toUpperCase()}_DIGEST:?set it to the digest that you have checked}`,
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
