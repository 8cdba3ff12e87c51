import { basename, resolve } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../../src/model/errors.ts'
import type { GivenImage } from '../../src/model/index.ts'
import type { ImageSource } from '../../src/stages/source/image-source.ts'
import { parseImageReference } from '../../src/formats/image-reference.ts'
import { kindOfGiven } from './files/given-file.ts'
import { reachRegistry, type RegistryOptions } from './reach-registry.ts'

/** The meaning of --image: a file or directory if one has this name, otherwise a reference. Throws `USAGE`. */
export async function recogniseImage(given: string): Promise<GivenImage> {
  const found = await kindOfGiven({ path: given, what: 'image', code: 'USAGE' })
  if (found === 'file') return { form: 'archive', name: given }
  if (found === 'directory') return { form: 'layout', name: given }
  if (found === undefined && !/^[./~]/.test(given) && parseImageReference(given) !== undefined)
    return { form: 'registry', name: given }
  throw new DeliveryError(
    'USAGE',
    `the image ${given} is neither an existing archive or layout nor an image reference`,
    'Give registry/repository:tag, an archive written by "docker save", or an OCI layout as an archive or a directory.',
  )
}

/** The image, made available to the engine. The file stays on disk: the engine reads it from there. */
export async function openGivenImage({ form, name }: GivenImage, registry: RegistryOptions): Promise<ImageSource> {
  switch (form) {
    case 'registry':
      return { form, name, target: await reachRegistry(name, registry) }
    case 'archive':
      return { form, name, file: dag.host().file(resolve(name)) }
    case 'layout':
      return { form, name, directory: dag.host().directory(resolve(name)) }
  }
}

/** The name of an application whose image was given alone: the last part of its repository, or its file name. */
export function nameOfImage({ form, name }: GivenImage): string {
  return form === 'registry'
    ? (parseImageReference(name)?.repository.split('/').at(-1) ?? name)
    : basename(name).replace(/\.(tar|oci)$/, '')
}
