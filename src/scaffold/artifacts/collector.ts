import type { Application, Traces } from '../application.ts'
import { user } from '../runtimes.ts'
import { collectorPort } from '../traces.ts'
import { region } from './aws-policies.ts'
import { noDigestYet } from './environment.ts'

/** The collector at the side of a container: nothing outside of the task or instance reaches loopback. */
export const besideContainer = 'http://127.0.0.1'

/** A collector that a cloud's own vendor builds, and how it hands on what it gets. */
interface Collector {
  title: string
  image: string
  /** Its digest cannot be known here: the document names the version to look it up by. */
  version: string
  /** MiB. */
  memory: number
  exporter: Readonly<Record<string, object>>
  detector: string
  /** Where it says that it works. */
  health: string
}

const collectors: Readonly<Record<'ecs' | 'cloud-run', Collector>> = {
  ecs: {
    title: 'AWS Distro for OpenTelemetry',
    image: 'public.ecr.aws/aws-observability/aws-otel-collector',
    version: 'v0.50.0',
    memory: 128,
    exporter: { awsxray: { region } },
    detector: 'ecs',
    health: '127.0.0.1:13133',
  },
  'cloud-run': {
    title: 'Google-Built OpenTelemetry Collector',
    image: 'us-docker.pkg.dev/cloud-ops-agents-artifacts/google-cloud-opentelemetry-collector/otelcol-google',
    version: '0.160.0',
    // The second generation of the platform starts nothing with less.
    memory: 512,
    exporter: { googlecloud: {} },
    detector: 'gcp',
    // Probes do not come over loopback.
    health: '0.0.0.0:13133',
  },
}

/** CPU units of the collector in a task: a tenth of the traces is little work. */
const taskUnits = 32

/** Its name beside the application: no other container can have it. */
export function collectorName({ name }: Pick<Application, 'name'>): string {
  return `${name}-collector`
}

/** The configuration of a collector: JSON, which is YAML too. It holds no secret: identity is that of the task or instance. */
function configurationOf({ memory, exporter, detector, health }: Collector, tracing: Traces): string {
  const exporters = Object.keys(exporter)
  return JSON.stringify({
    extensions: { health_check: { endpoint: health } },
    receivers: {
      otlp: {
        protocols: {
          [tracing.protocol === 'grpc' ? 'grpc' : 'http']: { endpoint: `127.0.0.1:${collectorPort(tracing)}` },
        },
      },
    },
    processors: {
      // Under pressure traces are refused rather than the container killed.
      memory_limiter: { check_interval: '1s', limit_mib: memory * 0.75, spike_limit_mib: memory * 0.25 },
      resourcedetection: { detectors: ['env', detector] },
      batch: { timeout: '5s' },
    },
    exporters: exporter,
    service: {
      extensions: ['health_check'],
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['memory_limiter', 'resourcedetection', 'batch'], exporters },
      },
    },
  })
}

/** What a container of the task gets when another shares its size: all that the collector leaves. */
export function besideCollector(application: Application, size: { cpu: string; memory: string }): object {
  if (application.tracing === undefined) return {}
  return {
    cpu: Number(size.cpu) - taskUnits,
    memory: Number(size.memory) - collectors.ecs.memory,
    // Started after it and stopped before it, so that the last traces are sent too.
    dependsOn: [{ containerName: collectorName(application), condition: 'START' }],
  }
}

/** MiB of a task that the collector takes. */
export function collectorMemory({ tracing }: Application): number {
  return tracing === undefined ? 0 : collectors.ecs.memory
}

/** The collector of a task. Without it the application still serves, so the task does not end with it. https://aws-otel.github.io/docs/setup/ecs */
export function taskCollector(application: Application, logConfiguration: object): object[] {
  if (application.tracing === undefined) return []
  const own = collectors.ecs
  return [
    {
      name: collectorName(application),
      image: `${own.image}@${noDigestYet}`,
      essential: false,
      cpu: taskUnits,
      memory: own.memory,
      user: `${user}:${user}`,
      readonlyRootFilesystem: true,
      privileged: false,
      linuxParameters: { capabilities: { drop: ['ALL'] }, initProcessEnabled: false },
      environment: [{ name: 'AOT_CONFIG_CONTENT', value: configurationOf(own, application.tracing) }],
      healthCheck: { command: ['CMD', '/healthcheck'], interval: 30, timeout: 5, retries: 3, startPeriod: 10 },
      versionConsistency: 'enabled',
      logConfiguration,
    },
  ]
}

/** The collector of an instance: https://cloud.google.com/stackdriver/docs/instrumentation/opentelemetry-collector-cloud-run. */
export function instanceCollector(application: Application): object[] {
  if (application.tracing === undefined) return []
  const own = collectors['cloud-run']
  const httpGet = { path: '/', port: 13_133 }
  return [
    {
      name: collectorName(application),
      image: `${own.image}@${noDigestYet}`,
      args: ['--config=env:COLLECTOR_CONFIGURATION'],
      env: [{ name: 'COLLECTOR_CONFIGURATION', value: configurationOf(own, application.tracing) }],
      resources: { limits: { cpu: '1', memory: `${own.memory}Mi` } },
      startupProbe: { httpGet, periodSeconds: 3, timeoutSeconds: 2, failureThreshold: 20 },
      livenessProbe: { httpGet, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 3 },
    },
  ]
}

/** An instance starts its application once the collector is ready. */
export function startsAfterCollector(application: Application): Record<string, string> {
  if (application.tracing === undefined) return {}
  return {
    'run.googleapis.com/container-dependencies': JSON.stringify({ [application.name]: [collectorName(application)] }),
  }
}

/** What the document says of it: which version its digest must be of, where traces go, and what that needs. */
export function collectorText(application: Application): string {
  const { targets } = application
  const own = `container \`${collectorName(application)}\``
  const version = (target: keyof typeof collectors) =>
    `(${collectors[target].title} ${collectors[target].version}; insert the digest of that version)`
  return [
    ...(targets.includes('ecs')
      ? [
          ` On ECS that is the ${own} ${version('ecs')}, which writes to AWS X-Ray by the task role: without a way out, its image and X-Ray need VPC endpoints.`,
        ]
      : []),
    ...(targets.includes('cloud-run')
      ? [
          ` On Cloud Run it is the ${own} ${version('cloud-run')}, which writes to Cloud Trace: give the service account \`roles/cloudtrace.agent\`.`,
        ]
      : []),
  ].join('')
}
