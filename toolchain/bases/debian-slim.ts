import type { BaseImage } from '../image.ts'
import { assembledImage } from './assembly/assembled-image.ts'
import { debianMinbase, installedPackages } from './assembly/debian-root.ts'
import { describePackages } from './assembly/package-record.ts'
import { sourceKey } from './assembly/source-key.ts'

const identity = {
  name: 'debian-slim',
  references: [
    'docker.io/library/debian:bookworm-slim',
    'docker.io/library/debian:12-slim',
    'docker.io/library/debian:bookworm',
    'docker.io/library/debian:12',
  ],
}

/** The smallest Debian 12 with apt. */
export const debianSlim: BaseImage = {
  ...identity,
  platforms: ['linux/amd64'],
  get key() {
    return `${identity.name}-${sourceKey()}`
  },
  async assemble(context) {
    const root = await debianMinbase(context)
    const sources = [describePackages(await installedPackages(root.directory))]
    return assembledImage(context, { ...identity, sources }, root.layers, {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['bash'],
    })
  },
}
