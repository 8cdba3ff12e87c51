import { dag, type Container, type Secret, type Service } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Lock } from '../model/index.ts'
import { parseImageReference } from '../formats/image-reference.ts'
import { mountSecret } from './mount-secret.ts'
import { knownUnder, requireOwn } from '../tools/registry/docker-config.ts'
import { rootCertificates } from './root-certificates.ts'

/** Where an image is or goes, and how the registry is reached. */
export interface Target {
  /** Registry and repository, with or without tag or digest, e.g. `registry.example.com/acme/shop:1.4.0`. */
  reference: string
  /** The registry as a service: needed where it listens on the caller's loopback, which containers do not see. */
  registry?: Service
  /** A Docker configuration file (`config.json`) with the registry's credentials. */
  credentials?: Secret
  /** Certificates (PEM) of authorities of your own that the registry's certificate may come from, besides the public ones. With them a registry on loopback is spoken to by TLS. */
  authorities?: string
}

/** A target as a container sees it. */
export interface RegistryAccess {
  /** The repository's name for people. */
  repository: string
  /** As the reference says them; absent where it does not. */
  tag: string | undefined
  digest: string | undefined
  /** The repository's name inside the tool containers. */
  inside: string
  /** The registry's name for people, where it has another one inside. */
  knownAs: string | undefined
  /** Plain HTTP. */
  insecure: boolean
  /** Gives a container the way to the registry, the credentials for its own user, and the authorities that certificates are checked by. */
  connect(container: Container): Promise<Container>
}

// Cosign forgets --allow-http-registry when it downloads attestations, and then finds none without a word. To names in .localhost it speaks plain HTTP by itself.
const alias = 'registry.localhost'

const authoritiesPath = '/loadline/authorities.pem'

/**
 * Works out how to reach a target. Throws `USAGE` where the reference is none, or names a registry on loopback without the way to it; `CREDENTIAL` where the
 * credentials are no Docker configuration; `LOCK` where the lock does not pin the public certificates.
 */
export async function registryAccess(target: Target, lock: Lock): Promise<RegistryAccess> {
  const parsed = parseImageReference(target.reference)
  if (parsed === undefined)
    throw new DeliveryError(
      'USAGE',
      `"${target.reference}" is not an image reference`,
      'Write registry/repository:tag, e.g. registry.example.com/acme/shop:1.4.0.',
    )
  const host = parsed.registry
  const loopback = isLoopback(host)
  if (loopback && target.registry === undefined) {
    throw new DeliveryError(
      'USAGE',
      `${host} is on loopback, which containers cannot reach`,
      `Give the registry as a service as well: --registry tcp://${host}.`,
    )
  }
  // A name that is not of this machine itself can be used inside as it is: credentials and certificates then fit without more.
  const insideHost = loopback ? host.replace(/^(\[::1\]|[^:]+)/, alias) : host
  const credentials = await credentialsFor(target, host, insideHost)
  const certificates = await rootCertificates(lock)
  const service = target.registry
  return {
    repository: `${host}/${parsed.repository}`,
    tag: parsed.tag,
    digest: parsed.digest,
    inside: `${insideHost}/${parsed.repository}`,
    knownAs: insideHost === host ? undefined : host,
    insecure: loopback && target.authorities === undefined,
    async connect(container) {
      let connected = certificates(container)
      if (service !== undefined) connected = connected.withServiceBinding(insideHost.replace(/:\d+$/, ''), service)
      if (credentials !== undefined) {
        connected = (await mountSecret(connected, '/loadline/docker/config.json', credentials)).withEnvVariable(
          'DOCKER_CONFIG',
          '/loadline/docker',
        )
      }
      if (target.authorities !== undefined) {
        // Go's programs read this file besides the public certificates, which lie in the system's directory.
        connected = connected
          .withNewFile(authoritiesPath, target.authorities)
          .withEnvVariable('SSL_CERT_FILE', authoritiesPath)
      }
      return connected
    },
  }
}

/** The credentials, which clients look up by the name that they reach the registry by. */
async function credentialsFor({ credentials }: Target, host: string, insideHost: string): Promise<Secret | undefined> {
  if (credentials === undefined) return undefined
  const configuration = await credentials.plaintext()
  requireOwn(configuration, host)
  return insideHost === host
    ? credentials
    : dag.setSecret('registry-config-inside', knownUnder(configuration, host, insideHost))
}

/** True where a registry host is this machine itself. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host)
}
