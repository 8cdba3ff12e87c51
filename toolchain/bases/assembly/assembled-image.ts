import { copyFile, link } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssembleContext, AssembledImage, ImageConfig } from '../../image.ts'

/** What a base declares about itself beyond the official image's configuration. */
export interface ImageIdentity {
  name: string
  references: string[]
  /** Where its content comes from, one statement per source. */
  sources: string[]
}

/**
 * Puts layers and configuration together. Layers shared with other bases are linked into the work directory, so that
 * the caller may move them.
 */
export async function assembledImage(
  context: AssembleContext,
  identity: ImageIdentity,
  layers: string[],
  config: ImageConfig,
): Promise<AssembledImage> {
  const own: string[] = []
  for (const [index, layer] of layers.entries()) {
    const path = join(context.work, `layer-${index}.tar`)
    try {
      await link(layer, path)
    } catch {
      await copyFile(layer, path)
    }
    own.push(path)
  }
  return {
    layers: own,
    config: {
      ...config,
      Labels: {
        'org.opencontainers.image.title': identity.name,
        'dev.loadline.sealed.stands-in-for': identity.references.join(' '),
        'dev.loadline.sealed.sources': identity.sources.join('; '),
      },
    },
  }
}
