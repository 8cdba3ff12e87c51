import { copyFile, link } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssembleContext } from './image.ts'
import { distrolessLayers, type DistrolessLayerDefinition } from './bases/assembly/distroless-layer.ts'
import { sourceKey } from './bases/assembly/source-key.ts'

/** Debian programs that one of our own tools starts, without a shell or a package manager around them. */
export interface PackagedPrograms {
  /** Changes whenever the result does. */
  key: string
  /** Layer tars, lowest first. */
  layers(context: AssembleContext): Promise<string[]>
}

/** The OCI runtime with the libraries that it is linked to, and nothing that identifies the image as Debian. */
const crunLayer: DistrolessLayerDefinition = {
  name: 'crun',
  packages: [
    'crun',
    'gcc-12-base',
    'libc6',
    'libcap2',
    'libgcc-s1',
    'libgcrypt20',
    'libgpg-error0',
    'liblz4-1',
    'liblzma5',
    'libseccomp2',
    'libsystemd0',
    'libyajl2',
    'libzstd1',
  ],
  leftOut: ['debconf', 'libcrypt1'],
  removed: [],
}

/** Writing an image moves its layers, and the shared one must stay. */
async function ownCopy(shared: string, own: string): Promise<string> {
  await link(shared, own).catch(() => copyFile(shared, own))
  return own
}

/** The layers that have the given packages. */
export function packagedPrograms(packages: readonly string[]): PackagedPrograms {
  if (packages.join() !== 'crun') throw new Error(`The sealed toolchain has no layer with ${packages.join(', ')}.`)
  return {
    get key() {
      return `crun-${sourceKey()}`
    },
    async layers(context) {
      const { layers } = await distrolessLayers(context, crunLayer, 'linux/amd64')
      return Promise.all(layers.map((layer, index) => ownCopy(layer, join(context.work, `layer-${index}.tar`))))
    },
  }
}
