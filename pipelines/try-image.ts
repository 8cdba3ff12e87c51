import type { Configuration, Runtime } from '../src/model/index.ts'
import { portOf } from '../src/model/port-of.ts'
import {
  answeredAt,
  healthPaths,
  likelyPorts,
  placeDockerfile,
  refusedDirectories,
  type Seen,
} from '../src/repair/index.ts'
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

/** How often an image is started that is refused to write: each start may show where it would write next. */
const mostStarts = 4

/**
 * Builds a source and starts its image under hardening. It is ready if its own health check or the policy's probe says
 * so, or without either, as soon as it accepts connections; then it is asked for the paths that may report its health.
 * One that does not become ready and was refused to write is started again with the directories that it tried. Only the
 * first platform is tried. Throws what a build throws.
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
  const asking = { paths: healthPaths, ...(isAsked ? { expectedPorts: ports } : {}) }
  const start = async (more: readonly string[]) => {
    const { runtime } = policy
    const tried = { ...policy, runtime: { ...runtime, tmpfs: [...runtime.tmpfs, ...more] } }
    return valueOf(await askRuntime({ built: image.built, policy: tried, seccomp, lock: request.lock }, asking))
  }
  const { asked, tmpfs } = await startUntilReady(start, configuration)
  const seen = asked === undefined ? undefined : seenIn(asked.run, asked.answers, ports, tmpfs)
  return { configuration, run: asked?.run, ...(seen === undefined ? {} : { seen }) }
}

type Asked = { run: Runtime; answers: readonly Answered[] } | undefined

/** The first start, or a later one that became ready, with the directories that it could write to. */
async function startUntilReady(
  start: (tmpfs: readonly string[]) => Promise<Asked>,
  configuration: Configuration | undefined,
): Promise<{ asked: Asked; tmpfs: readonly string[] }> {
  const first = await start([])
  let [asked, tmpfs]: [Asked, readonly string[]] = [first, []]
  for (let count = 1; count < mostStarts && asked !== undefined && asked.run.outcome !== 'ready'; count++) {
    const more = configuration === undefined ? [] : refusedDirectories(asked.run, configuration)
    const all = [...new Set([...tmpfs, ...more])].toSorted()
    if (all.length === tmpfs.length) break
    tmpfs = all
    asked = await start(tmpfs)
  }
  return asked?.run.outcome === 'ready' ? { asked, tmpfs } : { asked: first, tmpfs: [] }
}

function hasHealthCheck(configuration: Configuration | undefined): boolean {
  return (configuration?.healthcheck?.test ?? ['NONE'])[0] !== 'NONE'
}

function seenIn(
  { outcome, listens, readySeconds }: Runtime,
  answers: readonly Answered[],
  likely: readonly number[],
  tmpfs: readonly string[],
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
    ...(tmpfs.length === 0 ? {} : { tmpfs }),
  }
}
