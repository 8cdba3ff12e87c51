import type { Directory, File } from '@dagger.io/dagger'
import type { Target } from '../../engine/registry-access.ts'
import type { GivenImage } from '../../model/index.ts'

/** An image that exists already, and where it is: in a registry, in an archive (`docker save` or an OCI layout), or in an OCI layout directory. */
export type ImageSource = GivenImage &
  ({ form: 'registry'; target: Target } | { form: 'archive'; file: File } | { form: 'layout'; directory: Directory })
