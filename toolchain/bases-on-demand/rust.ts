import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DeliveryError } from '../../src/model/errors.ts'
import type { BaseImage } from '../image.ts'
import { assembledImage } from '../bases/assembly/assembled-image.ts'
import { debianBuildRoot, extendDebianRoot, installedPackages } from '../bases/assembly/debian-root.ts'
import { describePackages } from '../bases/assembly/package-record.ts'
import { onDemandKey } from './on-demand-key.ts'

const identity = { name: 'rust', references: ['docker.io/library/rust:1-bookworm', 'docker.io/library/rust:bookworm'] }

/**
 * The Rust that Debian 12 builds its browsers with: one of the last releases, with security updates, where `rustc`
 * itself stays at 1.63.
 */
export const rust: BaseImage = {
  ...identity,
  platforms: ['linux/amd64'],
  get key() {
    return `${identity.name}-${onDemandKey()}`
  },
  async assemble(context) {
    const root = await extendDebianRoot(context, await debianBuildRoot(context), {
      home: context.work,
      packages: ['cargo-web', 'rustc-web'],
      // The official image has it there, and Dockerfiles keep crates in a cache mount below it.
      finish: async (directory) => {
        await mkdir(join(directory, 'usr/local/cargo/bin'), { recursive: true })
      },
    })
    const installed = await installedPackages(root.directory)
    const version = /^\d+\.\d+\.\d+/.exec(installed.find(({ name }) => name === 'rustc-web')?.version ?? '')?.[0]
    if (version === undefined)
      throw new DeliveryError(
        'ENGINE',
        'expected the package rustc-web with a version such as 1.96.0+dfsg1-1, found none',
        'Run "loadline engine clean", then the same command.',
      )
    return assembledImage(context, { ...identity, sources: [describePackages(installed)] }, root.layers, {
      Env: [
        'PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'CARGO_HOME=/usr/local/cargo',
        `RUST_VERSION=${version}`,
      ],
      Cmd: ['bash'],
    })
  },
}
