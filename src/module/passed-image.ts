import { func, object, type Directory, type File, type Secret, type Service, type Socket } from '@dagger.io/dagger'
import { deliver } from '../../pipelines/deliver.ts'
import { requestOf, type Given } from './given.ts'
import { formOf, publicationOf } from './publication.ts'
import { reportDirectory } from './reports.ts'

/** An image whose verdict is passed. Only a passed assessment returns one. */
@object()
export class PassedImage implements Given {
  /** Digests of the judged images, sorted: exactly these are released. */
  private digests!: string[]

  policy?: File
  organisation?: File
  baseline?: File
  baselineRelease!: string
  baselineRegistry?: Service
  baselineRegistryConfig?: Secret
  baselineRegistryCa?: File
  knownExploited?: File
  exploitPrediction?: File
  vulnerabilityDatabase?: Directory
  lock?: File
  tools?: File
  cacheScope!: string
  git!: string
  additionalSarif!: File[]
  image!: string
  imageArchive?: File
  imageLayout?: Directory
  imageRegistry?: Service
  imageRegistryConfig?: Secret
  imageRegistryCa?: File
  source!: Directory
  platform!: string[]
  buildSecretId!: string[]
  buildSecret!: Secret[]
  buildArg!: string[]
  ssh?: Socket
  pathInRepository!: string
  version!: string
  file!: string
  target!: string
  label!: string[]

  /** For a passed assessment: what it was given, and what it judged. */
  static of(given: Given, digests: readonly string[]): PassedImage {
    return Object.assign(new PassedImage(), given, { digests: digests.toSorted() })
  }

  /**
   * Publishes, signs, attests, verifies and tags exactly the judged images. A verdict does not outlive a function call, so
   * the gate judges again, from what the engine has cached; any images other than the assessed ones are refused. Returns the reports, or fails with the reason.
   *
   * @param publish Where the image goes: registry/repository:tag, or registry/repository with tags from rules.
   * @param tag Rules for tags; default: semantic version and commit.
   * @param registry The registry as a service, if it listens on your own loopback: tcp://127.0.0.1:5000.
   * @param registryConfig Docker config.json with the credentials of the registry.
   * @param key Cosign private key to sign with; without a signer nothing is signed or attested.
   * @param keyPassword Password of the key.
   * @param identityToken OpenID Connect token to sign without a key.
   * @param signingConfig Sigstore services to sign with; without them a key signs offline, and a token goes to the public instance.
   * @param trustedRoot Trusted root with the keys of these services.
   * @param registryCa CA certificates (PEM) that issued the registry's certificate.
   * @param consumer What to push: index, or single for services that refuse an index; without it, single for one platform.
   * @param immutableTags Fail if a tag exists with a different digest, instead of moving it.
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
    const publication = await publicationOf({
      publish,
      registry,
      registryConfig,
      registryCa,
      tag,
      immutableTags,
      key,
      keyPassword,
      identityToken,
      signingConfig,
      trustedRoot,
    })
    const { run, reports } = await deliver(
      { ...(await requestOf(this)), ...formOf(consumer) },
      { ...publication, only: this.digests },
    )
    if (run.release === undefined)
      throw new Error(
        `${run.failure?.message ?? run.notPublished ?? 'the image was not released'}\n${run.failure?.hint ?? ''}`,
      )
    return reportDirectory(reports)
  }
}
