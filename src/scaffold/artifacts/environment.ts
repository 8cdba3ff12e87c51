import type { Application, BackingService } from '../application.ts'
import { backingServices } from '../backing-services.ts'

/** Where containers find mounted secrets, one file each. */
export const secretFolder = '/run/secrets'

/**
 * What every platform sets in addition to the image's own environment: logs, tracing, and how to reach the services. No value is a secret.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function deploymentEnvironment(
  application: Application,
  { collector, ...places }: { collector: string } & ServicePlaces,
): Record<string, string> {
  return {
    LOG_FORMAT: 'json',
    LOG_LEVEL: 'info',
    OTEL_SERVICE_NAME: application.name,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    // A tenth of the traces that start here; a caller's decision is honoured.
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    ...serviceEnvironment(application, places),
  }
}

/** Where an application finds its services: the host of each, and the folder with the file of its secret. */
interface ServicePlaces {
  hostOf: (service: BackingService) => string
  secretsIn?: (service: BackingService) => string
}

/** How the application reaches its services. */
export function serviceEnvironment(
  { needs }: Application,
  { hostOf, secretsIn = () => secretFolder }: ServicePlaces,
): Record<string, string> {
  const services = needs.map((need) => {
    const { environment, secret } = backingServices[need]
    return [
      ...Object.entries(environment).map(([key, value]) => [key, value === 'HOST' ? hostOf(need) : value]),
      [secret.variable, `${secretsIn(need)}/${secret.file}`],
    ] as Array<[string, string]>
  })
  return Object.fromEntries(services.flat())
}

/** The environment as a list of names and values. */
export function named(environment: Readonly<Record<string, string>>): Array<{ name: string; value: string }> {
  return Object.entries(environment).map(([name, value]) => ({ name, value }))
}

/** A digest that no image has: nothing starts until a release has inserted its own. */
export const noDigestYet = `sha256:${'0'.repeat(64)}`
