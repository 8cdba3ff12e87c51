import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { Digest, digestOf, spellPlatform, type Platform } from '../../model/index.ts'
import { readDocument } from '../../model/read-json.ts'

/** The most bytes of an index or a manifest; registries refuse larger ones. */
export const largestDocument = 4 * 1024 * 1024

/**
 * How deep indexes may be nested: https://github.com/opencontainers/image-spec/blob/main/image-index.md sets no limit,
 * and builders use two levels.
 */
const deepest = 3

/** The most images in one layout, and the most indexes and manifests that are read to find them. One application's image has fewer. */
const [mostImages, mostDocuments] = [100, 1000]

const imageTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const
const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const

const configurationTypes: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]

/** Of an image's layers. */
const layerType = /^application\/vnd\.(?:oci\.image\.layer|docker\.image\.rootfs)\./

const Descriptor = z.looseObject({
  mediaType: z.string(),
  artifactType: z.string().optional(),
  digest: Digest,
  size: z.int().min(1),
  platform: z.looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
})
const ImageIndex = z.looseObject({ schemaVersion: z.literal(2), manifests: z.array(Descriptor).max(1000) })
const Blob = z.looseObject({ mediaType: z.string(), digest: Digest, size: z.int().min(0) })
const Manifest = z.looseObject({ schemaVersion: z.literal(2), config: Blob, layers: z.array(Blob).max(1000) })

/** An image that a layout names, and the platform that it states for it. */
export interface NamedImage {
  digest: Digest
  mediaType: string
  size: number
  platform: Platform | undefined
}

/** Reads a small file of a layout by its path. */
export type ReadDocument = (path: string) => Promise<string>

/** Where a layout stores the blob with a digest. */
export function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`
}

/**
 * The images of a layout: what its index names, through nested indexes. What is stored beside an image does not count:
 * signatures, SBOMs, attestations and other artifacts, as BuildKit, Cosign and ORAS write them. Throws `SOURCE` if the
 * layout is incomplete or is something else.
 */
export async function listImages(read: ReadDocument): Promise<NamedImage[]> {
  const layout: Gathered = { images: new Map(), indexes: new Set(), manifests: new Map() }
  await gather(await read('index.json'), layout, read, 0)
  if (layout.images.size === 0)
    throw new DeliveryError(
      'SOURCE',
      'expected an image in the layout, found none',
      'Give the layout of a container image, or export the image again.',
    )
  return [...layout.images.values()]
}

/** What was found in a layout. Each document is read once, however often and deeply indexes name it. */
interface Gathered {
  images: Map<Digest, NamedImage>
  indexes: Set<Digest>
  /** The manifests that were read, and whether they are those of images. */
  manifests: Map<Digest, boolean>
}

async function gather(text: string, layout: Gathered, read: ReadDocument, depth: number): Promise<void> {
  if (depth > deepest)
    throw new DeliveryError(
      'SOURCE',
      `expected indexes of at most ${deepest} levels, found more`,
      'Export the image again.',
    )
  for (const descriptor of parse('an index', text, ImageIndex).manifests) {
    const { digest, mediaType, size, platform } = descriptor
    if (oneOf(indexTypes, mediaType)) {
      if (layout.indexes.has(digest)) continue
      layout.indexes.add(digest)
      await gather(await readBlob(digest, read), layout, read, depth + 1)
    } else if (oneOf(imageTypes, mediaType) && (await isImage(descriptor, layout, read))) {
      layout.images.set(digest, {
        digest,
        mediaType,
        size,
        platform: platform === undefined ? undefined : spellPlatform(platform),
      })
    }
    if (layout.images.size > mostImages) throw tooMany(`${mostImages} images`)
    if (layout.indexes.size + layout.manifests.size > mostDocuments)
      throw tooMany(`${mostDocuments} indexes and manifests`)
  }
}

function tooMany(most: string): DeliveryError {
  return new DeliveryError(
    'SOURCE',
    `expected at most ${most} in the layout, found more`,
    'Export the images of one application.',
  )
}

/**
 * Whether a manifest is that of an image. One with a platform is, unless it is called an artifact. The others are read,
 * because signatures and artifacts have none.
 */
async function isImage(
  { digest, platform, artifactType }: z.infer<typeof Descriptor>,
  { manifests }: Gathered,
  read: ReadDocument,
): Promise<boolean> {
  if (platform?.architecture === 'unknown') return false
  if (platform !== undefined && artifactType === undefined) return true
  const known = manifests.get(digest)
  if (known !== undefined) return known
  const { config, layers } = parse('a manifest', await readBlob(digest, read), Manifest)
  // Signatures and attestations have the configuration of an image, but no layer of one; runtimes pass over any other.
  const is =
    configurationTypes.includes(config.mediaType) &&
    (layers.length === 0 || layers.some(({ mediaType }) => layerType.test(mediaType)))
  manifests.set(digest, is)
  return is
}

function parse<T extends z.ZodType>(what: string, text: string, schema: T): z.infer<T> {
  return readDocument(
    text,
    schema,
    (found) => new DeliveryError('SOURCE', `expected ${what} in the layout, found ${found}`, 'Export the image again.'),
  )
}

function oneOf(types: readonly string[], type: string): boolean {
  return types.includes(type)
}

async function readBlob(digest: Digest, read: ReadDocument): Promise<string> {
  const text = await read(blobPath(digest))
  const is = digestOf(text)
  if (is !== digest)
    throw new DeliveryError(
      'SOURCE',
      `expected the document ${digest}, found bytes with the digest ${is}: the layout is damaged or was changed`,
      'Export the image again.',
    )
  return text
}

/** Chooses the image for a platform. Throws `SOURCE` if there is none, or more than one. */
export function chooseImage<T extends NamedImage>(images: readonly T[], platform: Platform): T {
  // The index need not state the platform of a single image: its configuration does, and is compared.
  const fitting =
    images.length === 1 && images[0]?.platform === undefined
      ? images
      : images.filter((image) => image.platform === platform)
  const [first] = fitting
  if (first !== undefined && fitting.length === 1) return first
  const there = images
    .map((image) => image.platform ?? 'no platform given')
    .toSorted()
    .join(', ')
  throw new DeliveryError(
    'SOURCE',
    `expected one image for ${platform}, found ${fitting.length === 0 ? 'none' : fitting.length} among ${there}`,
    'Select the platforms that it has with --platform or build.platforms.',
  )
}

/** The documents of a layout that holds one image and nothing else, and the blobs that belong to it. */
export interface SingleLayout {
  index: string
  /** As `docker save` writes it, for tools that only read that format. */
  dockerManifest: string
  blobs: string[]
}

/** Narrows a layout to one of its images, whose manifest is unchanged byte for byte. Throws `SOURCE`. */
export async function singleLayout({ digest, mediaType, size }: NamedImage, read: ReadDocument): Promise<SingleLayout> {
  const { config, layers } = parse('the manifest of an image', await readBlob(digest, read), Manifest)
  const paths = layers.map((layer) => blobPath(layer.digest))
  return {
    index: JSON.stringify({ schemaVersion: 2, mediaType: indexTypes[0], manifests: [{ mediaType, digest, size }] }),
    dockerManifest: JSON.stringify([{ Config: blobPath(config.digest), RepoTags: null, Layers: paths }]),
    blobs: [...new Set([blobPath(digest), blobPath(config.digest), ...paths])],
  }
}
