/** Libraries that offer metrics in Prometheus' format. */
const prometheus =
  /^(prometheus-client|prometheus-fastapi-instrumentator|starlette-exporter|django-prometheus|prometheus-flask-exporter|prom-client|express-prom-bundle|github\.com\/prometheus\/client_golang|micrometer-registry-prometheus|simpleclient\w*|prometheus-metrics-\S+|prometheus|metrics-exporter-prometheus|axum-prometheus|actix-web-prom)$/

/** Those of them that answer at /metrics by themselves. */
const answers =
  /^(prometheus-fastapi-instrumentator|starlette-exporter|django-prometheus|prometheus-flask-exporter|express-prom-bundle)$/

/** The locked libraries that offer metrics. */
export function prometheusClients(libraries: ReadonlySet<string>): string[] {
  return [...libraries].filter((name) => prometheus.test(name))
}

/** Where an application offers metrics; undefined if no client is locked, or no path for it is in the code. */
export function metricsPath(libraries: ReadonlySet<string>, inCode: string | undefined): string | undefined {
  const clients = prometheusClients(libraries)
  if (clients.length === 0) return undefined
  return inCode ?? (clients.some((name) => answers.test(name)) ? '/metrics' : undefined)
}

/** What a library measures of each request, by the names that it gives. */
export interface RequestMetrics {
  /** Counts requests. */
  count: string
  /** The label with the status, which starts with 5 for an error of the application. */
  status: string
  /** A histogram of seconds; undefined where the library keeps none by itself. */
  buckets: string | undefined
}

/** Metrics that libraries offer without being told names, as their own documentation lists them. */
const ofRequests: Readonly<Record<string, RequestMetrics>> = {
  'prometheus-fastapi-instrumentator': {
    count: 'http_requests_total',
    status: 'status',
    buckets: 'http_request_duration_seconds_bucket',
  },
  'starlette-exporter': {
    count: 'starlette_requests_total',
    status: 'status_code',
    buckets: 'starlette_request_duration_seconds_bucket',
  },
  'express-prom-bundle': {
    count: 'http_request_duration_seconds_count',
    status: 'status_code',
    buckets: 'http_request_duration_seconds_bucket',
  },
  'axum-prometheus': {
    count: 'axum_http_requests_total',
    status: 'status',
    buckets: 'axum_http_requests_duration_seconds_bucket',
  },
  'micrometer-registry-prometheus': {
    count: 'http_server_requests_seconds_count',
    status: 'status',
    buckets: undefined,
  },
}

/** What is measured of requests; undefined where the code chooses the names itself. */
export function requestMetrics(libraries: ReadonlySet<string>): RequestMetrics | undefined {
  return Object.entries(ofRequests).find(([library]) => libraries.has(library))?.[1]
}
