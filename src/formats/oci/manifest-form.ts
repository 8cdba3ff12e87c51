import { DeliveryError } from '../../model/errors.ts'
import type { Platform } from '../../model/index.ts'

/**
 * What to publish: an index over platforms, or the one manifest itself, because some services refuse an index.
 */
export type ManifestForm = 'index' | 'single'

/**
 * The form of an image: by default, a single manifest for one platform. Throws `USAGE` if a single manifest is
 * requested for several platforms.
 */
export function manifestForm(asked: ManifestForm | undefined, platforms: readonly Platform[]): ManifestForm {
  if (asked === 'single' && platforms.length > 1) {
    throw new DeliveryError(
      'USAGE',
      `expected one platform for a single manifest, found ${platforms.length}: ${platforms.join(', ')}`,
      'Publish each platform separately, under its own tag: --platform linux/amd64 --consumer single. Or publish an index: --consumer index.',
    )
  }
  return asked ?? (platforms.length > 1 ? 'index' : 'single')
}
