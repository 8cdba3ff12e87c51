import type { Container, Secret } from '@dagger.io/dagger'

/**
 * Mounts a secret as a file that the container's own user can read, and nobody else: Dagger gives mounted secrets to root, and many publishers'
 * images run as somebody else.
 */
export async function mountSecret(container: Container, path: string, secret: Secret): Promise<Container> {
  const user = await container.user()
  return container.withMountedSecret(path, secret, user === '' ? {} : { owner: user })
}
