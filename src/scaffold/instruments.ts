/** Libraries that offer metrics in Prometheus' format. */
const prometheus =
  /^(prometheus-client|prometheus-fastapi-instrumentator|starlette-exporter|django-prometheus|prometheus-flask-exporter|prom-client|express-prom-bundle|github\.com\/prometheus\/client_golang|micrometer-registry-prometheus|simpleclient\w*|prometheus-metrics-\S+|prometheus|metrics-exporter-prometheus|axum-prometheus|actix-web-prom)$/

/** Those of them that answer at /metrics by themselves. */
const answers =
  /^(prometheus-fastapi-instrumentator|starlette-exporter|django-prometheus|prometheus-flask-exporter|express-prom-bundle)$/

/** SDKs of OpenTelemetry that send what they trace; its interface alone sends nothing. */
const opentelemetry =
  /^(opentelemetry-(sdk|distro|exporter-otlp\S*|spring-boot-starter|otlp)|@opentelemetry\/(sdk-node|sdk-trace-node|auto-instrumentations-node|exporter-trace-otlp-\S+)|go\.opentelemetry\.io\/otel\/sdk|micrometer-tracing-bridge-otel)$/

/** Where an application offers metrics; undefined if no client is locked, or no path for it is in the code. */
export function metricsPath(libraries: ReadonlySet<string>, inCode: string | undefined): string | undefined {
  const clients = [...libraries].filter((name) => prometheus.test(name))
  if (clients.length === 0) return undefined
  return inCode ?? (clients.some((name) => answers.test(name)) ? '/metrics' : undefined)
}

/** Whether an application sends traces. */
export function sendsTraces(libraries: ReadonlySet<string>): boolean {
  return [...libraries].some((name) => opentelemetry.test(name))
}
