import { dag, type Container } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Lock } from '../model/index.ts'
import { certificatesImage } from '../tools/images.ts'
import { pinnedImage } from './pinned-image.ts'

const path = '/etc/ssl/certs/ca-certificates.crt'

/**
 * What gives containers the certificates of the public authorities: many tool images have none, or those of their own build. They come from the
 * image that the lock pins for it, so that two runs trust the same. Throws `LOCK` where the lock does not pin it.
 */
export function rootCertificates(lock: Lock): (container: Container) => Container {
  const pinned = pinnedImage(certificatesImage, lock)
  if (pinned === undefined) {
    throw new DeliveryError(
      'LOCK',
      `the lock file does not pin ${certificatesImage}, which has the certificates of the public authorities`,
      'Run "loadline lock" again where the registry can be reached, and commit loadline.lock.json.',
    )
  }
  const certificates = dag.container().from(pinned).file(path)
  return (container) => container.withMountedFile(path, certificates)
}
