import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImage } from '../image.ts'
import { assembledImage } from './assembly/assembled-image.ts'
import { debianMinbase, extendDebianRoot, installedPackages } from './assembly/debian-root.ts'
import { linkInTree, normalisePermissions, writeTreeFile } from './assembly/image-tree.ts'
import { layerTar } from './assembly/layer-tar.ts'
import { npmPackage, type NpmPackage } from './assembly/npm-package.ts'
import { describePackages } from './assembly/package-record.ts'
import { runDebianTool } from './assembly/run-debian-tool.ts'
import { sourceKey } from './assembly/source-key.ts'
import { nodeRuntime, placeNode } from './node-runtime.ts'

const npmClient: NpmPackage = {
  name: 'npm',
  version: '11.21.2',
  integrity: 'sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==',
}

const identity = {
  name: 'node-slim',
  references: ['docker.io/library/node:24-bookworm-slim', 'docker.io/library/node:24-slim'],
}

/** Node.js 24 and npm on the smallest Debian. Unlike the official image it has no Yarn. */
export const nodeSlim: BaseImage = {
  ...identity,
  platforms: ['linux/amd64'],
  get key() {
    return `${identity.name}-${sourceKey()}`
  },
  async assemble(context) {
    const root = await extendDebianRoot(context, await debianMinbase(context), {
      home: context.work,
      packages: ['ca-certificates'],
      // The official image has this user, and Dockerfiles say `USER node`.
      finish: async (directory) => {
        await runDebianTool(context, ['chroot', directory, 'groupadd', '--gid', '1000', 'node'])
        await runDebianTool(context, [
          'chroot',
          directory,
          'useradd',
          '--uid',
          '1000',
          '--gid',
          'node',
          '--shell',
          '/bin/bash',
          '--create-home',
          'node',
        ])
      },
    })

    const tree = join(context.work, 'node')
    await placeNode(context, tree, 'usr/local/bin')
    const npm = join(tree, 'usr/local/lib/node_modules/npm')
    await mkdir(npm, { recursive: true })
    await cp(await npmPackage(context, npmClient), npm, { recursive: true })
    await linkInTree(tree, 'usr/local/bin/nodejs', 'node')
    await linkInTree(tree, 'usr/local/bin/npm', '../lib/node_modules/npm/bin/npm-cli.js')
    await linkInTree(tree, 'usr/local/bin/npx', '../lib/node_modules/npm/bin/npx-cli.js')
    // Node ships its own list of authorities and ignores the system's. A sealed network's own authority is in the system's
    // bundle while a build step runs, and npm has to trust it there; the bundle holds Mozilla's authorities at all times.
    await writeTreeFile(tree, 'usr/local/etc/npmrc', 'cafile=/etc/ssl/certs/ca-certificates.crt\n')
    await writeTreeFile(tree, 'usr/local/bin/docker-entrypoint.sh', ENTRYPOINT, 0o755)
    await normalisePermissions(tree)
    const layer = join(context.work, 'node.tar')
    await layerTar(context, { tree, tar: layer })

    const sources = [
      describePackages(await installedPackages(root.directory)),
      ...[nodeRuntime, npmClient].map(({ name, version, integrity }) => `npm ${name}@${version} ${integrity}`),
    ]
    return assembledImage(context, { ...identity, sources }, [...root.layers, layer], {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `NODE_VERSION=${nodeRuntime.version}`],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['node'],
    })
  },
}

const ENTRYPOINT = `#!/bin/sh
set -e
# An option, or a file that is no program, is meant for Node.
case "$1" in
  -*) set -- node "$@" ;;
  *) command -v -- "$1" >/dev/null || set -- node "$@" ;;
esac
exec "$@"
`
