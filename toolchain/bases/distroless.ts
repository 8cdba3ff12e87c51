import { chown, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImage, ImageConfig, ImagePlatform } from '../image.ts'
import { assembledImage } from './assembly/assembled-image.ts'
import { distrolessLayers, type DistrolessLayerDefinition } from './assembly/distroless-layer.ts'
import { linkInTree, makeFolder, normalisePermissions, writeTreeFile } from './assembly/image-tree.ts'
import { describePackages } from './assembly/package-record.ts'
import { sourceKey } from './assembly/source-key.ts'
import { nodeRuntime, placeNode } from './node-runtime.ts'

/** What a self-contained program needs from a system: users, certificates, time zones, service names. */
const staticLayer: DistrolessLayerDefinition = {
  name: 'static',
  packages: ['base-files', 'ca-certificates', 'media-types', 'netbase', 'tzdata'],
  leftOut: ['awk', 'debconf', 'openssl'],
  removed: [
    'etc/ca-certificates',
    'etc/update-motd.d',
    'usr/sbin/update-ca-certificates',
    'usr/share/base-files',
    'var/local',
    'var/lock',
    'var/run',
  ],
  finish: writeSystemFiles,
}

const baseLayer: DistrolessLayerDefinition = {
  name: 'base',
  on: staticLayer,
  packages: ['libc6', 'libssl3'],
  leftOut: ['debconf', 'libcrypt1', 'libgcc-s1'],
  removed: [],
  // Where Debian's OpenSSL looks when no variable tells it; the links come with the package of its program.
  async finish(tree) {
    await linkInTree(tree, 'usr/lib/ssl/cert.pem', '/etc/ssl/certs/ca-certificates.crt')
    await linkInTree(tree, 'usr/lib/ssl/certs', '/etc/ssl/certs')
  },
}

/** The C and C++ libraries that native programs and runtimes need. */
export const ccLayer: DistrolessLayerDefinition = {
  name: 'cc',
  on: baseLayer,
  packages: ['gcc-12-base', 'libgcc-s1', 'libgomp1', 'libstdc++6'],
  leftOut: [],
  removed: [],
}

const pythonLayer: DistrolessLayerDefinition = {
  name: 'python3',
  on: ccLayer,
  packages: [
    'libbz2-1.0',
    'libcom-err2',
    'libcrypt1',
    'libdb5.3',
    'libexpat1',
    'libffi8',
    'libgssapi-krb5-2',
    'libk5crypto3',
    'libkeyutils1',
    'libkrb5-3',
    'libkrb5support0',
    'liblzma5',
    'libncursesw6',
    'libnsl2',
    'libpython3.11-minimal',
    'libpython3.11-stdlib',
    'libreadline8',
    'libsqlite3-0',
    'libtinfo6',
    'libtirpc3',
    'libtirpc-common',
    'libuuid1',
    'python3-distutils',
    'python3-lib2to3',
    'python3.11-minimal',
    'readline-common',
    'zlib1g',
  ],
  // dpkg and install-info serve maintainer scripts; python3 only brings the links that are written here.
  leftOut: ['dpkg', 'install-info', 'python3'],
  removed: [
    'usr/lib/python3.11/EXTERNALLY-MANAGED',
    'usr/share/binfmts',
    'usr/share/pixmaps',
    'usr/share/applications',
  ],
  async finish(tree) {
    await linkInTree(tree, 'usr/bin/python3', 'python3.11')
    await linkInTree(tree, 'usr/bin/python', 'python3.11')
  },
}

const nodeLayer: DistrolessLayerDefinition = {
  name: 'nodejs24',
  on: ccLayer,
  packages: [],
  leftOut: [],
  removed: [],
  async finish(tree, context) {
    await placeNode(context, tree, 'nodejs/bin')
    await normalisePermissions(tree)
  },
}

/** Images without a shell or a package manager, each in an unprivileged and a root variant, as the official ones are. */
export const distroless: BaseImage[] = [
  ...forBothUsers('static-debian12', staticLayer, ['linux/amd64', 'linux/arm64']),
  ...forBothUsers('base-debian12', baseLayer, ['linux/amd64']),
  ...forBothUsers('cc-debian12', ccLayer, ['linux/amd64']),
  ...forBothUsers('python3-debian12', pythonLayer, ['linux/amd64'], {
    Env: ['LANG=C.UTF-8'],
    Entrypoint: ['/usr/bin/python3'],
  }),
  ...forBothUsers('nodejs24-debian12', nodeLayer, ['linux/amd64'], { Entrypoint: ['/nodejs/bin/node'] }),
]

/** The images of a layer, for the unprivileged user and for root. `key` changes whenever a definition does. */
export function forBothUsers(
  repository: string,
  layer: DistrolessLayerDefinition,
  platforms: ImagePlatform[],
  config: ImageConfig = {},
  key: () => string = sourceKey,
): BaseImage[] {
  const image = (tag: string, user: ImageConfig): BaseImage => {
    const identity = { name: `distroless-${repository}-${tag}`, references: [`gcr.io/distroless/${repository}:${tag}`] }
    return {
      ...identity,
      platforms,
      get key() {
        return `${identity.name}-${key()}`
      },
      async assemble(context, platform) {
        const { layers, packages } = await distrolessLayers(context, layer, platform)
        const sources = [describePackages(packages)]
        if (layer === nodeLayer) sources.push(`npm ${nodeRuntime.name}@${nodeRuntime.version} ${nodeRuntime.integrity}`)
        return assembledImage(context, { ...identity, sources }, layers, {
          ...config,
          Env: [
            'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
            'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
            ...(config.Env ?? []),
          ],
          ...user,
        })
      },
    }
  }
  return [
    image('nonroot', { User: '65532', WorkingDir: '/home/nonroot' }),
    image('latest', { User: '0', WorkingDir: '/' }),
  ]
}

async function writeSystemFiles(tree: string): Promise<void> {
  await writeTreeFile(
    tree,
    'etc/passwd',
    [
      'root:x:0:0:root:/root:/sbin/nologin',
      'nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin',
      'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin',
      '',
    ].join('\n'),
  )
  await writeTreeFile(
    tree,
    'etc/group',
    ['root:x:0:', 'tty:x:5:', 'staff:x:50:', 'nogroup:x:65534:', 'nonroot:x:65532:', ''].join('\n'),
  )
  await writeTreeFile(tree, 'etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\n')
  await makeFolder(tree, 'root', 0o700)
  await makeFolder(tree, 'home/nonroot', 0o700)
  await chown(join(tree, 'home/nonroot'), 65532, 65532)
  for (const folder of ['tmp', 'var/tmp']) await makeFolder(tree, folder, 0o1777)
  for (const folder of ['dev', 'proc', 'sys', 'run']) await makeFolder(tree, folder)
  await linkInTree(tree, 'var/run', '/run')
  await writeCertificateBundle(tree)
}

/** One file with every authority of Mozilla's list, as `update-ca-certificates` would write it. */
async function writeCertificateBundle(tree: string): Promise<void> {
  const folder = join(tree, 'usr/share/ca-certificates/mozilla')
  const certificates: string[] = []
  for (const name of (await readdir(folder)).sort())
    certificates.push(`${(await readFile(join(folder, name), 'utf8')).trimEnd()}\n`)
  await rm(join(tree, 'usr/share/ca-certificates'), { recursive: true })
  await writeTreeFile(tree, 'etc/ssl/certs/ca-certificates.crt', certificates.join(''))
}
