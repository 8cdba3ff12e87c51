import {
  ImageMediaTypes,
  type Container,
  type Directory,
  type File,
  type Platform as DaggerPlatform,
  type Secret,
} from '@dagger.io/dagger'
import { z } from 'zod'
import { writtenInstructions } from '../../formats/dockerfile/written-instructions.ts'
import { DeliveryError, type ErrorCode } from '../../model/errors.ts'
import type { Archive, Lock, Platform } from '../../model/index.ts'
import type { Policy } from '../../policy/schema.ts'
import { ownLabels, scopeCaches } from '../../formats/dockerfile/dockerfile.ts'
import { extractLayout, inspectImage } from '../../tools/inspect/command.ts'
import { buildFailure } from './build-failure.ts'
import { parseInspection, refusal, type Inspection } from '../../tools/inspect/output.ts'
import { runTool } from '../../engine/run-tool.ts'
import { ownToolImage } from '../../engine/tool-image.ts'

/** The built image of one platform: the bytes that every collector reads and that publish pushes. */
export interface BuiltArchive {
  archive: Archive
  file: File
  /** The same bytes as an OCI layout directory, for tools that cannot read an archive whose layers are compressed in different ways. */
  layout: Directory
  inspection: Inspection
}

/** What is built. */
export interface BuildRequest {
  directory: Directory
  /** The Dockerfile with its bases pinned; it replaces the one in the directory. */
  dockerfile: { path: string; text: string }
  policy: Policy
  secrets: ReadonlyMap<string, Secret>
  cacheScope: CacheScope
  /** Labels that say where the image comes from. One that the Dockerfile sets itself wins. */
  labels: Readonly<Record<string, string>>
}

/** Names whom a build trusts: letters, digits and `._/-`. Cache mounts are shared within a scope; what one leaves there, another never sees. */
export const CacheScope = z
  .string()
  .regex(/^[\w./-]{1,200}$/)
  .brand('CacheScope')
export type CacheScope = z.infer<typeof CacheScope>

/** Reads the name of a cache scope. Throws `USAGE` where it is none. */
export function parseCacheScope(name: string): CacheScope {
  const parsed = CacheScope.safeParse(name)
  if (!parsed.success)
    throw new DeliveryError(
      'USAGE',
      `"${name}" is no name of a cache scope`,
      'Write letters, digits, dots, dashes, underscores and slashes, e.g. pull-request/17.',
    )
  return parsed.data
}

/** Builds one platform with BuildKit and exports it as one OCI archive. Its digest is read from the archive itself. Throws `BUILD`. */
export async function buildArchive(request: BuildRequest, platform: Platform, lock: Lock): Promise<BuiltArchive> {
  const { build } = request.policy
  const dockerfile = scopeCaches(request.dockerfile.text, request.cacheScope)
  const container = request.directory.withNewFile(request.dockerfile.path, dockerfile).dockerBuild({
    dockerfile: request.dockerfile.path,
    platform: platform as DaggerPlatform,
    buildArgs: Object.entries(build.args).map(([name, value]) => ({ name, value })),
    secrets: [...request.secrets.values()],
    ...(build.target === undefined ? {} : { target: build.target }),
  })
  let file: File
  try {
    file = await (await withLabels(container, request)).asTarball({ mediaTypes: ImageMediaTypes.Oci }).sync()
  } catch (error) {
    const { path, text } = request.dockerfile
    throw buildFailure(error, path, platform, writtenInstructions(text))
  }
  const built = await readArchive(file, lock)
  if (built.archive.platform !== platform) {
    throw new DeliveryError(
      'BUILD',
      `the build was asked for ${platform} and made an image for ${built.archive.platform}`,
      'Check FROM --platform in the last stage of the Dockerfile.',
    )
  }
  return built
}

/** What an unreadable archive means: for one that was just built, a fault of Loadline. */
const ownFault = { code: 'TOOL', hint: 'Report this as a fault of Loadline, with the Dockerfile if you can.' } as const

/** Reads an archive of one image, every digest in it checked. Throws `TOOL`, and for an archive that cannot be believed what `unreadable` says. */
export async function readArchive(
  file: File,
  lock: Lock,
  unreadable: { code: ErrorCode; hint: string } = ownFault,
): Promise<BuiltArchive> {
  const inspection = await inspect(file, lock, unreadable)
  return {
    archive: { platform: inspection.platform, digest: inspection.digest, mediaType: inspection.mediaType },
    file,
    layout: unpack(file, lock),
    inspection,
  }
}

/** Labels and annotations are part of what is scanned and signed, so they are set before the archive is exported. Both say the same. */
async function withLabels(container: Container, { labels, dockerfile, policy }: BuildRequest): Promise<Container> {
  const { args, target } = policy.build
  const own = new Set(ownLabels(dockerfile.text, { buildArgs: args, ...(target === undefined ? {} : { target }) }))
  const decided = await Promise.all(
    Object.entries(labels).map(async ([name, value]) => ({
      name,
      value: own.has(name) ? ((await container.label(name)) ?? value) : value,
    })),
  )
  return decided.reduce(
    (current, { name, value }) =>
      (own.has(name) ? current : current.withLabel(name, value)).withAnnotation(name, value),
    container,
  )
}

async function inspect(file: File, lock: Lock, { code, hint }: { code: ErrorCode; hint: string }): Promise<Inspection> {
  const tool = ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', tool.container.withMountedFile('/archive.tar', file), [
    tool.program,
    ...inspectImage('/archive.tar'),
  ])
  if (run.exitCode !== 0)
    throw new DeliveryError(code, `the archive of the image cannot be read: ${refusal(run.stderr)}`, hint)
  return parseInspection(run.stdout)
}

function unpack(file: File, lock: Lock): Directory {
  const tool = ownToolImage(lock, 'inspect')
  return tool.container
    .withMountedFile('/archive.tar', file)
    .withExec([tool.program, ...extractLayout(['/archive.tar'], '/layout')])
    .directory('/layout')
}
