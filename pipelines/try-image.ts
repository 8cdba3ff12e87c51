import pLimit from 'p-limit'
import type { Configuration, Runtime } from '../src/model/index.ts'
import type { Policy } from '../src/policy/index.ts'
import { healthPaths, likelyPorts, placeDockerfile, portOf, type Seen } from '../src/repair/index.ts'
import { collectors } from '../src/stages/evidence/index.ts'
import { readSource } from '../src/stages/source/source.ts'
import { beginBuild } from './begin-build.ts'
import { valueOf } from './repair-situation.ts'
import type { Request } from './request.ts'

type Probe = Policy['runtime']['probe']

/** An image that was built and started, but not judged. */
export interface TriedImage {
  configuration: Configuration | undefined
  /** Absent if there was no way to check whether it is ready. */
  run: Runtime | undefined
  /** What it was seen to do; undefined if it did not become ready. */
  seen(): Promise<Seen | undefined>
}

/**
 * Builds a source and starts its image under hardening. Readiness is checked by the image's own health check or the
 * policy's probe; without either, on the ports that the image names. Only the first platform is tried. Throws what a
 * build throws.
 */
export async function tryImage(request: Request): Promise<TriedImage> {
  const source = await readSource(request)
  const [platform] = source.platforms
  const { policy, dockerfile } = source
  const image = await beginBuild(source, request).image(platform)
  const start = async (probe: Probe, readySeconds = policy.runtime.readySeconds) => {
    const tried = { ...policy, runtime: { ...policy.runtime, probe, readySeconds } }
    return valueOf(await collectors({ ...image, source: { ...source, policy: tried } }).runtime())
  }
  const configuration = valueOf(await collectors(image).configuration())
  const file =
    dockerfile === undefined ? undefined : placeDockerfile(dockerfile.path, dockerfile.text, dockerfile.reading)
  const ports = configuration === undefined || file === undefined ? [] : likelyPorts(file, configuration, policy)
  const probe = policy.runtime.probe
  const answers = probe !== 'healthcheck' || (configuration?.healthcheck?.test ?? ['NONE'])[0] !== 'NONE'
  const probes = answers ? [probe] : ports.map((port): Probe => ({ tcp: { port } }))
  const found = await firstReady(probes, start)
  return {
    configuration,
    run: found?.run,
    async seen() {
      if (found?.run.outcome !== 'ready' || found.run.readySeconds === undefined) return undefined
      const { listens, readySeconds } = found.run
      const facts = { listens, readySeconds }
      if (typeof found.probe === 'object' && 'http' in found.probe) return { ...facts, ...found.probe.http }
      const port = typeof found.probe === 'object' ? found.probe.tcp.port : portOf(listens[0])
      if (port === undefined) return facts
      const path = answers && probe === 'healthcheck' ? undefined : await answeredPath(port, readySeconds, start)
      return { ...facts, port, ...(path === undefined ? {} : { path }) }
    },
  }
}

/**
 * The first start that becomes ready, or else the last one. If a start exits by itself or cannot be made, a different
 * probe would not change that.
 */
async function firstReady(
  probes: readonly Probe[],
  start: (probe: Probe) => Promise<Runtime | undefined>,
): Promise<{ probe: Probe; run: Runtime } | undefined> {
  let last: { probe: Probe; run: Runtime } | undefined
  for (const probe of probes) {
    const run = await start(probe)
    if (run === undefined) return last
    last = { probe, run }
    if (run.outcome !== 'not-ready') return last
  }
  return last
}

/** The most specific path that answers with a status below 400. Each is probed in a separate start, two at a time. */
async function answeredPath(
  port: number,
  readySeconds: number,
  start: (probe: Probe, readySeconds: number) => Promise<Runtime | undefined>,
): Promise<string | undefined> {
  const limit = pLimit(2)
  const patience = Math.min(600, Math.ceil(readySeconds * 3) + 2)
  const runs = await Promise.all(
    healthPaths.map((path) => limit(async () => ({ path, run: await start({ http: { port, path } }, patience) }))),
  )
  return runs.find(({ run }) => run?.outcome === 'ready')?.path
}
