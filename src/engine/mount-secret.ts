import type { Container, Secret } from '@dagger.io/dagger'

/**
 * Mounts a secret as a file that only the container's own user can read: Dagger makes root the owner of mounted
 * secrets, and many publishers' images run as a different user.
 */
export async function mountSecret(container: Container, path: string, secret: Secret): Promise<Container> {
  const user = await container.user()
  return container.withMountedSecret(path, secret, user === '' ? {} : { owner: user })
}
