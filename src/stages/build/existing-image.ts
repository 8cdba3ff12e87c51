import { dag, type Directory, type File } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import type { Digest, GivenImage, Lock, Platform } from '../../model/index.ts'
import { extractLayout, packArchive, unpackArchive } from '../../tools/inspect/command.ts'
import { refusal, severalImages } from '../../tools/inspect/output.ts'
import {
  chooseImage,
  largestDocument,
  listImages,
  singleLayout,
  type NamedImage,
  type ReadDocument,
} from '../../formats/oci/image-layout.ts'
import * as registry from '../../tools/registry/command.ts'
import { describeRegistryFault, readPull } from '../../tools/registry/output.ts'
import { contentsOf } from '../../engine/read-text.ts'
import { firstLine, lastLines, runTool } from '../../engine/run-tool.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import type { ImageSource } from '../source/image-source.ts'
import { readArchive, type BuiltArchive } from './build.ts'
import { askRegistry } from '../../engine/ask-registry.ts'
import { registryAccess, type RegistryAccess, type Target } from '../../engine/registry-access.ts'
import { resolveImage } from '../../engine/resolve-image.ts'

/** Where a platform's image was found. */
interface FoundImage extends NamedImage {
  layout(): Promise<Directory>
}

/**
 * Opens an image that was not built here and returns what makes one platform's archive: the image's own bytes,
 * unchanged, with its own digest, which is judged and published. Everything is read inside the engine. Throws `SOURCE`
 * if it cannot be read or is invalid, `BUILD` if a registry does not return it.
 */
export async function openImage(
  given: ImageSource,
  lock: Lock,
): Promise<(platform: Platform) => Promise<BuiltArchive>> {
  const images = await about(given, () => findImages(given, lock))
  return (platform) =>
    about(given, async () => {
      const chosen = chooseImage(images, platform)
      const built = await readArchive(await archiveOf(chosen, lock), lock, { code: 'SOURCE', hint: exportAgain })
      if (built.archive.platform !== platform || built.archive.digest !== chosen.digest) {
        throw new DeliveryError(
          'SOURCE',
          `expected ${chosen.digest} for ${platform}, found ${built.archive.digest} for ${built.archive.platform}`,
          'Export the image again, for the platform in its configuration.',
        )
      }
      return built
    })
}

/** Errors about the image mention its name. */
async function about<T>({ form, name }: GivenImage, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DeliveryError))
      throw new DeliveryError(
        'SOURCE',
        `failed to read the ${nouns[form]} ${name}: ${firstLine(error)}`,
        'Correct the path, or export the image again.',
        { cause: error },
      )
    const code = error.code === 'VERIFY' || error.code === 'PUBLISH' ? 'SOURCE' : error.code
    throw new DeliveryError(code, `the ${nouns[form]} ${name} is refused: ${error.message}`, error.hint, {
      cause: error,
    })
  }
}

const exportAgain = 'Export the image again, with "docker save", "skopeo copy" or "crane pull --format oci".'

const nouns = { registry: 'image', archive: 'archive', layout: 'layout' } as const

async function findImages(given: ImageSource, lock: Lock): Promise<FoundImage[]> {
  switch (given.form) {
    case 'registry':
      return inRegistry(given.target, lock)
    case 'archive':
      return inLayout(await unpack(given.file, lock))
    case 'layout':
      return inLayout(given.directory)
  }
}

async function inLayout(directory: Directory): Promise<FoundImage[]> {
  return (await listImages(reader(directory))).map((image) => ({ ...image, layout: async () => directory }))
}

/** A tag is resolved once; every platform is then fetched by digest. */
async function inRegistry(target: Target, lock: Lock): Promise<FoundImage[]> {
  const access = await registryAccess(target, lock)
  const { manifests } = await resolveImage(access, lock)
  // The registry's sizes and media types are in what is pulled.
  return manifests.map(({ digest, platform }) => ({
    digest,
    platform,
    mediaType: '',
    size: 0,
    layout: () => pull(access, digest, lock),
  }))
}

async function pull(access: RegistryAccess, digest: Digest, lock: Lock): Promise<Directory> {
  const { done, fault, container } = await askRegistry(
    {
      access,
      argv: (connection) => registry.pull(connection, { reference: `${access.inside}@${digest}`, layout: '/layout' }),
      read: readPull,
    },
    lock,
  )
  if (fault === undefined && done.digest === digest) return container.directory('/layout')
  const found = fault === undefined ? `the registry gave ${done.digest}` : describeRegistryFault(fault)
  const away = fault !== undefined && ['too-many', 'unavailable', 'reset', 'timeout'].includes(fault.code)
  throw new DeliveryError(
    away ? 'BUILD' : 'SOURCE',
    `failed to fetch ${access.repository}@${digest}: ${found}`,
    away
      ? 'Run again when the registry answers.'
      : 'Check the reference, and that the credentials (--registry-config) allow reading it.',
  )
}

/**
 * The archive's image as a layout. The program reads and checks one image; if the archive holds several, it has checked
 * the list of entries before reporting that.
 */
async function unpack(file: File, lock: Lock): Promise<Directory> {
  const { container, program } = await ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', container.withMountedFile('/archive.tar', file), [
    program,
    ...extractLayout(['/archive.tar'], '/layout'),
  ])
  if (run.exitCode === 0) return run.container.directory('/layout')
  if (!severalImages(run.stderr)) throw new DeliveryError('SOURCE', refusal(run.stderr), exportAgain)
  const unpacked = await runTool('inspect', container.withMountedFile('/archive.tar', file), [
    program,
    ...unpackArchive('/archive.tar', '/layout'),
  ])
  if (unpacked.exitCode !== 0) throw new DeliveryError('SOURCE', refusal(unpacked.stderr), exportAgain)
  return unpacked.container.directory('/layout')
}

/** The one image as an archive that every tool can read. */
async function archiveOf(image: FoundImage, lock: Lock): Promise<File> {
  const layout = await image.layout()
  const read = reader(layout)
  const named = (await listImages(read)).find(({ digest }) => digest === image.digest) ?? image
  const { index, dockerManifest, blobs } = await singleLayout(named, read)
  const directory = dag
    .directory()
    .withDirectory('/', layout, { include: blobs })
    .withNewFile('oci-layout', '{"imageLayoutVersion":"1.0.0"}')
    .withNewFile('index.json', index)
    .withNewFile('manifest.json', dockerManifest)
  const { container, program } = await ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', container.withMountedDirectory('/layout', directory), [
    program,
    ...packArchive('/layout', '/archive.tar', ['oci-layout', 'index.json', 'manifest.json', 'blobs']),
  ])
  if (run.exitCode !== 0)
    throw new DeliveryError(
      'TOOL',
      `failed to pack the image: ${lastLines(run.stderr, 1)}`,
      'Give the engine more disk space, and run again.',
    )
  return run.container.file('/archive.tar')
}

/** Reads the small documents of a layout. */
function reader(directory: Directory): ReadDocument {
  return async (path) => {
    if (!(await directory.exists(path)))
      throw new DeliveryError(
        'SOURCE',
        `expected ${path} in the layout, found none`,
        'Give a complete OCI layout, with oci-layout, index.json and blobs.',
      )
    return contentsOf(directory.file(path), path, largestDocument, 'SOURCE')
  }
}
