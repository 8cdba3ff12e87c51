import { dag, type Container, type Secret, type Service } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import type { Policy } from '../../policy/index.ts'
import type { SignatureFormat, Signing } from '../../tools/cosign/command.ts'
import {
  offline,
  publicInstance,
  publicUrls,
  reachedBy,
  readSigningConfig,
  serviceUrls,
  type ServiceDocuments,
  type ServiceFacts,
} from '../../tools/cosign/services.ts'
import { mountSecret } from '../../engine/mount-secret.ts'
import { isLoopback } from '../../engine/registry-access.ts'

/** Sigstore services that take part in signing. */
export interface Services extends ServiceDocuments {
  /** Those that listen on the caller's loopback, which containers cannot reach. */
  loopback?: Service
}

/** The credentials of a key management service: variables by name, and files by the variable that will hold their path. */
export interface KeyServiceCredentials {
  variables: ReadonlyMap<string, Secret>
  files: ReadonlyMap<string, Secret>
}

/** Who signs, and with which services. Without services a key signs offline, and keyless signing goes to the public Sigstore instance. */
export type Signer = (
  | { kind: 'key'; key: Secret; /** Absent for a key without one. */ password?: Secret }
  | { kind: 'kms'; /** E.g. `awskms:///alias/release`. */ reference: string; credentials: KeyServiceCredentials }
  | {
      kind: 'keyless'
      /** Requested again for each attempt: tokens live for minutes, and a service may be unavailable for longer. */
      identityToken: () => Promise<Secret>
      /** The identity that the certificate must name; default: read from the token. */
      expected?: { identity: string; issuer: string }
    }
) & { services?: Services }

/** What is decided about a signature before anything is pushed. */
export interface SigningPlan {
  signer: Signer
  formats: readonly SignatureFormat[]
  services: ServiceFacts
  /** How long to wait for unavailable services, in minutes. */
  patienceMinutes: number
  unavailable: Policy['signing']['unavailable']
}

const noServices: ServiceFacts = {
  logs: [],
  transparencyLog: 'none',
  urls: [],
  certificates: false,
  timestamps: false,
  onlySecondVersion: false,
}
const openness = { none: 0, private: 1, public: 2 } as const
const allowedOpenness = { none: 0, private: 1, 'public-allowed': 2 } as const

/**
 * Decides how a signature is made. Throws `SIGN` if the policy forbids the log that would learn of the image,
 * or if the services cannot do what is requested. Must be called before anything is pushed.
 */
export function planSigning(signer: Signer, policy: Policy['signing']): SigningPlan {
  const keyless = signer.kind === 'keyless'
  const services =
    signer.services === undefined
      ? keyless
        ? publicInstance
        : noServices
      : readSigningConfig(signer.services.signingConfig)
  const formats: readonly SignatureFormat[] = policy.format === 'both' ? ['bundle', 'legacy'] : [policy.format]

  if (openness[services.transparencyLog] > allowedOpenness[policy.transparencyLog]) {
    const where =
      services.transparencyLog === 'public'
        ? `the public Sigstore instance (${services.logs.join(', ') || services.urls.join(', ')}), where everybody can read who signed which digest`
        : `the transparency log ${services.logs.join(', ')}`
    throw new DeliveryError(
      'SIGN',
      `signing would write to ${where}, but the policy says signing.transparencyLog: ${policy.transparencyLog}`,
      services.transparencyLog === 'public'
        ? 'Use your own services (--signing-config and --trusted-root) or a key (--key). Only for images that everybody may know about, set signing.transparencyLog: public-allowed. Nothing was pushed.'
        : 'Set signing.transparencyLog: private in the policy, or use a signing configuration without logs. Nothing was pushed.',
    )
  }
  if (keyless && !services.certificates) {
    throw new DeliveryError(
      'SIGN',
      'keyless signing needs a certificate authority, but the signing configuration names none',
      'Use a signing configuration with caUrls. Nothing was pushed.',
    )
  }
  if (keyless && services.transparencyLog === 'none' && !services.timestamps) {
    throw new DeliveryError(
      'SIGN',
      'a keyless certificate is valid only for minutes, but the signing configuration names neither a transparency log nor a timestamp authority to prove when it signed',
      'Use a signing configuration with tsaUrls or rekorTlogUrls. Nothing was pushed.',
    )
  }
  if (formats.includes('legacy') && services.onlySecondVersion) {
    throw new DeliveryError(
      'SIGN',
      `the policy says signing.format: ${policy.format}, but ${services.logs.join(', ')} accepts only bundles (Rekor version 2)`,
      'Set signing.format: bundle. Nothing was pushed.',
    )
  }
  return { signer, formats, services, patienceMinutes: policy.patienceMinutes, unavailable: policy.unavailable }
}

const signingDirectory = '/loadline/signing'
const loopbackAlias = 'loopback'

/** Gives a container what Cosign needs to sign or attest, and the arguments that say where it is. No secret is in the arguments. */
export async function prepareSigning(
  container: Container,
  { signer }: SigningPlan,
  format: SignatureFormat,
): Promise<{ container: Container; signing: Signing }> {
  const { services } = signer
  const documents = services ?? (signer.kind === 'keyless' ? undefined : offline)
  let ready = container.withEnvVariable('HOME', '/tmp')
  if (services?.loopback !== undefined) ready = ready.withServiceBinding(loopbackAlias, services.loopback)
  let serving: Signing['services'] = { urls: publicUrls }
  if (documents !== undefined) {
    const signingConfig =
      services?.loopback === undefined
        ? documents.signingConfig
        : reachedBy(documents.signingConfig, loopbackAlias, isLoopback)
    const files = dag
      .directory()
      .withNewFile('signing-config.json', signingConfig)
      .withNewFile('trusted-root.json', documents.trustedRoot)
    ready = ready.withMountedDirectory(signingDirectory, files)
    serving = {
      signingConfig: `${signingDirectory}/signing-config.json`,
      trustedRoot: `${signingDirectory}/trusted-root.json`,
      urls: serviceUrls(signingConfig),
    }
  }
  switch (signer.kind) {
    case 'key':
      return {
        container: withPrivateKey(ready, signer),
        signing: { by: { key: privateKey }, services: serving, format },
      }
    case 'kms':
      return {
        container: await withKeyService(ready, signer.credentials),
        signing: { by: { key: signer.reference }, services: serving, format },
      }
    case 'keyless':
      return {
        container: await mountSecret(ready, '/loadline/identity-token', await signer.identityToken()),
        signing: { by: { identityToken: '/loadline/identity-token' }, services: serving, format },
      }
  }
}

/** How Cosign refers to a key in its environment. */
export const privateKey = 'env://COSIGN_KEY'

/** Gives a container a private key and its password, as secret environment variables, which its configuration does not show. */
export function withPrivateKey(container: Container, { key, password }: { key: Secret; password?: Secret }): Container {
  const ready = container.withSecretVariable('COSIGN_KEY', key)
  return password === undefined
    ? ready.withEnvVariable('COSIGN_PASSWORD', '')
    : ready.withSecretVariable('COSIGN_PASSWORD', password)
}

/** Gives a container the credentials of a key management service. */
export async function withKeyService(
  container: Container,
  { variables, files }: KeyServiceCredentials,
): Promise<Container> {
  let ready = container
  for (const [name, value] of variables) ready = ready.withSecretVariable(name, value)
  for (const [name, content] of files)
    ready = (await mountSecret(ready, `/loadline/key-service/${name}`, content)).withEnvVariable(
      name,
      `/loadline/key-service/${name}`,
    )
  return ready
}
