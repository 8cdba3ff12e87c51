import { existsSync, readFileSync } from 'node:fs'
import { dag, type Directory, type File, type Secret, type Service } from '@dagger.io/dagger'
import type { Request } from '../../pipelines/request.ts'
import { controllers, type Controller } from '../admission/index.ts'
import { frameworks, type FrameworkName } from '../audit/compliance/index.ts'
import { DeliveryError } from '../model/errors.ts'
import { createLogger } from './log.ts'
import { GitFacts } from '../model/index.ts'
import { nameValues, publicRemoteUrl } from '../image-metadata/index.ts'
import type { ImageSource } from '../stages/source/image-source.ts'
import type { Progress } from '../engine/progress.ts'
import { releasedPrograms } from '../engine/own-programs.ts'
import type { Pinned } from '../engine/tool-image.ts'
import { connectedLock, parseGivenLock, parseSealedLock, readBaseLock } from '../stages/source/read-lock.ts'
import { parsePins, pinnedTools, pinsOf } from '../tools/pins.ts'
import { givenText } from './given-text.ts'
import { targetOf } from './publication.ts'

/** Where a sealed engine's runtime keeps the lock file of its substitutes. An official runtime has no such file. */
const sealedLock = '/usr/share/loadline/lock.json'

/** The pins: on a sealed engine from its own lock file; otherwise the tools from this release or the given file, and the bases from the given lock file or the source's, if there is one. Throws `LOCK`. */
export async function lockOf(
  { lock, tools }: { lock?: File; tools?: File },
  source: Directory | undefined,
): Promise<Pinned> {
  if (existsSync(sealedLock)) return parseSealedLock(readFileSync(sealedLock, 'utf8'), sealedLock)
  const [own, given] = await Promise.all(
    [tools, lock].map((file) => (file === undefined ? undefined : givenText(file))),
  )
  const pins = own === undefined ? pinsOf() : parsePins(own.text, own.path)
  const found =
    given === undefined
      ? connectedLock(pinnedTools(pins), source === undefined ? undefined : await readBaseLock(source))
      : parseGivenLock(given.text, given.path, pinnedTools(pins))
  const programs = await releasedPrograms(found)
  return 'missing' in programs ? found : { ...found, programs }
}

/** Build secrets by the IDs with which the Dockerfile mounts them. Throws `USAGE` if the numbers of IDs and secrets differ. */
export async function secretsOf(ids: readonly string[], secrets: readonly Secret[]): Promise<Map<string, Secret>> {
  if (ids.length !== secrets.length) {
    throw new DeliveryError(
      'USAGE',
      `expected as many build secret IDs as build secrets, found ${ids.length} IDs for ${secrets.length} secrets`,
      'Give --build-secret-id once for each --build-secret, in the same order.',
    )
  }
  return new Map(
    await Promise.all(
      ids.map(async (id, index) => [id, dag.setSecret(id, (await secrets[index]?.plaintext()) ?? '')] as const),
    ),
  )
}

/** The admission controller to write for. Throws `USAGE` if it is not supported. */
export function controllerOf(name: string): Controller {
  if (Object.hasOwn(controllers, name)) return name as Controller
  throw new DeliveryError(
    'USAGE',
    `expected the controller ${Object.keys(controllers).join(' or ')}, found "${name}"`,
    'Write --controller kyverno, or --controller policy-controller.',
  )
}

/** The compliance framework with a name. Throws `USAGE` if there is none. */
export function frameworkOf(name: string): FrameworkName {
  if (Object.hasOwn(frameworks, name)) return name as FrameworkName
  throw new DeliveryError(
    'USAGE',
    `expected the framework ${Object.keys(frameworks).join(' or ')}, found "${name}"`,
    `Write --framework ${Object.keys(frameworks)[0]}.`,
  )
}

/** Progress as structured log lines, which Dagger shows with the call. */
export function progressLog(): Progress {
  const log = createLogger('info')
  return ({ state, ...event }) => (state === 'failed' ? log.error(event, state) : log.info(event, state))
}

/** The given git facts, validated, as JSON. Throws `USAGE` if they are not valid. */
export function gitFactsOf(given: {
  revision: string
  committedAt: string
  repository: string | undefined
  branch: string | undefined
  tags: string[]
  allTags: string[]
  pullRequest: number | undefined
  dirty: boolean
}): string {
  const { repository, branch, pullRequest, committedAt, allTags, ...others } = given
  const moment = new Date(committedAt)
  const address = repository === undefined ? undefined : publicRemoteUrl(repository)
  const parsed = GitFacts.safeParse({
    ...others,
    committedAt: Number.isNaN(moment.getTime()) ? committedAt : moment.toISOString(),
    ...(allTags.length === 0 ? {} : { allTags }),
    ...(address === undefined ? {} : { repository: address }),
    ...(branch === undefined ? {} : { branch }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
  })
  if (!parsed.success)
    throw new DeliveryError(
      'USAGE',
      `the revision is not valid: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`,
      'Give --revision with the full commit hash and --committed-at with its time in ISO 8601.',
    )
  return JSON.stringify(parsed.data)
}

/** The reference, or nothing if the image is a file or directory. Throws `USAGE` unless exactly one image is named. */
export function requireOneImage(
  reference: string | undefined,
  archive: File | undefined,
  layout: Directory | undefined,
): string {
  const given = [reference, archive, layout].filter((one) => one !== undefined).length
  if (given !== 1)
    throw new DeliveryError(
      'USAGE',
      `expected one image, found ${given}`,
      'Give one of --reference, --archive and --layout.',
    )
  return reference ?? ''
}

/** An existing image, as given to the module; the reference is empty if there is none. */
interface ImageInputs {
  image: string
  imageArchive?: File
  imageLayout?: Directory
  imageRegistry?: Service
  imageRegistryConfig?: Secret
  imageRegistryCa?: File
}

/** The image that is judged instead of a build, if there is one. */
export async function imageOf(given: ImageInputs): Promise<{ image?: ImageSource }> {
  const { image: reference, imageArchive: archive, imageLayout: layout } = given
  if (archive !== undefined) return { image: { form: 'archive', name: await archive.name(), file: archive } }
  if (layout !== undefined) return { image: { form: 'layout', name: 'the given layout', directory: layout } }
  if (reference === '') return {}
  const target = await targetOf(reference, given.imageRegistry, given.imageRegistryConfig, given.imageRegistryCa)
  return { image: { form: 'registry', name: reference, target } }
}

/** A call's options about its source, other than the policy; an empty text or list means none. */
interface Choices {
  platform?: string[]
  buildArg?: string[]
  pathInRepository: string
  version: string
  file: string
  target: string
  label: string[]
}

type Chosen = Pick<
  Request,
  'platforms' | 'buildArgs' | 'pathInRepository' | 'version' | 'dockerfile' | 'target' | 'labels'
>

/** The options in the form of a request. Throws `USAGE` if a label or a build argument has no name. */
export function chosen(choices: Choices): Chosen {
  const { platform = [], buildArg = [], pathInRepository, version, file, target, label } = choices
  return {
    ...(platform.length === 0 ? {} : { platforms: platform }),
    ...(buildArg.length === 0 ? {} : { buildArgs: nameValues(buildArg, '--build-arg') }),
    ...(pathInRepository === '' ? {} : { pathInRepository }),
    ...(version === '' ? {} : { version }),
    ...(file === '' ? {} : { dockerfile: file }),
    ...(target === '' ? {} : { target }),
    labels: nameValues(label, '--label'),
  }
}
