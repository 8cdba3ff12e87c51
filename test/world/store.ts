import { createHash } from 'node:crypto'
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

/** What publishers have put into their registries. */
export interface Store {
  blobs: Map<string, Buffer>
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
  const digest = digestOfBytes(bytes)
  blobs.set(digest, bytes)
  return { mediaType, digest, size: bytes.length }
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
