import type { Container } from '@dagger.io/dagger'
import type { Lock } from '../model/index.ts'
import { supportImage } from './tool-image.ts'

const path = '/etc/ssl/certs/ca-certificates.crt'

/**
 * What gives containers the certificates of the public authorities: many tool images have none, or those of their own build. They come from the
 * image that is pinned for it, so that two runs trust the same. Throws `LOCK` where nothing pins it, and `TOOL` where it cannot be had.
 */
export async function rootCertificates(lock: Lock): Promise<(container: Container) => Container> {
  const { container: image } = await supportImage(lock, 'certificates')
  const certificates = image.file(path)
  return (container) => container.withMountedFile(path, certificates)
}
