import type { Container, Secret, Service } from '@dagger.io/dagger'
import { DeliveryError } from '../errors.ts'
import { parseImageReference } from '../tools/buildkit/image-reference.ts'

/** Where an image goes, and how the registry is reached. */
export interface Target {
  /** Registry, repository and tag, e.g. `ghcr.io/acme/shop:1.4.0`. */
  reference: string
  /** The registry as a service: needed where it listens on the caller's loopback, which containers do not see. */
  registry?: Service
  /** A Docker configuration file (`config.json`) with the registry's credentials. */
  credentials?: Secret
}

/** A target as a container sees it. */
export interface RegistryAccess {
  /** The repository's name for people. */
  repository: string
  tag: string
  /** The repository's name inside the tool containers. */
  inside: string
  /** Plain HTTP. */
  insecure: boolean
  /** Gives a container the way to the registry and the credentials. */
  connect(container: Container): Container
}

const alias = 'registry'

/** Works out how to reach a target. Throws `USAGE` where the reference has no tag, has a digest, or is no reference. */
export function registryAccess(target: Target): RegistryAccess {
  const parsed = parseImageReference(target.reference)
  if (parsed === undefined || parsed.tag === undefined || parsed.digest !== undefined) {
    throw new DeliveryError('USAGE', `"${target.reference}" does not say where to publish`, 'Write registry/repository:tag, e.g. ghcr.io/acme/shop:1.4.0; a tag is required, and "latest" by itself tells nobody what runs.')
  }
  const host = parsed.registry
  const port = /:(\d+)$/.exec(host)?.[1] ?? '80'
  const loopback = isLoopback(host)
  if (loopback && target.registry === undefined) {
    throw new DeliveryError('USAGE', `${host} is on loopback, which containers do not see`, `Give the registry as a service as well: --registry tcp://${host}.`)
  }
  const insideHost = target.registry === undefined ? host : `${alias}:${port}`
  return {
    repository: `${host}/${parsed.repository}`,
    tag: parsed.tag,
    inside: `${insideHost}/${parsed.repository}`,
    insecure: loopback,
    connect(container) {
      let connected = container
      if (target.registry !== undefined) connected = connected.withServiceBinding(alias, target.registry)
      if (target.credentials !== undefined) {
        connected = connected.withMountedSecret('/loadline/docker/config.json', target.credentials).withEnvVariable('DOCKER_CONFIG', '/loadline/docker')
      }
      return connected
    },
  }
}

/** True where a registry host is this machine itself. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host)
}
