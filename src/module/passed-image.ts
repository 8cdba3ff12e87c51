import { func, object, type Directory, type File, type Secret, type Service } from '@dagger.io/dagger'
import { deliver } from '../../pipelines/deliver.ts'
import { chosen, consumerOf, publicationOf, requestOf, secretsOf, signerOf, targetOf, type Choices } from './inputs.ts'
import { reportDirectory } from './reports.ts'

/** An image whose verdict is passed. Only an assessment that passed gives one away. */
@object()
export class PassedImage {
  /** Digests of the images that were judged, sorted: exactly these are released. */
  private digests: string[]
  private source: Directory
  private platforms: string[]
  private buildSecretIds: string[]
  private buildSecrets: Secret[]
  /** What the assessment was told about the source, as JSON. */
  private choices: string
  private git: string
  private cacheScope: string
  private image: string
  private additionalSarif: File[]
  private policy?: File
  private organisation?: File
  private baseline?: File
  private knownExploited?: File
  private vulnerabilityDatabase?: Directory
  private lock?: File
  private imageArchive?: File
  private imageLayout?: Directory
  private imageRegistry?: Service
  private imageRegistryConfig?: Secret
  private imageRegistryCa?: File

  constructor(
    digests: string[],
    source: Directory,
    platforms: string[],
    buildSecretIds: string[],
    buildSecrets: Secret[],
    choices: string,
    git: string,
    cacheScope: string,
    image: string,
    additionalSarif: File[],
    policy?: File,
    organisation?: File,
    baseline?: File,
    knownExploited?: File,
    vulnerabilityDatabase?: Directory,
    lock?: File,
    imageArchive?: File,
    imageLayout?: Directory,
    imageRegistry?: Service,
    imageRegistryConfig?: Secret,
    imageRegistryCa?: File,
  ) {
    this.digests = digests
    this.source = source
    this.platforms = platforms
    this.buildSecretIds = buildSecretIds
    this.buildSecrets = buildSecrets
    this.choices = choices
    this.git = git
    this.cacheScope = cacheScope
    this.image = image
    this.additionalSarif = additionalSarif
    if (policy !== undefined) this.policy = policy
    if (organisation !== undefined) this.organisation = organisation
    if (baseline !== undefined) this.baseline = baseline
    if (knownExploited !== undefined) this.knownExploited = knownExploited
    if (vulnerabilityDatabase !== undefined) this.vulnerabilityDatabase = vulnerabilityDatabase
    if (lock !== undefined) this.lock = lock
    if (imageArchive !== undefined) this.imageArchive = imageArchive
    if (imageLayout !== undefined) this.imageLayout = imageLayout
    if (imageRegistry !== undefined) this.imageRegistry = imageRegistry
    if (imageRegistryConfig !== undefined) this.imageRegistryConfig = imageRegistryConfig
    if (imageRegistryCa !== undefined) this.imageRegistryCa = imageRegistryCa
  }

  /**
   * Publishes, signs, attests, verifies and tags exactly the images that were judged. A verdict does not outlive a function call, so the gate judges again, from what the engine
   * still has; other images than the assessed ones are refused. Gives back the reports, or fails with the reason.
   *
   * @param publish Where the image goes: registry/repository:tag, or registry/repository with tags by rules.
   * @param tag Rules for tags; without any, semantic version and commit.
   * @param registry The registry as a service, where it listens on your own loopback: tcp://127.0.0.1:5000.
   * @param registryConfig Docker config.json with the credentials of the registry.
   * @param key Cosign private key to sign with; without a signer nothing is signed or attested.
   * @param keyPassword Password of the key.
   * @param identityToken OpenID Connect token to sign without a key.
   * @param signingConfig Sigstore services to sign with; without them a key signs offline, and a token goes to the public instance.
   * @param trustedRoot The keys of these services.
   * @param registryCa Certificates (PEM) of your own authority that the registry's comes from.
   * @param consumer What the registry is to hold: index, or single for services that refuse an index; without it, single for one platform.
   * @param immutableTags Fail where a tag exists with another digest, instead of moving it.
   */
  @func({ cache: 'never' })
  async release(
    publish: string,
    tag: string[] = [],
    registry?: Service,
    registryConfig?: Secret,
    key?: Secret,
    keyPassword?: Secret,
    identityToken?: Secret,
    signingConfig?: File,
    trustedRoot?: File,
    registryCa?: File,
    consumer?: string,
    immutableTags: boolean = false,
  ): Promise<Directory> {
    const signer = await signerOf(key, keyPassword, identityToken, signingConfig, trustedRoot)
    const {
      policy,
      organisation,
      baseline,
      knownExploited,
      vulnerabilityDatabase,
      lock,
      git,
      cacheScope,
      additionalSarif,
    } = this
    const image = {
      reference: this.image,
      archive: this.imageArchive,
      layout: this.imageLayout,
      registry: this.imageRegistry,
      registryConfig: this.imageRegistryConfig,
      registryCa: this.imageRegistryCa,
    }
    const request = await requestOf(this.source, {
      policy,
      organisation,
      baseline,
      knownExploited,
      vulnerabilityDatabase,
      lock,
      git,
      cacheScope,
      additionalSarif,
      image,
    })
    const delivery = await deliver(
      {
        ...request,
        ...consumerOf(consumer),
        platforms: this.platforms,
        buildSecrets: await secretsOf(this.buildSecretIds, this.buildSecrets),
        ...chosen(JSON.parse(this.choices) as Choices),
      },
      {
        ...publicationOf(await targetOf(publish, registry, registryConfig, registryCa), tag, immutableTags, signer),
        only: this.digests,
      },
    )
    const { run, reports } = delivery
    if (run.release === undefined)
      throw new Error(
        `${run.failure?.message ?? run.notPublished ?? 'the image was not released'}\n${run.failure?.hint ?? ''}`,
      )
    return reportDirectory(reports)
  }
}
