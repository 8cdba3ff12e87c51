import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '../../src/model/index.ts'

/** What a manifest says of a blob or of another manifest. */
export interface Descriptor {
  mediaType: string
  digest: Digest
  size: number
  platform?: { os: string; architecture: string }
  annotations?: Record<string, string>
}

/** A manifest as it is served. */
export interface StoredManifest {
  mediaType: string
  bytes: Buffer
}

/** A blob. Large ones stay where they lie, and are read when they are asked for. */
interface Blob {
  size: number
  open(): Promise<Readable>
}

/** What publishers have put into their registries. */
export interface Store {
  blobs: Map<string, Blob>
  manifests: Map<string, StoredManifest>
  /** Digests by reference, e.g. `docker.io/library/golang:1.26-bookworm`. */
  tags: Map<string, Digest>
}

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const

export function emptyStore(): Store {
  return { blobs: new Map(), manifests: new Map(), tags: new Map() }
}

function digestOfBytes(bytes: Buffer): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Takes bytes as a blob. */
export function addBytes({ blobs }: Store, bytes: Buffer, mediaType: string): Descriptor {
  const [digest, size] = [digestOfBytes(bytes), bytes.length]
  blobs.set(digest, { size, open: async () => Readable.from([bytes]) })
  return { mediaType, digest, size }
}

/** Takes a file as a blob. It has to stay as it is. */
export async function addFile({ blobs }: Store, path: string, mediaType: string): Promise<Descriptor> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  const [digest, { size }] = [`sha256:${hash.digest('hex')}` as Digest, await stat(path)]
  blobs.set(digest, { size, open: async () => createReadStream(path) })
  return { mediaType, digest, size }
}

/** Takes a blob that another registry serves at an address. */
export function addRemote({ blobs }: Store, descriptor: Descriptor, url: string): Descriptor {
  const open = async () => {
    const { ok, status, body } = await fetch(url)
    if (!ok || body === null) throw new Error(`expected a blob at ${url}, found status ${status}`)
    return Readable.fromWeb(body)
  }
  blobs.set(descriptor.digest, { size: descriptor.size, open })
  return descriptor
}

/** Takes a manifest or an index; it gets a name only by `tags`. */
export function addManifest(
  { manifests }: Store,
  content: Readonly<Record<string, unknown>> & { mediaType: string },
): Descriptor {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...content }))
  const digest = digestOfBytes(bytes)
  manifests.set(digest, { mediaType: content.mediaType, bytes })
  return { mediaType: content.mediaType, digest, size: bytes.length }
}
