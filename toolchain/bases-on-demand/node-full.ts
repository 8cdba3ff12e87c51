import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImage } from '../image.ts'
import { assembledImage } from '../bases/assembly/assembled-image.ts'
import { debianBuildRoot, extendDebianRoot, installedPackages } from '../bases/assembly/debian-root.ts'
import { describePackages } from '../bases/assembly/package-record.ts'
import { runDebianTool } from '../bases/assembly/run-debian-tool.ts'
import { nodeSlim } from '../bases/node-slim.ts'
import { onDemandKey } from './on-demand-key.ts'

const identity = {
  name: 'node-full',
  references: ['docker.io/library/node:24-bookworm', 'docker.io/library/node:24'],
}

/** Node.js 24 and npm with a compiler, Python and git, like the official image that is not slim. */
export const nodeFull: BaseImage = {
  ...identity,
  platforms: ['linux/amd64'],
  get key() {
    return `${identity.name}-${onDemandKey()}`
  },
  async assemble(context, platform) {
    const work = join(context.work, 'slim')
    await mkdir(work)
    const slim = await nodeSlim.assemble({ ...context, work }, platform)
    // Its own layer, the last one, has Node and npm and nothing of the Debian below it.
    const node = slim.layers.slice(-1)
    const root = await extendDebianRoot(context, await debianBuildRoot(context), {
      home: context.work,
      packages: ['python3', 'python3-distutils', 'unzip', 'wget', 'xz-utils', 'libssl-dev', 'zlib1g-dev'],
      finish: async (directory) => {
        const chroot = (...command: string[]) => runDebianTool(context, ['chroot', directory, ...command])
        await chroot('groupadd', '--gid', '1000', 'node')
        await chroot('useradd', '--uid', '1000', '--gid', 'node', '--shell', '/bin/bash', '--create-home', 'node')
      },
    })
    const { Labels, ...config } = slim.config
    const sources = [
      describePackages(await installedPackages(root.directory)),
      ...(Labels?.['dev.loadline.sealed.sources'] ?? '').split('; ').slice(1),
    ]
    return assembledImage(context, { ...identity, sources }, [...root.layers, ...node], config)
  },
}
