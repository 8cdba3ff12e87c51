import type { Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import { digestOf, type Digest } from '../../model/index.ts'
import { contentsOf } from '../../engine/read-text.ts'
import { joinIndexes, sharedAnnotations } from '../../formats/oci/image-index.ts'
import { manifestForm, type ManifestForm } from '../../formats/oci/manifest-form.ts'
import { largestDocument } from '../../formats/oci/image-layout.ts'
import type { BuiltArchive } from '../build/build.ts'

/** An OCI layout directory to push. */
export interface ImageLayout {
  directory: Directory
  /** The digest of the one manifest, or of the index over all platforms. */
  digest: Digest
}

function documentOf(layout: Directory, path: string): Promise<string> {
  return contentsOf(layout.file(path), path, largestDocument, 'PUBLISH')
}

/** Puts the judged images, byte for byte, into one layout in the form to publish. Throws `PUBLISH`. */
export async function layOut(archives: readonly BuiltArchive[], asked?: ManifestForm): Promise<ImageLayout> {
  const form = manifestForm(
    asked,
    archives.map(({ archive }) => archive.platform),
  )
  const [indexes, annotations] = await Promise.all([
    Promise.all(archives.map(({ layout }) => documentOf(layout, 'index.json'))),
    form === 'single'
      ? {}
      : Promise.all(
          archives.map(({ archive, layout }) => documentOf(layout, `blobs/${archive.digest.replace(':', '/')}`)),
        ).then(sharedAnnotations),
  ])
  const { text, manifests } = joinIndexes(indexes, annotations)
  const found = manifests.toSorted().join(', ')
  const wanted = archives
    .map(({ archive }) => archive.digest)
    .toSorted()
    .join(', ')
  const [first] = archives
  if (found !== wanted || first === undefined)
    throw new DeliveryError(
      'PUBLISH',
      `expected the archives to hold ${wanted}, as the verdict says, found ${found}`,
      'Nothing was pushed. Run again from the start.',
    )
  if (form === 'single') return { directory: first.layout, digest: first.archive.digest }
  const directory = archives.slice(1).reduce((merged, { layout }) => merged.withDirectory('/', layout), first.layout)
  return { directory: directory.withNewFile('index.json', text), digest: digestOf(text) }
}
