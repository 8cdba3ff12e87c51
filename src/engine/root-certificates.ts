import type { Container } from '@dagger.io/dagger'
import type { Lock } from '../model/index.ts'
import { supportImage } from './tool-image.ts'

const path = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Gives containers the public CA certificates: many tool images have none, or only those of their own
 * build. They come from a pinned image, so that two runs trust the same authorities. Throws `LOCK` if nothing
 * pins it, and `TOOL` if it cannot be pulled.
 */
export async function rootCertificates(lock: Lock): Promise<(container: Container) => Container> {
  const { container: image } = await supportImage(lock, 'certificates')
  const certificates = image.file(path)
  return (container) => container.withMountedFile(path, certificates)
}
