import type { Directory, File } from '@dagger.io/dagger'
import type { Target } from '../../engine/registry-access.ts'
import type { GivenImage } from '../../model/index.ts'

/**
 * An existing image and its location: a registry, an archive (`docker save` or an OCI layout), or an OCI layout directory.
 */
export type ImageSource = GivenImage &
  ({ form: 'registry'; target: Target } | { form: 'archive'; file: File } | { form: 'layout'; directory: Directory })
