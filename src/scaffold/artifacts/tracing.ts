import type { Application } from '../application.ts'
import { collectorPort } from '../traces.ts'

/** Where containers find the certificate of the authority that vouches for the collector. */
export const collectorAuthority = { folder: '/etc/collector', file: 'authority.pem' }

/** Variables of OpenTelemetry that a deployment sets, whichever of them it needs. */
export const tracingVariables = [
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_EXPORTER_OTLP_CERTIFICATE',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
  'OTEL_PYTHON_EXCLUDED_URLS',
] as const

type TracingEnvironment = Partial<Record<(typeof tracingVariables)[number], string>>

/**
 * How the libraries of OpenTelemetry reach a collector, if one that sends is locked. A collector on another machine has an address of https, and the authority of its own.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function tracingEnvironment(application: Application, host: string): TracingEnvironment {
  const { name, tracing, traced, language, health, ready, metrics } = application
  if (tracing === undefined) return {}
  const collector = `${host}:${collectorPort(tracing)}`
  const probed = [...new Set([health, ready, ...(metrics === undefined ? [] : [metrics])])]
  return {
    OTEL_SERVICE_NAME: name,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_EXPORTER_OTLP_PROTOCOL: tracing.protocol,
    ...(isElsewhere(collector)
      ? { OTEL_EXPORTER_OTLP_CERTIFICATE: `${collectorAuthority.folder}/${collectorAuthority.file}` }
      : {}),
    // A tenth of the traces that start here; a caller's decision is honoured.
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // Probes and scrapes are no requests that anybody follows.
    ...(language === 'python' && traced !== undefined
      ? { OTEL_PYTHON_EXCLUDED_URLS: probed.map((path) => `${path}$`).join(',') }
      : {}),
  }
}

function isElsewhere(collector: string): boolean {
  return collector.startsWith('https:')
}
