import type { Directory, File, Secret, Service } from '@dagger.io/dagger'
import type { Request } from '../../pipelines/request.ts'
import type { Pinned } from '../engine/tool-image.ts'
import { GitFacts } from '../model/index.ts'
import { limits } from '../model/limits.ts'
import { givenText, givenTextIfAny } from './given-text.ts'
import type { PolicyFiles } from '../policy/index.ts'
import { parseCacheScope } from '../stages/build/build.ts'
import type { GivenDatabase } from '../stages/evidence/database.ts'
import { chosen, imageOf, lockOf, progressLog, secretsOf } from './inputs.ts'

/**
 * What the module was given for all of its functions. An empty text or list says nothing.
 *
 * An object that has it declares its fields: Dagger revives files, directories and secrets in the fields of an object, and not in those of an object in it.
 */
export interface GivenToModule {
  policy?: File
  organisation?: File
  baseline?: File
  knownExploited?: File
  exploitPrediction?: File
  vulnerabilityDatabase?: Directory
  /** Pins the bases. */
  lock?: File
  /** Pins of an organisation's own for the tools. */
  tools?: File
  cacheScope: string
  /** Git facts as JSON. */
  git: string
  additionalSarif: File[]
  /** The image that is judged in place of a build: a reference, an archive or a layout. */
  image: string
  imageArchive?: File
  imageLayout?: Directory
  imageRegistry?: Service
  imageRegistryConfig?: Secret
  imageRegistryCa?: File
}

/** The same, with what one call says about the source that it judges. */
export interface Given extends GivenToModule {
  source: Directory
  platform: string[]
  buildSecretId: string[]
  buildSecret: Secret[]
  buildArg: string[]
  pathInRepository: string
  version: string
  file: string
  target: string
  label: string[]
}

/** A run on the source. Throws `LOCK` where a file that pins is not valid, and `USAGE` where something was given that is not as it must be. */
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
    additional,
    ...chosen(given),
    ...(await imageOf(given)),
    ...databaseOf(given),
    ...(given.git === '' ? {} : { git: GitFacts.parse(JSON.parse(given.git)) }),
    ...(policy === undefined ? {} : { policy }),
    ...(organisation === undefined ? {} : { organisation }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(knownExploited === undefined ? {} : { knownExploited }),
    ...(exploitPrediction === undefined ? {} : { exploitPrediction }),
  }
}

/** Who calls a module is not known to it: only the same bytes are known to be trusted alike. */
async function sourceScope(source: Directory): Promise<string> {
  return `source/${(await source.digest()).replace(/^sha256:/, '').slice(0, 32)}`
}

/** The texts of the policy files. */
export async function policyFilesOf({ policy, organisation }: GivenToModule): Promise<PolicyFiles> {
  return { organisation: await givenTextIfAny(organisation), application: await givenTextIfAny(policy) }
}

/** What is pinned for a function that has no source. Throws `LOCK` where a file is not valid. */
export function lockAlone(given: GivenToModule): Promise<Pinned> {
  return lockOf(given, undefined)
}

/** The vulnerability database, where one was given. */
export function databaseOf({ vulnerabilityDatabase: directory }: GivenToModule): { database?: GivenDatabase } {
  return directory === undefined ? {} : { database: { directory } }
}
