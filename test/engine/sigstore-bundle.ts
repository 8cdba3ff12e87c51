import { createHash, generateKeyPairSync } from 'node:crypto'
import { bundleFromJSON, type SerializedBundle } from '@sigstore/bundle'
import { toSignedEntity, type SignedEntity } from '@sigstore/verify'
import { expect } from 'vitest'
import { fetchBundles } from './signed-image.ts'

/**
 * The bundle as sigstore-js reads it. Its version 3.1.1 expects the digest of the payload in a log entry, and Rekor 2 logs the digest of what was
 * signed: DSSE's pre-authentication encoding. That one comparison is made here; certificate, timestamp, inclusion proof, checkpoint and signature are its own.
 */
export function signedEntity(bundle: unknown): SignedEntity {
  const { signature, ...entity } = toSignedEntity(bundleFromJSON(bundle as SerializedBundle))
  const { payload, payloadType } = (bundle as { dsseEnvelope: { payload: string; payloadType: string } }).dsseEnvelope
  const bytes = Buffer.from(payload, 'base64')
  const signedBytes = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `),
    bytes,
  ])
  const compareDigest = (digest: Buffer) => digest.equals(createHash('sha256').update(signedBytes).digest())
  return {
    ...entity,
    signature: Object.assign(Object.create(signature) as SignedEntity['signature'], { compareDigest }),
  }
}

/** What a bundle says. */
export function statementOf(bundle: unknown): unknown {
  const { dsseEnvelope } = bundle as { dsseEnvelope: { payload: string } }
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8'))
}

/** The bundle of one image, changed to speak of another. */
export function about(bundle: unknown, digest: string): unknown {
  const statement = {
    ...(statementOf(bundle) as object),
    subject: [{ digest: { sha256: digest.replace('sha256:', '') } }],
  }
  const { dsseEnvelope } = bundle as { dsseEnvelope: object }
  return {
    ...(bundle as object),
    dsseEnvelope: { ...dsseEnvelope, payload: Buffer.from(JSON.stringify(statement)).toString('base64') },
  }
}

/** Puts a bundle beside an image, as anybody who may push can. */
export async function attach(registry: string, digest: string, bundle: string): Promise<void> {
  const base = `http://${registry}/v2/demo/small`
  const upload = async (content: string) => {
    const blobDigest = `sha256:${sha256(content)}`
    const started = await fetch(`${base}/blobs/uploads/`, { method: 'POST' })
    const location = new URL(started.headers.get('location') ?? '', `http://${registry}`)
    location.searchParams.set('digest', blobDigest)
    expect((await fetch(location, { method: 'PUT', body: content })).status).toBe(201)
    return { digest: blobDigest, size: Buffer.byteLength(content) }
  }
  const subject = await fetch(`${base}/manifests/${digest}`)
  const bytes = Buffer.byteLength(await subject.text())
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: mediaType,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', ...(await upload('{}')) },
    layers: [{ mediaType, ...(await upload(bundle)) }],
    subject: { mediaType: subject.headers.get('content-type'), digest, size: bytes },
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1',
    },
  })
  const pushed = await fetch(`${base}/manifests/sha256:${sha256(manifest)}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
  })
  expect(pushed.status).toBe(201)
  // This registry has no referrers API: an index under a tag stands in for it.
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: mediaType,
    digest: `sha256:${sha256(manifest)}`,
    size: Buffer.byteLength(manifest),
  }
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [entry],
  })
  const tagged = await fetch(`${base}/manifests/${digest.replace(':', '-')}`, {
    method: 'PUT',
    body: index,
    headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
  })
  expect(tagged.status).toBe(201)
  expect((await fetchBundles(registry, 'demo/small', digest)).map((found) => JSON.stringify(found))).toContain(bundle)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A trusted root whose transparency logs have other keys. */
export function withAnotherLogKey(trustedRoot: string): string {
  const changed = JSON.parse(trustedRoot) as { tlogs: Array<{ publicKey: { rawBytes: string } }> }
  const spki = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
  for (const log of changed.tlogs) log.publicKey.rawBytes = spki.toString('base64')
  return JSON.stringify(changed)
}
