import type { Language } from './application.ts'
import { comparedBesideRoutes, comparedPaths } from './routes/compared.ts'
import { findRoutes } from './routes/find-routes.ts'
import type { Route } from './routes/route.ts'
import type { Code } from './settings/setting.ts'

/** Where an application listens and answers, as far as its code shows. */
export interface Endpoints {
  ports: number[]
  health: string | undefined
  ready: string | undefined
  metrics: string | undefined
  /** Paths that the code has without showing what stands before them. */
  open: { health: string | undefined; ready: string | undefined; metrics: string | undefined }
  /** The file with metrics that the server for the health check may not answer; undefined if it does, or there are none. */
  otherServer: string | undefined
}

// The first match counts: more specific names come first.
const healthPaths = ['/livez', '/health/live', '/healthz', '/health', '/live', '/healthcheck', '/-/healthy', '/ping']
const readyPaths = ['/readyz', '/health/ready', '/ready', '/readiness', '/-/ready']
const metricsPaths = ['/metrics']

/** Names that something else may also have, as streams that are live: they count below a general prefix, or beside the other endpoint, alone. */
const common = /^\/(?:live|ready|ping)$/
const general = /^(?:\/(?:api|v\d+|health|healthcheck|internal|system|status|ops|_|-|probes?|monitoring|actuator))+$/

/** Well-known ports of other services, and the largest port number: no application listens there. */
const notOurs = new Set([
  1433, 2379, 3306, 4222, 4317, 4318, 5432, 5672, 6379, 9042, 9092, 9200, 11_211, 27_017, 65_534, 65_535,
])

const portForms = [
  /\b(?:[A-Z]+_)*PORT\b[^\n]{0,40}?\b(\d{4,5})\b/g,
  /(?<![A-Za-z])(?:[a-z]+P|p)ort\b["']?\s*(?:[:=]|\?\?|\|\|)+\s*["']?(\d{4,5})\b/g,
  /["'`](?:(?:\d+\.){3}\d+|\[?::\]?)?:(\d{4,5})["'`]/g,
  /\.listen\(\s*(\d{4,5})\b/g,
  // A schema, as convict has them.
  /\b(?:[a-z]+P|p)ort["']?\s*:\s*\{[^{}]{0,400}?\bdefault\s*:\s*["']?(\d{4,5})\b/g,
  /\bdefault\s*:\s*["']?(\d{4,5})\b["']?\s*,[^{}]{0,200}\benv\s*:\s*["'](?:[A-Z]+_)*PORT["']/g,
]

/** Searches an application's shipped code, without its comments. */
export function findEndpoints(code: readonly Code[], language: Language): Endpoints {
  const texts = code.filter(({ path }) => /\.(py|[cm]?[jt]s|go|java|kt|rs)$/.test(path)).map(({ text }) => text)
  const ports = new Set(
    texts
      .flatMap((text) => portForms.flatMap((form) => [...text.matchAll(form)].map((match) => Number(match[1]))))
      .filter((port) => port >= 1024 && port < 65_536 && !notOurs.has(port)),
  )
  const { routes, any, prefixed, several } = findRoutes(code, language, mayBe)
  // A server without routes compares paths itself. Beside routes a path that is compared may be one that is passed over: it counts only where no route is for health.
  const compared = texts.flatMap((text) => (any ? comparedBesideRoutes(text, prefixed) : comparedPaths(text)))
  const shown = (candidates: readonly string[], beside?: string) => firstShown(candidates, routes, beside)
  const byRoutes = isFound(shown(healthPaths))
  const first: typeof shown = (candidates, beside) => {
    const own = shown(candidates, beside)
    return byRoutes || isFound(own) ? own : firstShown(candidates, compared, beside)
  }
  const health = first(healthPaths)
  const [ready, metrics] = [first(readyPaths, health.known), first(metricsPaths)]
  const otherServer = several && metrics.known !== undefined ? onOtherServer(routes, health) : undefined
  return {
    ports: [...ports].sort((a, b) => a - b),
    health: health.known,
    ready: ready.known,
    metrics: otherServer === undefined ? metrics.known : undefined,
    otherServer,
    open: { health: health.open, ready: ready.open, metrics: metrics.open },
  }
}

/** The file of metrics that are not on every server with the health check, of which it is not known which one is meant. */
function onOtherServer(routes: readonly Route[], health: Shown): string | undefined {
  const serversOf = (wanted: readonly string[]) =>
    routes.flatMap((route, index) => {
      const path = trimmed(joinedPath(route.prefix ?? '', route.path.replace(/^\?/, '')))
      if (!wanted.some((candidate) => path.endsWith(candidate))) return []
      // Frameworks answer everything on one.
      return [{ ...route, server: route.server ?? (route.file === undefined ? '' : `${index}`) }]
    })
  const metrics = serversOf(metricsPaths)
  const asked = serversOf(health.known === undefined ? healthPaths : [trimmed(health.known)])
  const both = asked.length > 0 && asked.every(({ server }) => metrics.some((one) => one.server === server))
  return both ? undefined : metrics[0]?.file
}

/** What is found of an endpoint. */
interface Shown {
  known: string | undefined
  open: string | undefined
}

function isFound({ known, open }: Shown): boolean {
  return known !== undefined || open !== undefined
}

function firstShown(candidates: readonly string[], routes: readonly Route[], beside: string | undefined): Shown {
  const whole = routes.flatMap(({ prefix, path }) =>
    prefix === undefined ? [] : [{ prefix, path: joinedPath(prefix, path) }],
  )
  const open = routes.flatMap(({ prefix, path }) =>
    prefix === undefined ? [trimmed(path.replace(/^\??\/?/, '/'))] : [],
  )
  return {
    known: firstOf(candidates, whole, beside),
    open: candidates.find((candidate) => open.some((path) => path.endsWith(candidate))),
  }
}

/** Whether a path is one of those that are looked for, or may be with what stands before it. */
function mayBe(path: string): boolean {
  const plain = trimmed(path)
  return (
    plain === '' ||
    [...healthPaths, ...readyPaths, ...metricsPaths].some(
      (candidate) => plain.endsWith(candidate) || candidate.endsWith(`/${plain.replace(/^\//, '')}`),
    )
  )
}

function joinedPath(prefix: string, path: string): string {
  const joined = path === '' || path.startsWith('/') || prefix.endsWith('/') ? `${prefix}${path}` : `${prefix}/${path}`
  return joined === '' ? '/' : joined
}

function trimmed(path: string): string {
  return path.replace(/\/$/, '')
}

function firstOf(
  candidates: readonly string[],
  shown: ReadonlyArray<{ prefix: string; path: string }>,
  beside: string | undefined,
): string | undefined {
  const plain = shown.filter(({ path }) => /^\/[A-Za-z0-9._~/-]*$/.test(path))
  const exact = candidates.flatMap((candidate) => plain.find(({ path }) => trimmed(path) === candidate)?.path ?? [])[0]
  return (
    exact ?? candidates.flatMap((candidate) => plain.find(({ path }) => endsIn(path, candidate, beside))?.path ?? [])[0]
  )
}

/** Whether a path is one that is looked for below something else; a common name only where that is a general one, or that of the path beside it. */
function endsIn(path: string, candidate: string, beside = ''): boolean {
  const plain = trimmed(path)
  const before = plain.slice(0, plain.length - candidate.length)
  return (
    plain.endsWith(candidate) &&
    (!common.test(candidate) || general.test(before) || before === beside.slice(0, trimmed(beside).lastIndexOf('/')))
  )
}
