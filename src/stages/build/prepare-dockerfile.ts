import {
  dag,
  ImageMediaTypes,
  type Container,
  type Directory,
  type Platform as DaggerPlatform,
} from '@dagger.io/dagger'
import { lastLines, runTool, type ToolRun } from '../../engine/run-tool.ts'
import { ownToolImage, type Pinned } from '../../engine/tool-image.ts'
import { DeliveryError } from '../../model/errors.ts'
import type { Platform } from '../../model/index.ts'
import { prepareArguments, requestFile, type BuildChoice, type PreparedBase } from '../../tools/dockerfile/command.ts'
import { parsePreparation, type DockerfilePreparation } from '../../tools/dockerfile/output.ts'
import { unreadable } from '../source/read-dockerfile.ts'
import type { BaseToPrepare } from './pin-bases.ts'

/** What a Dockerfile is prepared for. */
export interface Preparing extends BuildChoice {
  path: string
  text: string
  platforms: readonly Platform[]
  /** IDs of the secrets given to the build. */
  secrets: readonly string[]
  agent: boolean
  cacheScope: string
  pragmas: 'deny' | 'report'
  bases: readonly BaseToPrepare[]
  /** A number that no earlier build had, if none of its steps may come from the engine's cache. */
  again?: number
  /** Whether it is built: otherwise only BuildKit's checks are run. */
  isBuilt: boolean
}

/**
 * Makes the Dockerfile to build for each platform: bases pinned, cache mounts in their scope, secrets hidden from later
 * steps, and no other byte changed. The result is read and converted again to verify it. The bases' configurations are
 * inspected first: their ONBUILD steps are part of the build. Throws `SOURCE` if a base adds what cannot or must not be
 * built, and `BUILD` if a base is unavailable.
 */
export async function prepareDockerfile(preparing: Preparing, lock: Pinned): Promise<DockerfilePreparation> {
  const { path, text, platforms, secrets, agent, cacheScope, pragmas, bases, isBuilt, again, ...choice } = preparing
  const tool = await ownToolImage(lock, 'dockerfile')
  const placed = bases.map((base, index) => ({ base, archive: base.from === undefined ? '' : `/bases/${index}.tar` }))
  const request = requestFile({
    buildArgs: choice.buildArgs,
    ...(choice.target === undefined ? {} : { target: choice.target }),
    platforms,
    secrets,
    agent,
    cacheScope,
    ...(again === undefined ? {} : { again }),
    obeyChecks: pragmas === 'report',
    bases: placed.map(({ base: { asked, platform, buildOn }, archive }): PreparedBase => ({
      reference: asked,
      platform,
      archive,
      ...(buildOn === undefined ? {} : { buildOn }),
    })),
  })
  const files = dag.directory().withNewFile('Dockerfile', text).withNewFile('request.json', request)
  const container = placed.reduce(
    (current, { base, archive }) =>
      base.from === undefined
        ? current
        : current.withMountedFile(archive, configurationArchive(base.from, base.platform)),
    tool.container.withMountedDirectory('/work', files),
  )
  const { exitCode, stdout, stderr } = await run(path, container, [
    tool.program,
    ...prepareArguments('/work/request.json', '/work/Dockerfile'),
  ])
  if (exitCode !== 0) throw unreadable(path, stderr)
  return parsePreparation(stdout, path, { isBuilt })
}

/** An archive with an image's configuration but none of its files: only the build fetches layers. */
function configurationArchive(reference: string, platform: string): ReturnType<Container['asTarball']> {
  const nothing: Directory = dag.directory()
  return dag
    .container({ platform: platform as DaggerPlatform })
    .from(reference)
    .withRootfs(nothing)
    .asTarball({ mediaTypes: ImageMediaTypes.Oci })
}

async function run(path: string, container: Container, program: string[]): Promise<ToolRun> {
  try {
    return await runTool('dockerfile', container, program)
  } catch (error) {
    if (error instanceof DeliveryError) throw error
    throw new DeliveryError(
      'BUILD',
      `a base of ${path} is not available: ${lastLines(error instanceof Error ? error.message : String(error), 1)}`,
      "Check that its registry can be reached with the right credentials, and that it has an image for each of the policy's platforms.",
      { cause: error },
    )
  }
}
