import type { Configuration } from '../model/index.ts'
import type { Policy } from '../policy/index.ts'
import { shippedInstructions, type DockerfileFile } from './dockerfile-file.ts'
import { variablesOf } from './set-variables.ts'

/** Paths that healthy applications answer, the most specific first; the last one is what a browser requests. */
export const healthPaths = [
  '/healthz',
  '/health',
  '/livez',
  '/api/health',
  '/actuator/health',
  '/up',
  '/ping',
  '/',
] as const

/**
 * Ports on which an image may answer, according to the image itself: EXPOSE, the policy, its command, the variable
 * PORT.
 */
export function likelyPorts(
  file: DockerfileFile,
  { exposedPorts, entrypoint, cmd }: Configuration,
  policy: Policy,
): number[] {
  const exposed = exposedPorts.flatMap((port) => (/^\d+(\/tcp)?$/.test(port) ? [Number.parseInt(port, 10)] : []))
  const words = [...entrypoint, ...cmd].flatMap((word) => word.split(/\s+/))
  const commanded = words.flatMap((word, index) => {
    const found =
      /^(?:--?(?:port|p|bind|b|listen|addr|http|http-port|server-port|server\.port)=?)?(?:[\w.[\]-]*:)?(\d{2,5})$/.exec(
        word,
      )
    const isNamed =
      word.startsWith('-') ||
      word.includes(':') ||
      /^--?(p|port|bind|b|listen|addr|http|http-port)$/.test(words[index - 1] ?? '')
    return found?.[1] !== undefined && isNamed ? [Number(found[1])] : []
  })
  const variables = shippedInstructions(file)
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap(variablesOf)
    .flatMap(([name, value]) => (/(^|_)PORT$/.test(name) ? [Number(value)] : []))
  const all = [...exposed, ...(policy.configuration.ports ?? []), ...commanded, ...variables]
  return [...new Set(all.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536))]
}

/**
 * Where the image answered a request with a status below 400: on the most specific path, and if several ports have it,
 * on the first that the image names itself.
 */
export function answeredAt(
  answers: ReadonlyArray<{ port: number; path: string; status: number }>,
  likely: readonly number[],
): { port: number; path: string } | undefined {
  const good = answers.filter(({ status }) => status < 400)
  const ports = [...new Set([...likely, ...good.map(({ port }) => port)])]
  for (const path of healthPaths) {
    const found = ports.find((port) => good.some((one) => one.port === port && one.path === path))
    if (found !== undefined) return { port: found, path }
  }
  return undefined
}
