import { DeliveryError } from '../../model/errors.ts'
import type { Platform } from '../../model/index.ts'

/** What a registry is to hold for those who pull: an index over platforms, or the one manifest itself, because some services refuse an index. */
export type ManifestForm = 'index' | 'single'

/** Which form an image gets: where nobody asks for one, one platform is a single manifest. Throws `USAGE` where a single manifest is to be several platforms. */
export function manifestForm(asked: ManifestForm | undefined, platforms: readonly Platform[]): ManifestForm {
  if (asked === 'single' && platforms.length > 1) {
    throw new DeliveryError(
      'USAGE',
      `a single manifest is for one platform, and ${platforms.length} are to be built: ${platforms.join(', ')}`,
      'Publish each platform by itself, under a tag of its own: --platform linux/amd64 --consumer single. Or publish an index: --consumer index.',
    )
  }
  return asked ?? (platforms.length > 1 ? 'index' : 'single')
}
