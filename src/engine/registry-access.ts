import { dag, type Container, type Secret, type Service } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Lock } from '../model/index.ts'
import { parseImageReference } from '../formats/image-reference.ts'
import { mountSecret } from './mount-secret.ts'
import { knownUnder, requireOwn } from '../tools/registry/docker-config.ts'
import { rootCertificates } from './root-certificates.ts'

/** Where an image is or goes, and how to reach the registry. */
export interface Target {
  /** Registry and repository, with or without tag or digest, e.g. `registry.example.com/acme/shop:1.4.0`. */
  reference: string
  /** The registry as a service: needed if it listens on the caller's loopback, which containers cannot reach. */
  registry?: Service
  /** A Docker configuration file (`config.json`) with the registry's credentials. */
  credentials?: Secret
  /** CA certificates (PEM) for the registry's certificate, in addition to the public ones. With them a registry on loopback is reached by TLS. */
  authorities?: string
}

/** A target as a container sees it. */
export interface RegistryAccess {
  /** The repository's public name. */
  repository: string
  /** From the reference; absent if it has none. */
  tag: string | undefined
  digest: string | undefined
  /** The repository's name inside the tool containers. */
  inside: string
  /** The registry's public name, if it differs from the one inside. */
  knownAs: string | undefined
  /** Plain HTTP. */
  insecure: boolean
  /** Gives a container access to the registry, with the credentials for its own user and the CA certificates. */
  connect(container: Container): Promise<Container>
}

// Cosign ignores --allow-http-registry when it downloads attestations, and then silently finds none. For names in
// .localhost it uses plain HTTP by itself.
const alias = 'registry.localhost'

const authoritiesPath = '/loadline/authorities.pem'

/**
 * Works out how to reach a target. Throws `USAGE` if the reference is not valid, or names a registry on loopback
 * without its service; `CREDENTIAL` if the credentials are not a Docker configuration; `LOCK` if the lock file does not
 * pin the public certificates.
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
      `Pass the registry as a service too: --registry tcp://${host}.`,
    )
  }
  // A name that does not refer to this machine works unchanged inside: credentials and certificates then match.
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
        // Go programs read this file in addition to the public certificates in the system's directory.
        connected = connected
          .withNewFile(authoritiesPath, target.authorities)
          .withEnvVariable('SSL_CERT_FILE', authoritiesPath)
      }
      return connected
    },
  }
}

/** The credentials, which clients look up by the registry name that they use. */
async function credentialsFor({ credentials }: Target, host: string, insideHost: string): Promise<Secret | undefined> {
  if (credentials === undefined) return undefined
  const configuration = await credentials.plaintext()
  requireOwn(configuration, host)
  return insideHost === host
    ? credentials
    : dag.setSecret('registry-config-inside', knownUnder(configuration, host, insideHost))
}

/** Whether a registry host is this machine itself. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host)
}
