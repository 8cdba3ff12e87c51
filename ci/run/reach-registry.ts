import { dag, type Secret, type Service } from '@dagger.io/dagger'
import { isLoopback, type Target } from '../../src/engine/registry-access.ts'
import { parseImageReference } from '../../src/formats/image-reference.ts'
import { requireCertificates } from '../../src/tools/registry/certificates.ts'
import { readGiven } from './files/given-file.ts'
import { registryCredentials } from './registry-credentials.ts'

/** Files that the user gives for access to a registry. */
export interface RegistryOptions {
  registryConfig?: string
  registryCa?: string
}

/**
 * An image in a registry, with a route to it, the credentials of the logged-in user or of a Docker configuration file,
 * and the user's own CA certificates. Throws `CREDENTIAL`.
 */
export async function reachRegistry(
  reference: string,
  { registryConfig, registryCa }: RegistryOptions,
): Promise<Target> {
  return {
    reference,
    ...loopbackRegistry(reference),
    ...(registryCa === undefined
      ? {}
      : {
          authorities: requireCertificates(
            await readGiven({ path: registryCa, what: 'certificate', code: 'CREDENTIAL' }),
            registryCa,
          ),
        }),
    ...(await credentials(parseImageReference(reference)?.registry, registryConfig)),
  }
}

async function credentials(host: string | undefined, file: string | undefined): Promise<{ credentials?: Secret }> {
  const found = host === undefined ? undefined : await registryCredentials(host, file)
  // The engine identifies a secret by its name, and there may be two registries.
  return found === undefined ? {} : { credentials: dag.setSecret(`registry-config ${host}`, found) }
}

/** A registry on this machine's loopback, made reachable for the tool containers. */
function loopbackRegistry(reference: string): { registry?: Service } {
  const host = parseImageReference(reference)?.registry ?? ''
  if (!isLoopback(host)) return {}
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? '80')
  return { registry: dag.host().service([{ frontend: port, backend: port }], { host: host.replace(/:\d+$/, '') }) }
}
