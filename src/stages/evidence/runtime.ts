import {
  dag,
  type Container,
  type Directory,
  type File,
  type Platform as DaggerPlatform,
  type Service,
} from '@dagger.io/dagger'
import type { Collected, Lock, Runtime } from '../../model/index.ts'
import type { Policy, RuntimeService } from '../../policy/schema.ts'
import { parseBytes } from '../../model/units.ts'
import { requireSuccess, runTool, type ToolRun } from '../../engine/run-tool.ts'
import { runImage, sandboxPlan, type Asking } from '../../tools/sandbox/command.ts'
import { parseRun, type Answered } from '../../tools/sandbox/output.ts'
import { ownToolImage, type ReadyTool } from '../../engine/tool-image.ts'
import type { BuiltArchive } from '../build/build.ts'
import { fresh } from '../../engine/fresh.ts'
import { noSubstitute, pinnedImage } from '../../engine/pinned-image.ts'
import { resolveDigest } from '../../engine/resolve-lock.ts'
import { collect } from '../../engine/collect.ts'
import { keptRun, type Reuse } from './kept-run.ts'
import { configurationFile } from './configuration-file.ts'
import { runsHere } from './runs-here.ts'

/** What is started, and what is known about it. */
interface Startable {
  built: BuiltArchive
  policy: Policy
  seccomp: { path: string; text: string } | undefined
  lock: Lock
}

/**
 * Starts the image as in production, in a container inside an engine container, and watches it. It contains only the
 * archive's bytes and the files that the policy names. Misbehaviour of the image is evidence; only a failure of the
 * sandbox itself means that there is none. With `reuse`, an earlier run that went well may stand for a new one.
 */
export function collectRuntime(
  built: BuiltArchive,
  policy: Policy,
  seccomp: Startable['seccomp'],
  lock: Lock,
  reuse?: Reuse,
): Promise<Collected<Runtime>> {
  return collect(ofRun(lock), async (tool) => {
    const limits = limitsOf(policy, seccomp?.path)
    if (!policy.runtime.required) return notRun('not-asked', 'the policy does not require a run', limits)
    if (!(await runsHere(built))) return notRun('not-run', cannotStart(built), limits)
    const start = await prepareStart(tool, { built, policy, seccomp, lock })
    const { digest } = built.archive
    const kept = reuse === undefined ? undefined : await keptRun(tool, { digest, limits, reuse, start })
    return kept ?? (await started(start, limits)).run
  })
}

/**
 * Starts the image as `collectRuntime` does, once, whatever the policy requires, and asks it what it answers when it is
 * ready.
 */
export function askRuntime(
  image: Startable,
  asking: Asking,
): Promise<Collected<{ run: Runtime; answers: readonly Answered[] }>> {
  const { built, policy, seccomp, lock } = image
  return collect(ofRun(lock), async (tool) => {
    const limits = limitsOf(policy, seccomp?.path)
    if (!(await runsHere(built))) return { run: notRun('not-run', cannotStart(built), limits), answers: [] }
    return started(await prepareStart(tool, image, asking), limits)
  })
}

function ofRun(lock: Lock) {
  return { wanted: 'a run of the image under production restrictions', tool: () => ownToolImage(lock, 'sandbox') }
}

function cannotStart({ archive }: BuiltArchive): string {
  return `this engine cannot start ${archive.platform} programs`
}

/** A function that runs the image, unless the engine has a result of the same occasion. */
async function prepareStart(
  tool: ReadyTool,
  { built, policy, seccomp, lock }: Startable,
  asking?: Asking,
): Promise<(occasion?: string) => Promise<ToolRun>> {
  const paths = { plan: '/plan.json', configuration: '/image.json', root: '/image' }
  const image = dag.container({ platform: built.archive.platform as DaggerPlatform }).import_(built.file)
  const ready = tool.container
    .withMountedFile(paths.plan, plainFile(sandboxPlan(policy, seccomp?.text, asking)))
    .withMountedFile(paths.configuration, await configurationFile(built, lock))
    .withMountedDirectory(paths.root, withFiles(image.rootfs(), policy.runtime.files))
  return async (occasion) =>
    runTool(
      'sandbox',
      fresh(await withServices(ready, policy.runtime.services, lock, occasion), occasion),
      runImage(tool.program, paths),
      { insecureRootCapabilities: true },
    )
}

async function started(
  start: () => Promise<ToolRun>,
  limits: Runtime['limits'],
): Promise<{ run: Runtime; answers: readonly Answered[] }> {
  const ended = await start()
  requireSuccess(
    'sandbox',
    ended,
    'The engine must allow containers with root capabilities (insecureRootCapabilities) and control groups; otherwise set runtime.required to false.',
  )
  return parseRun(ended.stdout, limits)
}

function notRun(outcome: 'not-run' | 'not-asked', reason: string, limits: Runtime['limits']): Runtime {
  return {
    outcome,
    reason,
    madeBy: '',
    user: '',
    probe: '',
    limits,
    peakMemory: 0,
    outOfMemory: 0,
    refusedWrites: [],
    refusedCalls: [],
    calls: [],
    usedTmpfs: [],
    listens: [],
    output: [],
  }
}

function limitsOf({ runtime }: Policy, seccomp: string | undefined): Runtime['limits'] {
  return {
    memory: parseBytes(runtime.memory),
    pids: runtime.pids,
    cpus: runtime.cpus,
    tmpfs: runtime.tmpfs,
    seccomp: seccomp ?? 'default',
    services: Object.keys(runtime.services).toSorted(),
  }
}

/** The image's user differs from the one who writes the files, so everybody may read them, like mounted secrets. */
function withFiles(root: Directory, files: Policy['runtime']['files']): Directory {
  return Object.entries(files).reduce(
    (current, [path, text]) => current.withNewFile(path, text, { permissions: 0o444 }),
    root,
  )
}

function plainFile(text: string): File {
  return dag.directory().withNewFile('file', text).file('file')
}

/**
 * The engine starts services, and the sandbox gives the image access to them. Each occasion has its own, without leftovers from earlier runs.
 */
async function withServices(
  container: Container,
  services: Policy['runtime']['services'],
  lock: Lock,
  occasion: string | undefined,
): Promise<Container> {
  let bound = container
  for (const [name, service] of Object.entries(services))
    bound = bound.withServiceBinding(name, await startable(name, service, lock, occasion))
  return bound
}

async function startable(
  name: string,
  service: RuntimeService,
  lock: Lock,
  occasion: string | undefined,
): Promise<Service> {
  const pinned = pinnedImage(service.image, lock)
  if (pinned === undefined && lock.mode === 'sealed')
    throw noSubstitute(service.image, lock, { role: `, the image of the service ${name}` })
  const image = pinned ?? `${service.image}@${await resolveDigest(service.image)}`
  const container = Object.entries(service.environment ?? {}).reduce(
    (current, [variable, value]) => current.withEnvVariable(variable, value),
    dag.container().from(image),
  )
  const exposed = service.ports.reduce((current, port) => current.withExposedPort(port), fresh(container, occasion))
  return exposed.asService({
    useEntrypoint: true,
    ...(service.arguments === undefined ? {} : { args: service.arguments }),
  })
}
