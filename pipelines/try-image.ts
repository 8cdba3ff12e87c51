import type { Configuration, Runtime } from '../src/model/index.ts'
import { answeredAt, healthPaths, likelyPorts, placeDockerfile, portOf, type Seen } from '../src/repair/index.ts'
import { collectors } from '../src/stages/evidence/index.ts'
import { askRuntime } from '../src/stages/evidence/runtime.ts'
import { readSource } from '../src/stages/source/source.ts'
import type { Answered } from '../src/tools/sandbox/output.ts'
import { beginBuild } from './begin-build.ts'
import { valueOf } from './repair-situation.ts'
import type { Request } from './request.ts'

/** An image that was built and started, but not judged. */
export interface TriedImage {
  configuration: Configuration | undefined
  /** Absent if the engine could not run it. */
  run: Runtime | undefined
  /** What it was seen to do; absent if it did not become ready. */
  seen?: Seen
}

/**
 * Builds a source and starts its image under hardening, once. It is ready if its own health check or the policy's probe
 * says so, or without either, as soon as it accepts connections; then it is asked for the paths that may report its
 * health. Only the first platform is tried. Throws what a build throws.
 */
export async function tryImage(request: Request): Promise<TriedImage> {
  const source = await readSource(request)
  const [platform] = source.platforms
  const { policy, dockerfile, seccomp } = source
  const image = await beginBuild(source, request).image(platform)
  const configuration = valueOf(await collectors(image).configuration())
  const file =
    dockerfile === undefined ? undefined : placeDockerfile(dockerfile.path, dockerfile.text, dockerfile.reading)
  const ports = configuration === undefined || file === undefined ? [] : likelyPorts(file, configuration, policy)
  const isAsked = policy.runtime.probe === 'healthcheck' && !hasHealthCheck(configuration)
  const asked = valueOf(
    await askRuntime(
      { built: image.built, policy, seccomp, lock: request.lock },
      { paths: healthPaths, ...(isAsked ? { expectedPorts: ports } : {}) },
    ),
  )
  const seen = asked === undefined ? undefined : seenIn(asked.run, asked.answers, ports)
  return { configuration, run: asked?.run, ...(seen === undefined ? {} : { seen }) }
}

function hasHealthCheck(configuration: Configuration | undefined): boolean {
  return (configuration?.healthcheck?.test ?? ['NONE'])[0] !== 'NONE'
}

function seenIn(
  { outcome, listens, readySeconds }: Runtime,
  answers: readonly Answered[],
  likely: readonly number[],
): Seen | undefined {
  if (outcome !== 'ready' || readySeconds === undefined) return undefined
  const at = answeredAt(answers, likely)
  const open = listens.map(portOf)
  const port = at?.port ?? likely.find((one) => open.includes(one)) ?? open[0]
  return {
    listens,
    readySeconds,
    ...(port === undefined ? {} : { port }),
    ...(at === undefined ? {} : { path: at.path }),
  }
}
