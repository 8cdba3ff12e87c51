import { basename } from 'node:path'
import { dag, type Container, type Platform } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Lock, PinnedTool, ToolIdentity } from '../model/index.ts'
import { ownTools, supportImages, tools, type Tool } from '../tools/images.ts'
import { compiledProgram, compiledReference, type Programs } from './own-programs.ts'
import { pullError } from './pull-fault.ts'

/** A tool ready to run: its container, its program, and its entry in the report. */
export interface ReadyTool {
  container: Container
  program: string
  identity: ToolIdentity
}

/** A run's pins, with Loadline's own programs if they have been prepared. */
export type Pinned = Lock & { programs?: Programs }

/**
 * The container of a published tool, by its pinned digest. It runs as the publisher's image says, and its
 * program is where the image says. Throws `LOCK` if nothing pins it in the version that this Loadline runs, and `TOOL` if it
 * cannot be pulled.
 */
export async function toolImage(lock: Pinned, name: keyof typeof tools, platform?: Platform): Promise<ReadyTool> {
  const tool: Tool = tools[name]
  const pinned = pinnedTool(lock, tool)
  const container = dag.container(platform === undefined ? {} : { platform }).from(pinned.reference)
  try {
    const [entrypoint, defaults] = await Promise.all([container.entrypoint(), container.defaultArgs()])
    return {
      container,
      program: programIn(entrypoint, defaults, tool.program),
      identity: identityOf(tool.name, pinned),
    }
  } catch (error) {
    throw pullError('TOOL', `the image of ${tool.name} is not available`, error, { missing: missingRemedy(pinned) })
  }
}

/** A supporting image, by digest. Throws `LOCK` if nothing pins it, and `TOOL` if it cannot be pulled. */
export async function supportImage(
  lock: Lock,
  name: keyof typeof supportImages,
): Promise<{ container: Container; pinned: PinnedTool }> {
  const pinned = pinnedTool(lock, supportImages[name])
  const container = dag.container().from(pinned.reference)
  try {
    // All of it: its layers may be unreachable even if its manifest is not.
    await container.sync()
    return { container, pinned }
  } catch (error) {
    throw pullError('TOOL', `failed to pull the image ${supportImages[name].name}`, error, {
      missing: missingRemedy(pinned),
    })
  }
}

/**
 * Where the program is: publishers move it between releases, and their image names it as its entry point.
 * `known` applies if the image starts something else, or does not name a path.
 */
export function programIn(entrypoint: readonly string[], defaults: readonly string[], known: string): string {
  return (
    [entrypoint[0], defaults[0]].find((word) => word?.startsWith('/') === true && basename(word) === basename(known)) ??
    known
  )
}

/** The pin of a tool or supporting image, in the version that this Loadline runs. Throws `LOCK`. */
export function pinnedTool(lock: Lock, tool: Pick<Tool, 'name' | 'version' | 'reference'>): PinnedTool {
  const pinned = lock.tools[tool.name]
  const hint =
    lock.mode === 'sealed'
      ? 'Run "LOADLINE_ENGINE=sealed loadline engine up", which makes every tool that this version of Loadline runs, and then the same command again.'
      : 'Omit the file with your own pins (--tools), or write one for this version: "loadline tools --output FILE".'
  if (pinned === undefined)
    throw new DeliveryError('LOCK', `nothing pins ${tool.name} (${tool.reference}) by digest`, hint)
  if (pinned.version !== tool.version)
    throw new DeliveryError(
      'LOCK',
      `${tool.name} is pinned at version ${pinned.version}, but this Loadline runs ${tool.version}`,
      hint,
    )
  return pinned
}

/**
 * What to do if the publisher no longer has the digest, or never had it. `asking` is the command that finds a different
 * one.
 */
export function missingRemedy({ confidence }: PinnedTool, asking = 'loadline tools --output pins.json'): string {
  const why =
    confidence === undefined || confidence === 'confirmed'
      ? 'The publisher has withdrawn it.'
      : `This digest was collected from public files (${confidence}) and not yet confirmed by its registry.`
  return `${why} Update Loadline, or run "${asking}", which asks the publishers and starts each tool, and pass the file with --tools.`
}

function identityOf(name: string, { version, reference }: PinnedTool): ToolIdentity {
  return { name, version, reference }
}

/** Whether Loadline's own programs are available: otherwise the first one needed is compiled, which takes minutes. */
export function hasOwnTools({ tools: pinned, programs }: Pinned): boolean {
  return programs !== undefined || Object.keys(ownTools).every((name) => pinned[name] !== undefined)
}

/**
 * The container of one of Loadline's own programs: what a sealed toolchain or a release built, or what was compiled
 * from this package's source. Throws `LOCK`.
 */
export async function ownToolImage(lock: Pinned, name: keyof typeof ownTools): Promise<ReadyTool> {
  const { program, version } = ownTools[name]
  const pinned = lock.tools[name]
  if (pinned !== undefined)
    return { container: dag.container().from(pinned.reference), program, identity: identityOf(name, pinned) }
  if (lock.programs !== undefined)
    return {
      container: lock.programs.container,
      program,
      identity: { name, version, reference: lock.programs.reference },
    }
  const { container: compiler, pinned: by } = await supportImage(lock, 'goCompiler')
  return {
    container: await compiledProgram(compiler, name),
    program,
    identity: { name, version, reference: compiledReference(by.reference) },
  }
}
