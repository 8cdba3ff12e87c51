import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImage } from '../image.ts'
import { distrolessLayers, type DistrolessLayerDefinition } from '../bases/assembly/distroless-layer.ts'
import { linkInTree, makeFolder } from '../bases/assembly/image-tree.ts'
import { ccLayer, forBothUsers } from '../bases/distroless.ts'
import { javaTrustStore } from './java-trust-store.ts'
import { onDemandKey } from './on-demand-key.ts'

const home = 'usr/lib/jvm/java-17-openjdk-amd64'

const javaLayer: DistrolessLayerDefinition = {
  // The unpacked files are kept under this name, so it must change with the definition.
  get name() {
    return `java17-${onDemandKey()}`
  },
  on: ccLayer,
  packages: [
    'fontconfig-config',
    'fonts-dejavu-core',
    'libbrotli1',
    'libexpat1',
    'libffi8',
    'libfontconfig1',
    'libfreetype6',
    'libglib2.0-0',
    'libgraphite2-3',
    'libharfbuzz0b',
    'libjpeg62-turbo',
    'liblcms2-2',
    'libpcre2-8-0',
    'libpng16-16',
    'openjdk-17-jre-headless',
    'zlib1g',
  ],
  // Printing, sound, smart cards and NSS, which no server needs; and what only maintainer scripts use.
  leftOut: [
    'ca-certificates-java',
    'java-common',
    'libasound2',
    'libcups2',
    'libmount1',
    'libnss3',
    'libpcsclite1',
    'libselinux1',
    'util-linux',
  ],
  removed: ['usr/share/applications', 'usr/share/apport', 'usr/share/binfmts', 'usr/share/icons', 'usr/share/pixmaps'],
  async finish(tree, context) {
    await linkInTree(tree, 'usr/bin/java', `/${home}/bin/java`)
    const [systemLayer = ''] = (await distrolessLayers(context, ccLayer, 'linux/amd64')).layers
    const bundle = await context.run('tar', [
      '--extract',
      '--to-stdout',
      '--file',
      systemLayer,
      'etc/ssl/certs/ca-certificates.crt',
    ])
    await makeFolder(tree, 'etc/ssl/certs/java')
    await writeFile(join(tree, 'etc/ssl/certs/java/cacerts'), javaTrustStore(bundle), { mode: 0o644 })
  },
}

/** Java 17 without a shell or a package manager. */
export const javaRuntime: BaseImage[] = forBothUsers(
  'java17-debian12',
  javaLayer,
  ['linux/amd64'],
  { Env: ['LANG=C.UTF-8'], Entrypoint: ['/usr/bin/java', '-jar'] },
  onDemandKey,
)
