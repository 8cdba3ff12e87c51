import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '../src/model/index.ts'
import type { AssembledImage, ImageConfig, ImagePlatform } from './image.ts'

/** An image of one platform, to be written into a layout. */
export interface PlatformImage extends AssembledImage {
  platform: ImagePlatform
}

/** What a layout holds: one image, or an index over several platforms. */
export interface LayoutContent {
  /** Digest of the image's manifest, or of the index if there are several platforms. */
  digest: Digest
  /** Digest of the manifest of each platform. */
  platforms: Partial<Record<ImagePlatform, Digest>>
}

interface Descriptor {
  mediaType: string
  digest: Digest
  size: number
  platform?: { architecture: string; os: string }
}

const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const

/** The creation date of every sealed image: the real one would give each build a different digest. */
const CREATED = '1970-01-01T00:00:00Z'

/**
 * Writes an OCI image layout (specification 1.1) whose bytes depend on the layers and configurations alone. Layers stay
 * uncompressed: they travel over loopback only, and no compressor's version can change a digest. The layer files are moved.
 */
export async function writeOciLayout(directory: string, images: readonly PlatformImage[]): Promise<LayoutContent> {
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true })
  const manifests: Descriptor[] = []
  for (const image of images) manifests.push(await writeManifest(directory, image))
  const [first] = manifests
  if (first === undefined) throw new Error('An image layout needs at least one image.')
  const top =
    manifests.length === 1
      ? first
      : await writeJsonBlob(directory, mediaTypes.index, { schemaVersion: 2, mediaType: mediaTypes.index, manifests })
  await writeFile(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [top] }),
  )
  return readOciLayout(directory)
}

/** Reads what a layout written by `writeOciLayout` holds. */
export async function readOciLayout(directory: string): Promise<LayoutContent> {
  const top = (await readJson<{ manifests: Descriptor[] }>(join(directory, 'index.json'))).manifests[0]
  if (top === undefined) throw new Error(`The image layout ${directory} is empty.`)
  const manifests =
    top.mediaType === mediaTypes.index
      ? (await readJson<{ manifests: Descriptor[] }>(blobPath(directory, top.digest))).manifests
      : [top]
  const platforms: LayoutContent['platforms'] = {}
  for (const { platform, digest } of manifests) {
    if (platform !== undefined) platforms[`${platform.os}/${platform.architecture}` as ImagePlatform] = digest
  }
  return { digest: top.digest, platforms }
}

/** The configuration blob of an image, in the image specification's words. */
export function imageConfigBlob(
  config: ImageConfig,
  platform: ImagePlatform,
  layers: readonly Digest[],
): Record<string, unknown> {
  const [os, architecture] = platform.split('/')
  return {
    created: CREATED,
    architecture,
    os,
    config: Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))),
    rootfs: { type: 'layers', diff_ids: layers },
    history: layers.map(() => ({ created: CREATED, created_by: 'loadline sealed' })),
  }
}

async function writeManifest(directory: string, image: PlatformImage): Promise<Descriptor> {
  const layers: Descriptor[] = []
  for (const layer of image.layers) layers.push(await moveLayer(directory, layer))
  const config = await writeJsonBlob(
    directory,
    mediaTypes.config,
    imageConfigBlob(
      image.config,
      image.platform,
      layers.map(({ digest }) => digest),
    ),
  )
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }
  const [os = '', architecture = ''] = image.platform.split('/')
  return { ...(await writeJsonBlob(directory, mediaTypes.manifest, manifest)), platform: { architecture, os } }
}

async function moveLayer(directory: string, layer: string): Promise<Descriptor> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(layer, { highWaterMark: 1 << 20 }), hash)
  const digest: Digest = `sha256:${hash.digest('hex')}`
  const { size } = await stat(layer)
  const blob = blobPath(directory, digest)
  await rename(layer, blob).catch(() => copyFile(layer, blob))
  return { mediaType: mediaTypes.layer, digest, size }
}

async function writeJsonBlob(directory: string, mediaType: string, content: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(content))
  const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  await writeFile(blobPath(directory, digest), bytes)
  return { mediaType, digest, size: bytes.length }
}

function blobPath(directory: string, digest: Digest): string {
  return join(directory, 'blobs', ...digest.split(':'))
}

async function readJson<Content>(path: string): Promise<Content> {
  return JSON.parse(await readFile(path, 'utf8')) as Content
}
