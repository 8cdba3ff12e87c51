import { isTest, type SourceTree } from './source-tree.ts'

/** Where an application listens and answers, as far as its code shows. */
export interface Endpoints {
  ports: number[]
  health: string | undefined
  ready: string | undefined
  metrics: string | undefined
}

// The first match counts: more specific names come first.
const healthPaths = ['/livez', '/health/live', '/healthz', '/health', '/live', '/healthcheck', '/-/healthy', '/ping']
const readyPaths = ['/readyz', '/health/ready', '/ready', '/readiness', '/-/ready']

/** Well-known ports of other services, and the largest port number: no application listens there. */
const notOurs = new Set([
  1433, 2379, 3306, 4222, 4317, 4318, 5432, 5672, 6379, 9042, 9092, 9200, 11_211, 27_017, 65_534, 65_535,
])

const portForms = [
  /\b(?:[A-Z]+_)*PORT\b[^\n]{0,40}?\b(\d{4,5})\b/g,
  /(?<![A-Za-z])(?:[a-z]+P|p)ort\b["']?\s*(?:[:=]|\?\?|\|\|)+\s*["']?(\d{4,5})\b/g,
  /["'`](?:(?:\d+\.){3}\d+|\[?::\]?)?:(\d{4,5})["'`]/g,
  /\.listen\(\s*(\d{4,5})\b/g,
]

/** Searches an application's code. Tests and deployment files do not count. */
export function findEndpoints(tree: SourceTree): Endpoints {
  const code = [...tree.texts]
    .filter(([path]) => /\.(py|[cm]?[jt]s|go|java|kt|rs)$/.test(path) && !isTest(path) && !path.startsWith('deploy/'))
    .map(([, text]) => text)
  const ports = new Set(
    code
      .flatMap((text) => portForms.flatMap((form) => [...text.matchAll(form)].map((match) => Number(match[1]))))
      .filter((port) => port >= 1024 && port < 65_536 && !notOurs.has(port)),
  )
  const paths = new Set(
    code.flatMap((text) =>
      [...text.matchAll(/["'`](?:[A-Z]+ )?(\/[A-Za-z0-9/_-]+?)\/?(?:\{\$\})?["'`]/g)].map((match) => match[1]),
    ),
  )
  const first = (candidates: readonly string[]) => candidates.find((path) => paths.has(path))
  return {
    ports: [...ports].sort((a, b) => a - b),
    health: first(healthPaths),
    ready: first(readyPaths),
    metrics: first(['/metrics']),
  }
}
