import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { DeliveryError } from '../../src/model/errors.ts'
import type { AssembleContext, AssembledImage, BaseImage } from '../image.ts'
import { assembledImage } from './assembly/assembled-image.ts'
import {
  debianBuildRoot,
  debianMinbase,
  extendDebianRoot,
  installedPackages,
  type DebianRoot,
} from './assembly/debian-root.ts'
import { describePackages, type PackageRecord } from './assembly/package-record.ts'
import { sourceKey } from './assembly/source-key.ts'

const slim = {
  name: 'python-slim',
  references: ['docker.io/library/python:3.11-slim-bookworm', 'docker.io/library/python:3.11-slim'],
}

const full = {
  name: 'python-full',
  references: [
    'docker.io/library/python:3.11-bookworm',
    'docker.io/library/python:3.11',
    'docker.io/library/python:latest',
  ],
}

/** Debian's Python 3.11 with venv and pip. */
export const pythonSlim: BaseImage = {
  ...slim,
  platforms: ['linux/amd64'],
  get key() {
    return `${slim.name}-${sourceKey()}`
  },
  async assemble(context) {
    return assemblePython(context, slim, await debianMinbase(context), ['ca-certificates'])
  },
}

/** Python 3.11 with a compiler and development files, like the official image that is not slim. */
export const pythonFull: BaseImage = {
  ...full,
  platforms: ['linux/amd64'],
  get key() {
    return `${full.name}-${sourceKey()}`
  },
  async assemble(context) {
    return assemblePython(context, full, await debianBuildRoot(context), [
      'libbz2-dev',
      'libffi-dev',
      'liblzma-dev',
      'libncurses-dev',
      'libpq-dev',
      'libreadline-dev',
      'libsqlite3-dev',
      'libssl-dev',
      'libyaml-dev',
      'python3-dev',
      'unzip',
      'wget',
      'xz-utils',
      'zlib1g-dev',
    ])
  },
}

async function assemblePython(
  context: AssembleContext,
  identity: typeof slim,
  below: DebianRoot,
  packages: string[],
): Promise<AssembledImage> {
  const root = await extendDebianRoot(context, below, {
    home: context.work,
    packages: ['python3', 'python3-pip', 'python3-venv', ...packages],
    finish: arrangeAsOfficial,
  })
  const installed = await installedPackages(root.directory)
  return assembledImage(context, { ...identity, sources: [describePackages(installed)] }, root.layers, {
    Env: [
      'PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
      'LANG=C.UTF-8',
      `PYTHON_VERSION=${pythonVersion(installed)}`,
    ],
    Cmd: ['python3'],
  })
}

async function arrangeAsOfficial(root: string): Promise<void> {
  // In an image of its own, pip is the package manager for Python: the official image has no such marker.
  await rm(join(root, 'usr/lib/python3.11/EXTERNALLY-MANAGED'))
  // Dockerfiles copy /usr/local/lib/python3.11/site-packages from stage to stage; Debian's Python looks in dist-packages beside it.
  const library = join(root, 'usr/local/lib/python3.11')
  await rename(join(library, 'dist-packages'), join(library, 'site-packages'))
  await symlink('site-packages', join(library, 'dist-packages'))
  // The official image has its programs in /usr/local/bin, and Dockerfiles name them so.
  const programs = join(root, 'usr/local/bin')
  await mkdir(programs, { recursive: true })
  for (const [name, target] of Object.entries({
    python: 'python3.11',
    python3: 'python3.11',
    'python3.11': 'python3.11',
    pip: 'pip3',
    pip3: 'pip3',
    'pip3.11': 'pip3.11',
  })) {
    await symlink(`/usr/bin/${target}`, join(programs, name))
  }
}

function pythonVersion(installed: PackageRecord[]): string {
  const version = installed.find((record) => record.name === 'python3.11')?.version
  const upstream = /^\d+\.\d+\.\d+/.exec(version ?? '')?.[0]
  if (upstream === undefined)
    throw new DeliveryError(
      'ENGINE',
      `expected the package python3.11 with a version such as 3.11.2-6, found ${version ?? 'none'}`,
      'Run "loadline engine clean", then the same command.',
    )
  return upstream
}
