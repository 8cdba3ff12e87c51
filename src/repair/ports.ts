import type { Configuration } from '../model/index.ts'
import type { Policy } from '../policy/index.ts'
import { shippedInstructions, type DockerfileFile } from './dockerfile-file.ts'

/** At most this many ports are tried: each without a listener takes the full time of a start. */
const mostPorts = 4

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
    .flatMap(({ words: pairs }) =>
      pairs.flatMap((name, index) => (index % 3 === 0 && /(^|_)PORT$/.test(name) ? [Number(pairs[index + 1])] : [])),
    )
  const all = [...exposed, ...(policy.configuration.ports ?? []), ...commanded, ...variables]
  return [...new Set(all.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536))].slice(0, mostPorts)
}

/** The port in an address such as `0.0.0.0:8080` or `[::]:8080`. */
export function portOf(address: string | undefined): number | undefined {
  const port = /:(\d+)$/.exec(address ?? '')?.[1]
  return port === undefined ? undefined : Number(port)
}
