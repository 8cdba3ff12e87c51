import type { Application } from '../application.ts'
import { backingServices } from '../backing-services.ts'
import { compliances, logDays, regulated } from '../compliance.ts'
import { listedPlaces } from '../code-tls.ts'
import { authority, takesUrl } from '../database-tls.ts'
import { fill } from '../fill.ts'
import { collectorText } from './collector.ts'
import { passwordFiles, secretVariables } from './environment.ts'
import { inCell, inSentence } from './markdown-text.ts'
import { originOf, runtimeOf, startLimit } from '../resources.ts'
import { replicas, runtimes, stopSeconds, user } from '../runtimes.ts'
import { templateOf, type Templates } from '../templates.ts'
import { tracesNote } from '../traces.ts'

/** DEPLOYMENT.md: why everything is set up as it is for this application, and what to do when something fails. 1,500 to 2,500 words. */
export function deploymentDocument(application: Application, templates: Templates): string {
  const {
    name,
    image,
    language,
    port,
    health,
    ready,
    targets,
    compliance,
    bases,
    notes,
    path,
    entrypoint,
    command = [],
  } = application
  const text = (file: string) => templateOf(templates, file).trimEnd()
  const sections = (files: readonly string[]) => files.map(text).join('\n\n')
  // Every value that any part of the document may name; each part uses some of them.
  const values: Record<string, string> = {
    name,
    image,
    port: String(port),
    health,
    ready,
    user: String(user),
    runtime: runtimes[language].title,
    buildBase: bases.build,
    runBase: bases.run,
    entrypoint: inCell([...entrypoint, ...command].join(' ')).replaceAll('`', "'"),
    source: path === '' ? '.' : path,
    ...timingValues(application),
    ...resourceValues(application),
    regimes: compliance.map((regime) => compliances[regime].title).join(', '),
    logDays: String(logDays(compliance)),
    policyName: regulated(compliance) ? 'strict' : 'default',
    pinning:
      'Bases are named by tag here; "loadline lock" writes their digests into `loadline.lock.json`, and running the scaffold again writes them into the Dockerfile. Until then no image passes the gate, because a tag can move.',
    secretLine: secretText(application),
    services: servicesText(application),
    databaseTls: tlsText(application),
    ...ofKubernetes(application),
    observed: observedText(application),
    rejudged: rejudgedText(compliance),
    notes:
      notes.length === 0
        ? ''
        : `\nBefore the first release:\n\n${notes.map((note) => `- ${inSentence(note)}`).join('\n')}\n`,
  }
  const document = [
    text('deployment.md'),
    text(`deployment-${language}.md`),
    sections(targets.map((target) => `deployment-${target}.md`)),
    text('deployment-operations.md'),
    sections(compliance.map((regime) => compliances[regime].template)),
    text('deployment-runbook.md'),
  ].join('\n\n')
  const named = new Set([...document.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] as string))
  return `${fill(document, Object.fromEntries(Object.entries(values).filter(([key]) => named.has(key))))}\n`
}

/** How a private registry's credentials get into the build. */
function secretText({ secret }: Application): string {
  return secret === undefined
    ? 'No secret is mounted: every dependency comes from a public registry.'
    : `The credentials of the private registry are mounted as the build secret \`${secret.id}\` for the installation steps, and end up in no layer and not in the history.`
}

/** Seconds of starting, of health checks and of stopping. */
function timingValues(application: Application): Record<string, string> {
  const { startSeconds, healthcheckSeconds } = runtimeOf(application)
  return {
    startSeconds: String(startSeconds),
    startLimit: String(startLimit(application)),
    healthcheckSeconds: String(healthcheckSeconds),
    startPeriod: String(startSeconds * 2),
    beforeSignal: String(stopSeconds.beforeSignal),
    open: String(stopSeconds.open),
    atMost: String(stopSeconds.atMost),
  }
}

/** What each replica gets, how many there are, and where these numbers come from. */
function resourceValues(application: Application): Record<string, string> {
  const { cpu, memory, temporary } = runtimeOf(application)
  return {
    cpuRequest: String(cpu.request),
    cpuLimit: String(cpu.limit),
    memory: String(memory),
    temporary: String(temporary),
    least: String(replicas.least),
    most: String(replicas.most),
    targetCpu: String(replicas.targetCpuPercent),
    leastMemory: String(memory * replicas.least),
    origin: originOf(application),
  }
}

/** How often published images are judged, and by which list that somebody must own. */
function rejudgedText(compliance: Application['compliance']): string {
  return regulated(compliance)
    ? 'each day. The policy also judges by `known-exploited.json`: nothing here fetches that list, so somebody must own it and keep it current.'
    : 'each week.'
}

/** What the application talks to, as its libraries show, and how its secrets reach it, as its code reads them. */
function servicesText(application: Application): string {
  const { needs, others, keeps, aws } = application
  const files = passwordFiles(application)
  const variables = secretVariables(application)
  const titles = [
    ...needs.map((need) => backingServices[need].title),
    ...others.map(({ title }) => title),
    ...(keeps.some(({ what }) => what === 'SQLite') ? ['SQLite, in a file'] : []),
  ]
  return [
    titles.length === 0
      ? aws === undefined
        ? 'No client of a database, a store or a queue that the scaffold knows is among its libraries.'
        : `Its client of AWS (${aws.library}) is for a service that the code does not show.`
      : `Its libraries talk to ${titles.join(', ')}.`,
    '`deploy/settings.md` lists every environment variable that its code reads, and who sets it.',
    ...(files.length === 0
      ? []
      : [
          `Passwords come as files, named by ${files.map(({ variable }) => variable).join(' and ')}: a file is not inherited by child processes and does not appear in crash reports.`,
        ]),
    ...(variables.length === 0
      ? []
      : [
          `The code reads ${variables.map(({ name }) => name).join(', ')} as variables and not as files, so each platform takes them from its secret store, and a new value needs a new start.`,
        ]),
  ].join(' ')
}

/** What only some applications have in a cluster. */
function ofKubernetes(application: Application): Record<string, string> {
  const { cluster, host, identity } = application
  const secrets = passwordFiles(application).length + secretVariables(application).length > 0
  const lines = [
    ...(secrets
      ? [
          '- Secrets: an ExternalSecret copies each from your store into the namespace, so that an outage of the store stops no pod. Encrypt them at rest in the cluster.',
        ]
      : []),
    ...(identity === undefined
      ? []
      : [
          `- Identity: the role in \`deploy/kubernetes/aws\` comes by ${identity === 'irsa' ? 'the annotation of the service account' : 'EKS Pod Identity'}, as a projected token for AWS alone.`,
        ]),
    ...(host === undefined
      ? []
      : [
          cluster === 'eks'
            ? `- ${host}: \`deploy/kubernetes/base/ingress.yaml\` asks for a load balancer with HTTPS alone, by ELBSecurityPolicy-TLS13-1-2-Res-2021-06.`
            : `- ${host}: \`deploy/kubernetes/base/http-route.yaml\` attaches it to the HTTPS listener of your Gateway.`,
        ]),
  ]
  return {
    alsoThere: lines.join('\n'),
    appArmor: cluster === 'eks' ? '' : ' and AppArmor profile (nodes without AppArmor refuse the pod)',
  }
}

/** How the database proves who it is. */
function tlsText({ needs, databaseTls, ownTls, settings }: Application): string {
  if (!needs.includes('postgres')) return ''
  if (databaseTls === undefined)
    return 'Its client of PostgreSQL takes TLS from code alone, so nothing here verifies the server.'
  if (ownTls.length > 0)
    return `Whether the database must prove its name, the code decides itself, in ${listedPlaces(ownTls)}: no file here can promise it.`
  if (databaseTls.query !== '' && !takesUrl(settings))
    return `The database must prove its name only if its URL, which no file here gives, ends with \`${databaseTls.query}\`.`
  return `The database must prove its name (\`verify-full\`) by a certificate of the authority in \`${authority.path}\`; until somebody has put that there, nothing connects.`
}

/** What the application itself says of its logs, metrics and traces; nothing is claimed that no library or setting does. */
function observedText(application: Application): string {
  const { name, metrics, unscraped, requests, tracing, jsonLogs, traced, targets, compliance } = application
  const days = logDays(compliance)
  return [
    jsonLogs ?? 'The form of the logs is what the code writes to standard output: no setting here changes it.',
    `Log no personal data and no secrets. Keep logs for ${days} days: ${targets.includes('ecs') ? '`deploy/ecs/log-retention.json` sets that on ECS; elsewhere ' : ''}whoever collects them must be told so, because nothing here does it.`,
    unscraped ??
      `Metrics are at \`${metrics}\` in Prometheus' format. ${requests === undefined ? 'Alerts on errors and latency are yours to add: no library here chose the names of such metrics.' : 'Alerts on errors follow an objective of 99.9 percent.'}`,
    tracing !== undefined
      ? `${tracesNote(tracing) ?? 'A tenth of the traces that start here go to the collector in `OTEL_EXPORTER_OTLP_ENDPOINT`.'} ${traced ?? 'The code has to start the SDK of OpenTelemetry itself.'}${targets.includes('kubernetes') ? ` In the cluster that is by TLS: no pod starts without the ConfigMap \`${name}-collector-authority\`, whose key \`authority.pem\` has the certificate of the collector's authority.` : ''}${collectorText(application)}`
      : 'No traces are sent, because no SDK of OpenTelemetry is locked.',
  ].join(' ')
}
