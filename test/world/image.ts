import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { Digest } from '../../src/model/index.ts'
import { deterministicTar } from '../../toolchain/tool-image.ts'
import { addBytes, addManifest, mediaTypes, type Descriptor, type Store } from './store.ts'

interface Platform {
  os: string
  architecture: string
}

/** What an image sets, in the words of the image specification. */
export interface Settings {
  Env?: readonly string[]
  Entrypoint?: readonly string[]
  Cmd?: readonly string[]
  User?: string
  WorkingDir?: string
  Labels?: Readonly<Record<string, string>>
}

/** An image of one platform. Its layers are not compressed. */
export interface Image {
  platform: Platform
  layers: readonly Descriptor[]
  settings: Settings
}

/** Old enough for every rule about the age of a release. */
const created = '2026-09-01T00:00:00Z'

/** Publishes an index under a reference: each image, with an attestation of BuildKit's form beside it. */
export function publish(store: Store, reference: string, images: readonly Image[]): Digest {
  const manifests = images.flatMap((image) => {
    const own = addImage(store, image)
    return [own, attestationOf(store, own)]
  })
  const index = { mediaType: mediaTypes.index, manifests }
  const { digest } = addManifest(store, index)
  store.tags.set(reference, digest)
  return digest
}

function addImage(store: Store, { platform, layers, settings }: Image): Descriptor {
  const configuration = {
    created,
    ...platform,
    config: settings,
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created, created_by: 'test/world' })),
  }
  const config = addBytes(store, Buffer.from(JSON.stringify(configuration)), mediaTypes.config)
  return { ...addManifest(store, { mediaType: mediaTypes.manifest, config, layers }), platform }
}

/** What BuildKit puts beside each image: https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
function attestationOf(store: Store, { digest }: Descriptor): Descriptor {
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [],
    predicateType: 'https://slsa.dev/provenance/v0.2',
    predicate: {},
  }
  const layer = addBytes(store, Buffer.from(JSON.stringify(statement)), 'application/vnd.in-toto+json')
  const nowhere = { os: 'unknown', architecture: 'unknown' }
  const config = addBytes(
    store,
    Buffer.from(JSON.stringify({ ...nowhere, config: {}, rootfs: { type: 'layers', diff_ids: [layer.digest] } })),
    mediaTypes.config,
  )
  return {
    ...addManifest(store, { mediaType: mediaTypes.manifest, config, layers: [layer] }),
    platform: nowhere,
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest },
  }
}

/** A layer with one small file. */
export async function layerOf(store: Store, path: string, text: string): Promise<Descriptor> {
  const directory = await mkdtemp(join(tmpdir(), 'loadline-layer-'))
  try {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
    const options = { encoding: 'buffer' } as const
    const { stdout } = await execa('tar', [...deterministicTar, '--file', '-', '--directory', directory, path], options)
    return addBytes(store, Buffer.from(stdout), mediaTypes.layer)
  } finally {
    await rm(directory, { recursive: true })
  }
}
