import { existsSync, readFileSync } from 'node:fs'
import { dag, type Directory, type File, type Secret, type Service } from '@dagger.io/dagger'
import type { Request } from '../../pipelines/request.ts'
import type { Publication } from '../../pipelines/deliver.ts'
import { controllers, type Controller } from '../admission/index.ts'
import { DeliveryError } from '../model/errors.ts'
import { createLogger } from './log.ts'
import { GitFacts, type Lock } from '../model/index.ts'
import type { PolicyFiles } from '../policy/index.ts'
import { nameValues, publicRemoteUrl } from '../image-metadata/index.ts'
import type { GivenDatabase } from '../stages/evidence/database.ts'
import type { ImageSource } from '../stages/build/existing-image.ts'
import type { ManifestForm } from '../stages/publish/layout.ts'
import { parseCacheScope } from '../stages/build/build.ts'
import type { Progress } from '../engine/progress.ts'
import type { Target } from '../engine/registry-access.ts'
import { expectedSigner } from '../stages/verify/expected-signer.ts'
import type { Signer } from '../stages/sign/signer.ts'
import type { Identity } from '../tools/cosign/identity.ts'
import { requireCertificates } from '../tools/registry/certificates.ts'
import { parseLock, readLock } from '../stages/source/source.ts'

/** Where the runtime of a sealed engine keeps the lock file of its substitutes. An official runtime has no such file. */
const sealedLock = '/usr/share/loadline/lock.json'

/** A file that the caller gave, as its name and its text. */
export async function textOf(file: File | undefined): Promise<{ path: string; text: string } | undefined> {
  return file === undefined ? undefined : { path: await file.name(), text: await file.contents() }
}

/** The lock that pins tools and bases: on a sealed engine its own, otherwise the given one, otherwise the source's. Throws `LOCK` where there is none. */
export async function lockOf(file: File | undefined, source: Directory): Promise<Lock> {
  if (existsSync(sealedLock)) return parseLock(readFileSync(sealedLock, 'utf8'), sealedLock)
  if (file !== undefined) return parseLock(await file.contents(), await file.name())
  const own = await readLock(source)
  if (own === undefined) {
    throw new DeliveryError(
      'LOCK',
      'no lock file pins the tools and base images: the source has no loadline.lock.json, and none was given',
      'Run "loadline lock" on the source and commit the file that it writes.',
    )
  }
  return own
}

/** The vulnerability database that the caller gave. */
export function databaseOf(directory: Directory | undefined): { database?: GivenDatabase } {
  return directory === undefined ? {} : { database: { directory } }
}

/** Build secrets by the ids that the Dockerfile mounts them by. Throws `USAGE` where ids and secrets are not as many. */
export async function secretsOf(ids: readonly string[], secrets: readonly Secret[]): Promise<Map<string, Secret>> {
  if (ids.length !== secrets.length) {
    throw new DeliveryError(
      'USAGE',
      `${ids.length} build secret ids were given for ${secrets.length} build secrets`,
      'Give --build-secret-id once for each --build-secret, in the same order.',
    )
  }
  return new Map(
    await Promise.all(
      ids.map(async (id, index) => [id, dag.setSecret(id, (await secrets[index]?.plaintext()) ?? '')] as const),
    ),
  )
}

/** Who signs, with which Sigstore services. Throws `USAGE` where there is more than one signer, or one of the two documents of the services alone. */
export async function signerOf(
  key?: Secret,
  password?: Secret,
  identityToken?: Secret,
  signingConfig?: File,
  trustedRoot?: File,
): Promise<Signer | undefined> {
  if (key !== undefined && identityToken !== undefined)
    throw new DeliveryError('USAGE', 'a key and an identity token name two signers', 'Give one of them.')
  if ((signingConfig === undefined) !== (trustedRoot === undefined))
    throw new DeliveryError(
      'USAGE',
      'signing services need a signing configuration and a trusted root, and one of them is missing',
      'Give both.',
    )
  const services =
    signingConfig === undefined || trustedRoot === undefined
      ? {}
      : { services: { signingConfig: await signingConfig.contents(), trustedRoot: await trustedRoot.contents() } }
  if (key !== undefined) return { kind: 'key', key, ...(password === undefined ? {} : { password }), ...services }
  return identityToken === undefined
    ? undefined
    : { kind: 'keyless', identityToken: async () => identityToken, ...services }
}

/** An image in a registry, with what the caller gave to get there. Throws `CREDENTIAL` where the certificates are none. */
export async function targetOf(
  reference: string,
  registry: Service | undefined,
  credentials: Secret | undefined,
  registryCa: File | undefined,
): Promise<Target> {
  return {
    reference,
    ...(registry === undefined ? {} : { registry }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(registryCa === undefined
      ? {}
      : { authorities: requireCertificates(await registryCa.contents(), await registryCa.name()) }),
  }
}

/** The form in which to publish. Throws `USAGE` where there is no such form. */
export function consumerOf(name: string | undefined): { consumer?: ManifestForm } {
  if (name === undefined) return {}
  if (name !== 'index' && name !== 'single')
    throw new DeliveryError(
      'USAGE',
      `the consumer is index or single, found "${name}"`,
      'Write --consumer index, or --consumer single for services that refuse an index.',
    )
  return { consumer: name }
}

/** The admission controller to write for. Throws `USAGE` where no policy can be written for it. */
export function controllerOf(name: string): Controller {
  if (Object.hasOwn(controllers, name)) return name as Controller
  throw new DeliveryError(
    'USAGE',
    `the controller is ${Object.keys(controllers).join(' or ')}, found "${name}"`,
    'Write --controller kyverno, or --controller policy-controller.',
  )
}

/** Progress as structured log lines, which Dagger shows with the call. */
export function progressLog(): Progress {
  const log = createLogger('info')
  return ({ state, ...event }) => (state === 'failed' ? log.error(event, state) : log.info(event, state))
}

/** The given git facts, checked, as JSON. Throws `USAGE` where they are none. */
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
  const { repository, branch, pullRequest, committedAt, ...others } = given
  const moment = new Date(committedAt)
  const address = repository === undefined ? undefined : publicRemoteUrl(repository)
  const parsed = GitFacts.safeParse({
    ...others,
    committedAt: Number.isNaN(moment.getTime()) ? committedAt : moment.toISOString(),
    ...(address === undefined ? {} : { repository: address }),
    ...(branch === undefined ? {} : { branch }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
  })
  if (!parsed.success)
    throw new DeliveryError(
      'USAGE',
      `the revision is not as it must be: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`,
      'Give --revision with the whole commit and --committed-at with its time in ISO 8601.',
    )
  return JSON.stringify(parsed.data)
}

/** An image that exists already, as the module was given it; `reference` is empty where there is none. */
export interface ImageInputs {
  reference: string
  archive: File | undefined
  layout: Directory | undefined
  registry: Service | undefined
  registryConfig: Secret | undefined
  registryCa: File | undefined
}

/** The reference, or nothing where the image is a file or directory. Throws `USAGE` unless exactly one image is named. */
export function requireOneImage(
  reference: string | undefined,
  archive: File | undefined,
  layout: Directory | undefined,
): string {
  const given = [reference, archive, layout].filter((one) => one !== undefined).length
  if (given !== 1)
    throw new DeliveryError(
      'USAGE',
      `one image is judged, and ${given} were given`,
      'Give --reference, --archive or --layout.',
    )
  return reference ?? ''
}

async function imageOf({
  reference,
  archive,
  layout,
  registry,
  registryConfig,
  registryCa,
}: ImageInputs): Promise<{ image?: ImageSource }> {
  if (archive !== undefined) return { image: { form: 'archive', name: await archive.name(), file: archive } }
  if (layout !== undefined) return { image: { form: 'layout', name: 'the given layout', directory: layout } }
  if (reference === '') return {}
  return {
    image: {
      form: 'registry',
      name: reference,
      target: await targetOf(reference, registry, registryConfig, registryCa),
    },
  }
}

/** What the module was given for every one of its functions. `git` is JSON, and empty where nothing was given. */
export interface ModuleInputs {
  policy: File | undefined
  organisation: File | undefined
  baseline: File | undefined
  knownExploited: File | undefined
  vulnerabilityDatabase: Directory | undefined
  lock: File | undefined
  git: string
  cacheScope: string
  additionalSarif: File[]
  image: ImageInputs
}

/** The texts of the policy files that the module was given. */
export async function policyFilesOf({
  policy,
  organisation,
}: Pick<ModuleInputs, 'policy' | 'organisation'>): Promise<PolicyFiles> {
  return { organisation: await textOf(organisation), application: await textOf(policy) }
}

/** A run on a source directory. Throws `LOCK` where nothing pins the tools. */
export async function requestOf(source: Directory, inputs: ModuleInputs, platform?: string): Promise<Request> {
  const [policy, lock, organisation, baseline, knownExploited] = await Promise.all([
    textOf(inputs.policy),
    lockOf(inputs.lock, source),
    textOf(inputs.organisation),
    textOf(inputs.baseline),
    textOf(inputs.knownExploited),
  ])
  return {
    directory: source,
    buildSecrets: new Map(),
    cacheScope: parseCacheScope(inputs.cacheScope),
    lock,
    now: new Date(),
    progress: progressLog(),
    ...(platform === undefined ? {} : { platforms: [platform] }),
    ...(await imageOf(inputs.image)),
    additional: await Promise.all(
      inputs.additionalSarif.map(async (file) => ({ path: await file.name(), text: await file.contents() })),
    ),
    ...(inputs.git === '' ? {} : { git: GitFacts.parse(JSON.parse(inputs.git)) }),
    ...(policy === undefined ? {} : { policy }),
    ...(organisation === undefined ? {} : { organisation }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(knownExploited === undefined ? {} : { knownExploited }),
    ...databaseOf(inputs.vulnerabilityDatabase),
  }
}

/** What a call says about its source, beside the policy; nothing is an empty text or list. */
export interface Choices {
  pathInRepository: string
  version: string
  file: string
  target: string
  label: string[]
}

/** The choices as a request has them. Throws `USAGE` where a label has no name. */
export function chosen({
  pathInRepository,
  version,
  file,
  target,
  label,
}: Choices): Pick<Request, 'pathInRepository' | 'version' | 'dockerfile' | 'target' | 'labels'> {
  return {
    ...(pathInRepository === '' ? {} : { pathInRepository }),
    ...(version === '' ? {} : { version }),
    ...(file === '' ? {} : { dockerfile: file }),
    ...(target === '' ? {} : { target }),
    labels: nameValues(label, '--label'),
  }
}

/** Where a passed image goes, under which tags, and who signs it. */
export function publicationOf(
  target: Target,
  rules: string[],
  immutable: boolean,
  signer: Signer | undefined,
): Publication {
  return {
    target,
    tags: { rules, immutable },
    ...(signer === undefined ? {} : { signer }),
  }
}

/** Whom a consumer expects to have signed. Throws `USAGE` where it is neither a key nor an identity with its issuer, or both. */
export async function identityOf(
  key: File | undefined,
  identity: string | undefined,
  issuer: string | undefined,
  root: File | undefined,
): Promise<Identity> {
  return expectedSigner({ publicKey: await key?.contents(), identity, issuer, trustedRoot: await root?.contents() })
}
