import { basename, resolve } from 'node:path'
import { dag, type Secret } from '@dagger.io/dagger'
import type { Request } from '../../pipelines/request.ts'
import { deliver, type Delivery, type Publication } from '../../pipelines/deliver.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import type { GivenImage } from '../../src/model/index.ts'
import { nameValues } from '../../src/image-metadata/index.ts'
import type { GivenDatabase } from '../../src/stages/evidence/database.ts'
import type { Progress } from '../../src/engine/progress.ts'
import { parseImageReference } from '../../src/formats/image-reference.ts'
import { cacheScope } from '../github/cache-scope.ts'
import type { SourceOptions } from './build-and-scan-options.ts'
import { givenAgent } from './given-agent.ts'
import { credential } from './given-credential.ts'
import { dockerfileBelow } from './dockerfile-below.ts'
import { findEngine, type Engine } from './choose-engine.ts'
import { readGitFacts } from './git/read-git-facts.ts'
import { nameOfImage, openGivenImage, recogniseImage } from './given-image.ts'
import { namedImages } from './named-images.ts'
import { noteApplication } from './files/physical-path.ts'
import { limits } from './files/read-file.ts'
import { readyPrograms } from './ready-programs.ts'
import { pathInRepository } from './path-in-repository.ts'
import { readPinning, type Pinning } from './pinning.ts'
import { givenFileText, kindOfGiven, policyText, readGiven } from './files/given-file.ts'
import { reachRegistry } from './reach-registry.ts'
import { withSession } from './session.ts'
import { givenSigner, type GivenSigner } from './given-signer.ts'

/** A run's surroundings: its clock, its observers, and the file for the engine's log. */
export interface Surroundings {
  startedAt: Date
  progress: Progress
  say(line: string): void
  logFile: string
}

/**
 * Finds an engine and runs the whole flow on one source directory, which may be omitted if an image is given. Throws a
 * `DeliveryError` if no run could start; a run that breaks later is a report.
 */
export async function deliverSource(
  source: string | undefined,
  options: SourceOptions,
  { startedAt, progress, say, logFile }: Surroundings,
): Promise<Delivery> {
  const given = await readGivenSource(source, options, startedAt)
  const engine = await findEngine({
    say,
    images: given.images,
    withoutCosign: options.publish === undefined && options.baselineRelease === undefined,
    address: options.engine,
    tools: options.tools,
  })
  return withSession(engine, logFile, async () => {
    const { request, publication } = await beginRun(given, engine, { startedAt, progress, say })
    return deliver(request, publication)
  })
}

/** A source, and the contents of the files that the command line names for it. Reading them needs no engine. */
export interface GivenSource {
  /** Absent if only an image was given. */
  source: string | undefined
  image: GivenImage | undefined
  options: SourceOptions
  name: string
  pathInRepository: string | undefined
  /** The images that it is built on and run with, for an engine that has to make them first. */
  images: () => Promise<string[]>
  buildArgs: Record<string, string>
  dockerfile: string | undefined
  pinning: Pinning
  texts: Pick<Request, 'policy' | 'organisation' | 'baseline' | 'knownExploited' | 'exploitPrediction' | 'additional'>
}

/** Reads everything before looking for an engine, whose set-up may take long. Throws if something is wrong. */
export async function readGivenSource(
  source: string | undefined,
  given: SourceOptions,
  now: Date,
): Promise<GivenSource> {
  if (source !== undefined) noteApplication(source)
  const image = given.image === undefined ? undefined : await recogniseImage(given.image)
  const name = applicationName(source, image)
  const options = optionsFor(name, given)
  if (source !== undefined) await requireDirectory(source)
  const policy = await policyText(options.policy, 'policy')
  const organisation = await policyText(options.organisation, 'organisation')
  const baseline = await givenFileText(options.baseline, 'baseline')
  const knownExploited = await givenFileText(options.knownExploited, 'known-exploited')
  const exploitPrediction = await givenFileText(options.exploitPrediction, 'exploit-prediction')
  const additional = await Promise.all(
    (options.additionalSarif ?? []).map(async (path) => ({
      path,
      text: await readGiven({ path, what: 'SARIF', code: 'USAGE', most: limits.report }),
    })),
  )
  const buildArgs = nameValues(options.buildArg ?? [], '--build-arg')
  const dockerfile = options.file === undefined ? undefined : dockerfileBelow(source ?? '.', options.file)
  return {
    source,
    image,
    options,
    name,
    pathInRepository:
      source === undefined ? undefined : await pathInRepository(source, process.env['GITHUB_WORKSPACE']),
    images: () =>
      namedImages(
        source,
        { organisation, application: policy },
        { dockerfile, target: options.target, buildArgs },
        now,
      ),
    buildArgs,
    dockerfile,
    pinning: await readPinning(options, source),
    texts: {
      ...(policy === undefined ? {} : { policy }),
      ...(organisation === undefined ? {} : { organisation }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(knownExploited === undefined ? {} : { knownExploited }),
      ...(exploitPrediction === undefined ? {} : { exploitPrediction }),
      ...(additional.length === 0 ? {} : { additional }),
    },
  }
}

/** Makes a run's request, within a session with the engine. Throws if something that it needs is missing. */
export async function beginRun(
  { source, image, options, name, pathInRepository: path, buildArgs, dockerfile, pinning, texts }: GivenSource,
  engine: Engine,
  { startedAt, progress, say }: Omit<Surroundings, 'logFile'>,
): Promise<{ request: Request; publication: Publication | undefined }> {
  const lock = await readyPrograms(await pinning(engine), say)
  const git = source === undefined ? undefined : await readGitFacts(resolve(source), process.env, say)
  return {
    request: {
      directory:
        source === undefined
          ? dag.directory()
          : dag.host().directory(resolve(source), { exclude: ['.git', 'loadline-report'] }),
      ...(image === undefined ? {} : { image: await openGivenImage(image, options) }),
      name,
      platforms: options.platform ?? [],
      buildArgs,
      labels: nameValues(options.label ?? [], '--label'),
      ...(dockerfile === undefined ? {} : { dockerfile }),
      ...(options.target === undefined ? {} : { target: options.target }),
      buildSecrets: await buildSecrets(options.buildSecret ?? []),
      ...(await givenAgent(options.ssh)),
      cacheScope: cacheScope(options.cacheScope, process.env, resolve(source ?? '.')),
      lock,
      now: startedAt,
      progress,
      ...(path === undefined ? {} : { pathInRepository: path }),
      ...(options.consumer === undefined ? {} : { form: options.consumer }),
      ...(git === undefined ? {} : { git }),
      ...(options.version === undefined ? {} : { version: options.version }),
      ...(options.baselineRelease === undefined
        ? {}
        : { baselineRelease: await reachRegistry(options.baselineRelease, options) }),
      ...texts,
      ...(await givenDatabase(options.vulnerabilityDatabase)),
    },
    publication: await givenPublication(options),
  }
}

/** The placeholder for the name of a source's directory, in options that name something of one source. */
export const namePlaceholder = '{name}'

/** The options with the placeholder replaced by a source's name. */
function optionsFor(name: string, options: SourceOptions): SourceOptions {
  const { publish, baseline, baselineRelease, file } = options
  const named = (text: string) => text.replaceAll(namePlaceholder, name)
  return {
    ...options,
    ...(publish === undefined ? {} : { publish: named(publish) }),
    ...(baseline === undefined ? {} : { baseline: named(baseline) }),
    ...(baselineRelease === undefined ? {} : { baselineRelease: named(baselineRelease) }),
    ...(file === undefined ? {} : { file: named(file) }),
  }
}

/**
 * The name of an application whose policy has none: that of its directory, or of an image given alone. Throws `USAGE`
 * if there is neither.
 */
export function applicationName(source: string | undefined, image: GivenImage | undefined): string {
  if (source !== undefined) return imageName(source)
  if (image === undefined)
    throw new DeliveryError(
      'USAGE',
      'nothing to judge: neither a source nor an image given',
      'Give the directory that has the Dockerfile, or --image with an existing image.',
    )
  return imageName(nameOfImage(image))
}

/** The name of an image whose policy has none. */
export function imageName(source: string): string {
  return (
    basename(resolve(source))
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'application'
  )
}

/** Throws `SOURCE` if this is not a directory, or is reached through a link that somebody may have committed. */
export async function requireDirectory(source: string): Promise<void> {
  const found = await kindOfGiven({ path: source, what: 'source', code: 'SOURCE' })
  if (found !== 'directory') {
    throw new DeliveryError(
      'SOURCE',
      `${source} ${found === undefined ? 'does not exist' : 'is not a directory'}`,
      'Give the path of the directory that has the Dockerfile.',
    )
  }
}

async function buildSecrets(entries: readonly string[]): Promise<Map<string, Secret>> {
  const sources = nameValues(entries, '--build-secret')
  return new Map(
    await Promise.all(
      Object.entries(sources).map(
        async ([id, source]) => [id, await credential(id, source, '--build-secret')] as const,
      ),
    ),
  )
}

export async function givenDatabase(given: string | undefined): Promise<{ database?: GivenDatabase }> {
  if (given === undefined) return {}
  const found = await kindOfGiven({ path: given, what: 'vulnerability database', code: 'DATABASE' })
  if (found === 'directory') return { database: { directory: dag.host().directory(resolve(given)) } }
  if (found === undefined && !/^[./~]/.test(given) && parseImageReference(given) !== undefined)
    return { database: { reference: given } }
  throw new DeliveryError(
    'DATABASE',
    `the vulnerability database ${given} is neither a directory nor a registry reference`,
    'Give a directory with db/trivy.db and db/metadata.json, or registry/repository:tag.',
  )
}

async function givenPublication(options: SourceOptions): Promise<Publication | undefined> {
  const { publish, tag = [], immutableTags = false, withheld } = options
  const signer = await givenSigner(options)
  if (publish === undefined) {
    refuseUnpublished(options, signer)
    return undefined
  }
  return {
    target: await reachRegistry(publish, options),
    tags: { rules: tag, immutable: immutableTags },
    ...signer,
    ...(withheld === undefined ? {} : { withheld }),
  }
}

/** Throws `USAGE` if an option is about publishing without --publish. */
function refuseUnpublished(options: SourceOptions, { signer, withheld }: GivenSigner): void {
  const hint = 'Add --publish registry/repository:tag.'
  if (signer !== undefined || withheld !== undefined)
    throw new DeliveryError('USAGE', 'a signer is given without --publish, so there is nothing to sign', hint)
  const without = Object.entries({
    '--tag': options.tag?.[0],
    '--consumer': options.consumer,
    '--immutable-tags': options.immutableTags || undefined,
    ...(options.image === undefined && options.baselineRelease === undefined
      ? { '--registry-ca': options.registryCa, '--registry-config': options.registryConfig }
      : {}),
  }).find(([, value]) => value !== undefined)
  if (without !== undefined) throw new DeliveryError('USAGE', `${without[0]} is given without --publish`, hint)
}
