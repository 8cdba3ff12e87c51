import type { Language, StackReading } from './application.ts'
import type { Endpoints } from './endpoints.ts'
import { metricsPath, prometheusClients } from './instruments.ts'
import type { Code } from './settings/setting.ts'
import { relaxedName } from './spring/configured-value.ts'

/** Where an application is asked for its metrics, or why it is not, as sentences. */
type Scraping = { path: string; unscraped: undefined } | { path: undefined; unscraped: string }

/** Libraries that answer on a port of their own, as soon as code calls this. */
const ownServers: Readonly<Record<Language, RegExp | undefined>> = {
  python: /\bstart_(?:http|wsgi)_server\w*\(/,
  node: /\bnew\s+PrometheusExporter\(/,
  go: undefined,
  java: /\bnew\s+HTTPServer(?:\.Builder)?\(|\bHTTPServer\.builder\(|\bPrometheusHttpServer\b/,
  rust: /\bwith_http_listener\(|\bPrometheusBuilder::new\(\)\s*\.install\(/,
}

/** What is known of metrics: a path counts on the server that requests come to alone. */
export function scrapingOf(
  code: readonly Code[],
  { language, libraries, metrics: ofFramework }: Pick<StackReading, 'language' | 'libraries' | 'metrics'>,
  found: Pick<Endpoints, 'metrics' | 'open' | 'otherServer'>,
): Scraping {
  const own = ownServers[language]
  const elsewhere =
    found.otherServer ??
    (found.metrics === undefined && ofFramework === undefined
      ? code.find((one) => own?.test(one.text) === true || hasManagementPort(one))?.path
      : undefined)
  const path = elsewhere === undefined ? metricsPath(libraries, ofFramework ?? found.metrics) : undefined
  if (path !== undefined) return { path, unscraped: undefined }
  return { path: undefined, unscraped: `${reasonOf(elsewhere, libraries, found)} Nothing is scraped.` }
}

/** Whether configuration gives the actuator of Spring a port of its own. */
function hasManagementPort({ properties = [] }: Code): boolean {
  return properties.some(({ name, holds }) => holds !== 'possibly' && relaxedName(name) === 'management.server.port')
}

function reasonOf(
  elsewhere: string | undefined,
  libraries: ReadonlySet<string>,
  { metrics, open }: Pick<Endpoints, 'metrics' | 'open'>,
): string {
  const [client] = prometheusClients(libraries)
  if (elsewhere !== undefined)
    return `The code does not show that its metrics (${elsewhere}) are on the port that requests come to, and not on one of their own: answer /metrics there, or add that port to what the scaffold wrote.`
  if (open.metrics !== undefined && metrics === undefined)
    return `The code has ${open.metrics}, but not as plain text what stands before it.`
  if (client === undefined)
    return metrics === undefined
      ? 'No Prometheus client is locked: add one, and run the scaffold again.'
      : `The code has ${metrics}, but no Prometheus client is locked.`
  return `A Prometheus client is locked (${client}), but no path for it is in the code: add one, and run the scaffold again.`
}
