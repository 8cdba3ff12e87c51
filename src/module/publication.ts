import type { File, Secret, Service } from '@dagger.io/dagger'
import type { Publication } from '../../pipelines/deliver.ts'
import { DeliveryError } from '../model/errors.ts'
import { givenText, givenTextIfAny } from './given-text.ts'
import type { Target } from '../engine/registry-access.ts'
import type { ManifestForm } from '../formats/oci/manifest-form.ts'
import type { Signer } from '../stages/sign/signer.ts'
import { expectedSigner } from '../stages/verify/expected-signer.ts'
import type { Identity } from '../tools/cosign/identity.ts'
import { requireCertificates } from '../tools/registry/certificates.ts'

/**
 * The arguments of functions that publish, by name. Dagger takes arguments one by one from the signature of each exposed function and has none that is
 * a group of others, so `buildAndScan` and `release` both spell them out.
 */
export interface PublicationInputs {
  publish: string
  registry: Service | undefined
  registryConfig: Secret | undefined
  registryCa: File | undefined
  tag: string[]
  immutableTags: boolean
  key: Secret | undefined
  keyPassword: Secret | undefined
  identityToken: Secret | undefined
  signingConfig: File | undefined
  trustedRoot: File | undefined
}

/** Where a passed image goes, its tags, and who signs it. Throws `USAGE` and `CREDENTIAL`. */
export async function publicationOf(inputs: PublicationInputs): Promise<Publication> {
  const { publish, registry, registryConfig, registryCa, tag, immutableTags } = inputs
  const signer = await signerOf(inputs)
  return {
    target: await targetOf(publish, registry, registryConfig, registryCa),
    tags: { rules: tag, immutable: immutableTags },
    ...(signer === undefined ? {} : { signer }),
  }
}

/** The same, for an image that is to be published. Throws `USAGE` and `CREDENTIAL`. */
export async function publicationIfAny({
  publish,
  ...inputs
}: Omit<PublicationInputs, 'publish'> & { publish: string | undefined }): Promise<Publication | undefined> {
  return publish === undefined ? undefined : publicationOf({ ...inputs, publish })
}

/** The signer, if there is one, and the Sigstore services. Throws `USAGE` if there is more than one signer, or only one of the services' two documents. */
export async function signerOf(
  inputs: Pick<PublicationInputs, 'key' | 'keyPassword' | 'identityToken' | 'signingConfig' | 'trustedRoot'>,
): Promise<Signer | undefined> {
  const { key, keyPassword, identityToken, signingConfig, trustedRoot } = inputs
  if (key !== undefined && identityToken !== undefined)
    throw new DeliveryError('USAGE', 'expected one signer, found a key and an identity token', 'Give only one of them.')
  if ((signingConfig === undefined) !== (trustedRoot === undefined))
    throw new DeliveryError(
      'USAGE',
      'signing services need a signing configuration and a trusted root, and one of them is missing',
      'Give both.',
    )
  const services =
    signingConfig === undefined || trustedRoot === undefined
      ? {}
      : {
          services: {
            signingConfig: (await givenText(signingConfig)).text,
            trustedRoot: (await givenText(trustedRoot)).text,
          },
        }
  if (key !== undefined)
    return { kind: 'key', key, ...(keyPassword === undefined ? {} : { password: keyPassword }), ...services }
  return identityToken === undefined
    ? undefined
    : { kind: 'keyless', identityToken: async () => identityToken, ...services }
}

/** An image in a registry, with the caller's means of access. Throws `CREDENTIAL` if the certificates are not valid. */
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
    ...(registryCa === undefined ? {} : { authorities: await authoritiesOf(registryCa) }),
  }
}

async function authoritiesOf(file: File): Promise<string> {
  const { path, text } = await givenText(file)
  return requireCertificates(text, path)
}

/** The form in which to publish, as the argument `consumer` asks for it. Throws `USAGE` if there is no such form. */
export function formOf(consumer: string | undefined): { form?: ManifestForm } {
  if (consumer === undefined) return {}
  if (consumer !== 'index' && consumer !== 'single')
    throw new DeliveryError(
      'USAGE',
      `the consumer is index or single, found "${consumer}"`,
      'Write --consumer index, or --consumer single for services that refuse an index.',
    )
  return { form: consumer }
}

/** The signer that a consumer expects. Throws `USAGE` unless it is either a key or an identity with its issuer. */
export async function identityOf(
  key: File | undefined,
  identity: string | undefined,
  issuer: string | undefined,
  root: File | undefined,
  claims: readonly string[] = [],
): Promise<Identity> {
  const [publicKey, trustedRoot] = await Promise.all([givenTextIfAny(key), givenTextIfAny(root)])
  return expectedSigner({ publicKey: publicKey?.text, identity, claims, issuer, trustedRoot: trustedRoot?.text })
}
