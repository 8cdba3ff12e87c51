import type { Application } from '../application.ts'
import { backingServices } from '../backing-services.ts'
import { compliances, logDays, regulated } from '../compliance.ts'
import { fill } from '../fill.ts'
import { replicas, runtimes, stopSeconds, user } from '../runtimes.ts'
import { templateOf, type Templates } from '../templates.ts'

/** DEPLOYMENT.md: why everything is set up as it is for this application, and what to do when something fails. 1,500 to 2,500 words. */
export function deploymentDocument(application: Application, templates: Templates): string {
  const {
    name,
    image,
    language,
    port,
    health,
    ready,
    metrics,
    targets,
    compliance,
    needs,
    bases,
    secret,
    notes,
    path,
    entrypoint,
  } = application
  const runtime = runtimes[language]
  const text = (file: string) => templateOf(templates, file).trimEnd()
  const sections = (files: readonly string[]) => files.map(text).join('\n\n')
  // Every value that any part of the document may name; each part uses some of them.
  const values: Record<string, string> = {
    name,
    image,
    port: String(port),
    health,
    ready,
    metrics,
    user: String(user),
    runtime: runtime.title,
    buildBase: bases.build,
    runBase: bases.run,
    entrypoint: entrypoint.join(' '),
    source: path === '' ? '.' : path,
    startSeconds: String(runtime.startSeconds),
    startLimit: String(runtime.startSeconds * 6),
    healthcheckSeconds: String(runtime.healthcheckSeconds),
    startPeriod: String(runtime.startSeconds * 2),
    beforeSignal: String(stopSeconds.beforeSignal),
    open: String(stopSeconds.open),
    atMost: String(stopSeconds.atMost),
    cpuRequest: String(runtime.cpu.request),
    cpuLimit: String(runtime.cpu.limit),
    memory: String(runtime.memory),
    temporary: String(runtime.temporary),
    least: String(replicas.least),
    most: String(replicas.most),
    targetCpu: String(replicas.targetCpuPercent),
    leastMemory: String(runtime.memory * replicas.least),
    regimes: compliance.map((regime) => compliances[regime].title).join(', '),
    logDays: String(logDays(compliance)),
    policyName: regulated(compliance) ? 'strict' : 'default',
    pinning:
      'Bases are named by tag here; "loadline lock" writes their digests into `loadline.lock.json`, and running the scaffold again writes them into the Dockerfile. Until then no image passes the gate, because a tag can move.',
    secretLine:
      secret === undefined
        ? 'No secret is mounted: every dependency comes from a public registry.'
        : `The credentials of the private registry are mounted as the build secret \`${secret.id}\` for the installation steps, and end up in no layer and not in the history.`,
    services:
      needs.length === 0
        ? 'It keeps no state and talks to no database.'
        : `It talks to ${needs.map((need) => backingServices[need].title).join(' and ')}. Settings come as environment variables (${needs.flatMap((need) => Object.keys(backingServices[need].environment)).join(', ')}); each password comes as a file whose path a variable names (${needs.map((need) => backingServices[need].secret.variable).join(', ')}), and the application reads it at start. A file can be rotated, is not inherited by child processes, and does not appear in crash reports.`,
    notes: notes.length === 0 ? '' : `\nBefore the first release:\n\n${notes.map((note) => `- ${note}`).join('\n')}\n`,
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
