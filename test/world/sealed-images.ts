import { parseImageReference } from '../../src/formats/image-reference.ts'
import type { Image, Settings } from './image.ts'
import { addRemote, mediaTypes, type Descriptor, type Store } from './store.ts'

interface Manifest {
  mediaType?: string
  manifests?: Descriptor[]
  config: Descriptor
  layers: Descriptor[]
}

interface Configuration {
  os: string
  architecture: string
  config?: Settings
}

/** The images of a sealed toolchain's registry under a reference with a digest, one for each platform. Their layers stay there. */
export async function sealedImages(store: Store, reference: string): Promise<Image[]> {
  const { registry, repository, digest } = parseImageReference(reference) ?? {}
  const at = (kind: 'manifests' | 'blobs', of: string) => `http://${registry}/v2/${repository}/${kind}/${of}`
  const read = async <Content>(url: string): Promise<Content> => {
    const answer = await fetch(url, { headers: { accept: [mediaTypes.index, mediaTypes.manifest].join(', ') } })
    if (!answer.ok) throw new Error(`expected ${url} in the registry of the sealed toolchain, found ${answer.status}`)
    return (await answer.json()) as Content
  }
  const top = await read<Manifest>(at('manifests', digest ?? ''))
  const manifests =
    top.manifests === undefined
      ? [top]
      : await Promise.all(top.manifests.map((one) => read<Manifest>(at('manifests', one.digest))))
  return Promise.all(
    manifests.map(async ({ config, layers }) => {
      const { os, architecture, config: settings = {} } = await read<Configuration>(at('blobs', config.digest))
      return {
        platform: { os, architecture },
        layers: layers.map((layer) => addRemote(store, layer, at('blobs', layer.digest))),
        settings,
      }
    }),
  )
}
