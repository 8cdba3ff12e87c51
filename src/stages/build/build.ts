import {
  dag,
  ImageMediaTypes,
  type Container,
  type Directory,
  type File,
  type Platform as DaggerPlatform,
  type Secret,
  type Socket,
} from '@dagger.io/dagger'
import { z } from 'zod'
import { DeliveryError, type ErrorCode } from '../../model/errors.ts'
import type { Archive, Lock, Platform } from '../../model/index.ts'
import type { Policy } from '../../policy/schema.ts'
import { builtInstructions } from '../../tools/dockerfile/built-instructions.ts'
import type { DockerfilePreparation, DockerfileReading } from '../../tools/dockerfile/output.ts'
import { extractLayout, inspectImage } from '../../tools/inspect/command.ts'
import { buildFailure } from './build-failure.ts'
import { parseInspection, refusal, type Inspection } from '../../tools/inspect/output.ts'
import { runTool } from '../../engine/run-tool.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import { withheldSecret } from '../../tools/dockerfile/command.ts'
import { buildContext } from './build-context.ts'
import { normalizeArchive } from './normalize.ts'
import { isFromScratch, withItsPlatform } from './scratch-image.ts'

/** The built image of one platform: the bytes that every collector reads and that publish pushes. */
export interface BuiltArchive {
  archive: Archive
  file: File
  /** The same bytes as an OCI layout directory, for tools that cannot read an archive with mixed layer compression. */
  layout: Directory
  inspection: Inspection
  /** The time at which a normalized image was made, in seconds since 1970; absent if the image is as the engine or its owner wrote it. */
  epoch?: number
}

/** What is built. */
export interface BuildRequest {
  directory: Directory
  /** Its path, its text, BuildKit's reading of it, and its ignore file. */
  dockerfile: {
    path: string
    text: string
    reading: DockerfileReading
    ignored: string
    buildArgs: Readonly<Record<string, string>>
  }
  /** The text to build for each platform. */
  preparation: DockerfilePreparation
  policy: Policy
  secrets: ReadonlyMap<string, Secret>
  /** An ssh agent for the steps that mount one. */
  ssh: Socket | undefined
  /** Labels about the image's origin. One that the Dockerfile sets itself wins. */
  labels: Readonly<Record<string, string>>
  /** The time to normalize the image to, in seconds since 1970; absent if it stays as the engine writes it. */
  epoch: number | undefined
}

/**
 * Names a group of builds that trust each other: at most 200 letters, digits and `._/-`. Cache mounts are shared only within a scope.
 */
export const CacheScope = z
  .string()
  .regex(/^[\w./-]{1,200}$/)
  .brand('CacheScope')
export type CacheScope = z.infer<typeof CacheScope>

/** Reads the name of a cache scope. Throws `USAGE` if it is not valid. */
export function parseCacheScope(name: string): CacheScope {
  const parsed = CacheScope.safeParse(name)
  if (!parsed.success)
    throw new DeliveryError(
      'USAGE',
      `"${name}" is not a valid name for a cache scope`,
      'Use at most 200 letters, digits, dots, dashes, underscores and slashes, e.g. pull-request/17.',
    )
  return parsed.data
}

/**
 * Builds one platform with BuildKit and exports it as one OCI archive. Its digest is read from the archive itself. Throws `BUILD`.
 */
export async function buildArchive(request: BuildRequest, platform: Platform, lock: Lock): Promise<BuiltArchive> {
  const container = buildContainer(request, platform)
  let file: File
  try {
    file = await (await withLabels(container, request, platform)).asTarball({ mediaTypes: ImageMediaTypes.Oci }).sync()
  } catch (error) {
    throw buildFailure(error, request.dockerfile.path, platform, builtInstructions(request.dockerfile, platform))
  }
  const isOther = isFromScratch(request.dockerfile.reading, platform) && (await container.platform()) !== platform
  const whole = isOther ? await withItsPlatform(file, platform, lock) : file
  const built =
    request.epoch === undefined ? await readArchive(whole, lock) : await readNormalized(whole, request.epoch, lock)
  if (built.archive.platform !== platform) {
    throw new DeliveryError(
      'BUILD',
      `expected the build to make an image for ${platform}, found one for ${built.archive.platform}`,
      'Check FROM --platform in the last stage of the Dockerfile.',
    )
  }
  return built
}

/**
 * Builds one platform and returns the seconds that it took, without exporting it: unchanged steps cost nothing if they
 * were built before. Throws `BUILD`.
 */
export async function timeBuild(request: BuildRequest, platform: Platform): Promise<number> {
  const started = performance.now()
  try {
    await buildContainer(request, platform).sync()
  } catch (error) {
    throw buildFailure(error, request.dockerfile.path, platform, builtInstructions(request.dockerfile, platform))
  }
  return Math.round(performance.now() - started) / 1000
}

function buildContainer(request: BuildRequest, platform: Platform): Container {
  const { build } = request.policy
  const prepared = request.preparation.dockerfiles.find((one) => one.platform === platform)
  if (prepared === undefined) throw new TypeError(`no Dockerfile was prepared for ${platform}`)
  const context = buildContext(request.directory, { text: prepared.text, ignored: request.dockerfile.ignored })
  const container = context.directory.dockerBuild({
    dockerfile: context.dockerfile,
    platform: platform as DaggerPlatform,
    buildArgs: Object.entries(request.dockerfile.buildArgs).map(([name, value]) => ({ name, value })),
    // The empty secret overwrites the variables of earlier steps' secrets, which the engine would leave readable.
    secrets: [...request.secrets.values(), ...(prepared.withheld ? [dag.setSecret(withheldSecret, '')] : [])],
    ...(request.ssh === undefined ? {} : { ssh: request.ssh }),
    ...(build.target === undefined ? {} : { target: build.target }),
  })
  // The engine records the path of the agent's socket in the image's configuration.
  return request.ssh === undefined ? container : container.withoutEnvVariable('SSH_AUTH_SOCK')
}

async function readNormalized(file: File, epoch: number, lock: Lock): Promise<BuiltArchive> {
  const normalized = await normalizeArchive(file, epoch, lock)
  const read = await readArchive(normalized.file, lock)
  const layers = read.inspection.layers.map((layer, index) => ({
    ...layer,
    createdBy: normalized.createdBy[index] ?? layer.createdBy,
  }))
  return { ...read, inspection: { ...read.inspection, layers }, epoch }
}

/** What an unreadable archive means: for one that was just built, a bug in Loadline. */
const ownFault = { code: 'TOOL', hint: 'Report this as a bug in Loadline, with the Dockerfile if you can.' } as const

/**
 * Reads an archive of one image, checking every digest. Throws `TOOL`, and for an invalid archive the error of `unreadable`.
 */
export async function readArchive(
  file: File,
  lock: Lock,
  unreadable: { code: ErrorCode; hint: string } = ownFault,
): Promise<BuiltArchive> {
  const inspection = await inspect(file, lock, unreadable)
  return {
    archive: { platform: inspection.platform, digest: inspection.digest, mediaType: inspection.mediaType },
    file,
    layout: await unpack(file, lock),
    inspection,
  }
}

/**
 * Labels and annotations are part of what is scanned and signed, so they are set before the archive is exported. Both
 * have the same values.
 */
async function withLabels(
  container: Container,
  { labels, dockerfile: { reading } }: BuildRequest,
  platform: Platform,
): Promise<Container> {
  // A base image's own labels describe that image, and are left out.
  const own = new Set(reading.platforms.find((one) => one.platform === platform)?.labels)
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
  const tool = await ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', tool.container.withMountedFile('/archive.tar', file), [
    tool.program,
    ...inspectImage('/archive.tar'),
  ])
  if (run.exitCode !== 0)
    throw new DeliveryError(code, `failed to read the archive of the image: ${refusal(run.stderr)}`, hint)
  return parseInspection(run.stdout)
}

/** An archive as an OCI layout directory, by a command of `inspect`: as it is, or as scanners can read it. */
export async function unpack(
  file: File,
  lock: Lock,
  extract: (archive: string, directory: string) => string[] = (archive, directory) =>
    extractLayout([archive], directory),
): Promise<Directory> {
  const tool = await ownToolImage(lock, 'inspect')
  return tool.container
    .withMountedFile('/archive.tar', file)
    .withExec([tool.program, ...extract('/archive.tar', '/layout')])
    .directory('/layout')
}
