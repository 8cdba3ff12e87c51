import type { Directory, File, Secret, Service, Socket } from '@dagger.io/dagger'
import type { Request } from '../../pipelines/request.ts'
import type { Target } from '../engine/registry-access.ts'
import type { Pinned } from '../engine/tool-image.ts'
import { GitFacts } from '../model/index.ts'
import { limits } from '../model/limits.ts'
import { givenText, givenTextIfAny } from './given-text.ts'
import type { PolicyFiles } from '../policy/index.ts'
import { parseCacheScope } from '../stages/build/build.ts'
import type { GivenDatabase } from '../stages/evidence/database.ts'
import { targetOf } from './publication.ts'
import { chosen, imageOf, lockOf, progressLog, secretsOf } from './inputs.ts'

/**
 * The module's inputs, shared by all of its functions. An empty text or list means that nothing was given.
 *
 * An object that uses them declares the same fields: Dagger restores files, directories and secrets in an object's own fields, but not in nested objects.
 */
export interface GivenToModule {
  policy?: File
  organisation?: File
  baseline?: File
  /** The release that is the baseline: a reference. */
  baselineRelease: string
  baselineRegistry?: Service
  baselineRegistryConfig?: Secret
  baselineRegistryCa?: File
  knownExploited?: File
  exploitPrediction?: File
  vulnerabilityDatabase?: Directory
  /** Pins the bases. */
  lock?: File
  /** An organisation's own pins for the tools. */
  tools?: File
  cacheScope: string
  /** Git facts as JSON. */
  git: string
  additionalSarif: File[]
  /** The image that is judged instead of a build: a reference, an archive or a layout. */
  image: string
  imageArchive?: File
  imageLayout?: Directory
  imageRegistry?: Service
  imageRegistryConfig?: Secret
  imageRegistryCa?: File
}

/** The same, with one call's options about the source. */
export interface Given extends GivenToModule {
  source: Directory
  platform: string[]
  buildSecretId: string[]
  buildSecret: Secret[]
  buildArg: string[]
  ssh?: Socket
  pathInRepository: string
  version: string
  file: string
  target: string
  label: string[]
}

/** A run on the source. Throws `LOCK` if a pinning file is not valid, and `USAGE` if an argument is not valid. */
export async function requestOf(given: Given): Promise<Request> {
  const [{ application: policy, organisation }, ...lists] = await Promise.all([
    policyFilesOf(given),
    givenTextIfAny(given.baseline),
    givenTextIfAny(given.knownExploited),
    givenTextIfAny(given.exploitPrediction),
  ])
  const [baseline, knownExploited, exploitPrediction] = lists
  const additional = await Promise.all(given.additionalSarif.map((file) => givenText(file, limits.report)))
  return {
    directory: given.source,
    lock: await lockOf(given, given.source),
    now: new Date(),
    progress: progressLog(),
    cacheScope: parseCacheScope(given.cacheScope || (await sourceScope(given.source))),
    buildSecrets: await secretsOf(given.buildSecretId, given.buildSecret),
    ...(given.ssh === undefined ? {} : { ssh: given.ssh }),
    additional,
    ...chosen(given),
    ...(await imageOf(given)),
    ...databaseOf(given),
    ...(given.git === '' ? {} : { git: GitFacts.parse(JSON.parse(given.git)) }),
    ...(policy === undefined ? {} : { policy }),
    ...(organisation === undefined ? {} : { organisation }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(given.baselineRelease === '' ? {} : { baselineRelease: await baselineTargetOf(given) }),
    ...(knownExploited === undefined ? {} : { knownExploited }),
    ...(exploitPrediction === undefined ? {} : { exploitPrediction }),
  }
}

function baselineTargetOf(given: GivenToModule): Promise<Target> {
  const { baselineRelease, baselineRegistry, baselineRegistryConfig, baselineRegistryCa } = given
  return targetOf(baselineRelease, baselineRegistry, baselineRegistryConfig, baselineRegistryCa)
}

/** A module does not know its caller: only identical sources are known to be equally trusted. */
async function sourceScope(source: Directory): Promise<string> {
  return `source/${(await source.digest()).replace(/^sha256:/, '').slice(0, 32)}`
}

/** The texts of the policy files. */
export async function policyFilesOf({ policy, organisation }: GivenToModule): Promise<PolicyFiles> {
  return { organisation: await givenTextIfAny(organisation), application: await givenTextIfAny(policy) }
}

/** The pins for a function without a source. Throws `LOCK` if a file is not valid. */
export function lockAlone(given: GivenToModule): Promise<Pinned> {
  return lockOf(given, undefined)
}

/** The vulnerability database, if one was given. */
export function databaseOf({ vulnerabilityDatabase: directory }: GivenToModule): { database?: GivenDatabase } {
  return directory === undefined ? {} : { database: { directory } }
}
