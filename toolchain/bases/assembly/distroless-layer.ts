import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DeliveryError } from '../../../src/model/errors.ts'
import type { AssembleContext, ImagePlatform } from '../../image.ts'
import { debianArchive, writeAptConfiguration, type DebianArchitecture } from './debian-archive.ts'
import { writeTreeFile } from './image-tree.ts'
import { layerTar, listTree } from './layer-tar.ts'
import { parsePackageRecords, unmetDependencies, type PackageRecord } from './package-record.ts'
import { runDebianTool } from './run-debian-tool.ts'
import { sharedDirectory } from './shared-directory.ts'

/** A layer of an image that has no package manager: packages unpacked, never configured. */
export interface DistrolessLayerDefinition {
  name: string
  /** The layer that it lies on. */
  on?: DistrolessLayerDefinition
  packages: string[]
  /** Packages that others depend on only for maintainer scripts or programs that this layer leaves out. */
  leftOut: string[]
  /** Paths of the packages that an image without a shell has no use for. */
  removed: string[]
  /** Writes what configuring the packages would have written. */
  finish?(tree: string, context: AssembleContext): Promise<void>
}

/** Layer tars, lowest first, and every package in them. */
export interface DistrolessLayers {
  layers: string[]
  packages: PackageRecord[]
}

const ARCHITECTURES: Record<ImagePlatform, DebianArchitecture> = { 'linux/amd64': 'amd64', 'linux/arm64': 'arm64' }

const UNWANTED = [
  'usr/share/bash-completion',
  'usr/share/bug',
  'usr/share/doc-base',
  'usr/share/gdb',
  'usr/share/info',
  'usr/share/lintian',
  'usr/share/locale',
  'usr/share/man',
]

/** Programs through which an attacker could start others; one of them in a package list is a mistake in the definition. */
const SHELLS = ['bash', 'busybox', 'dash', 'dpkg', 'apt-get', 'perl', 'sh', 'openssl']

/**
 * Assembles a layer and those below it. Other images on the same layer share it.
 *
 * @throws when a package depends on one that is neither in the layers nor left out on purpose, or the tree holds a
 *   setuid file, a shell or a package manager.
 */
export async function distrolessLayers(
  context: AssembleContext,
  definition: DistrolessLayerDefinition,
  platform: ImagePlatform,
): Promise<DistrolessLayers> {
  const below =
    definition.on === undefined
      ? { layers: [], packages: [] }
      : await distrolessLayers(context, definition.on, platform)
  const archive = await debianArchive(context)
  const architecture = ARCHITECTURES[platform]
  const home = await sharedDirectory(
    join(archive.directory, `distroless-${definition.name}-${architecture}`),
    async (unfinished) => {
      context.say(`unpacking ${definition.packages.join(', ') || definition.name} for ${platform}`)
      const tree = join(unfinished, 'tree')
      await mkdir(tree)
      const records = await unpackPackages(context, definition.packages, {
        state: archive.state,
        architecture,
        home: unfinished,
        tree,
      })
      const unmet = unmetDependencies([...below.packages, ...records], leftOutBy(definition))
      if (unmet.length > 0) {
        throw new DeliveryError(
          'ENGINE',
          `expected the packages of ${definition.name} to need nothing outside the image, found: ${unmet.join('; ')}`,
          'Debian has changed what they need: add it to the definition in toolchain/bases/distroless.ts.',
        )
      }
      for (const path of [...UNWANTED, ...definition.removed])
        await rm(join(tree, path), { recursive: true, force: true })
      await keepCopyrightOnly(join(tree, 'usr/share/doc'))
      await definition.finish?.(tree, context)
      await assertWithoutShell(tree)
      await layerTar(context, { tree, tar: join(unfinished, 'layer.tar') })
      await rm(tree, { recursive: true })
      await rm(join(unfinished, 'packages'), { recursive: true })
    },
  )
  const records = parsePackageRecords(await readFile(join(home, 'packages.control'), 'utf8'))
  return { layers: [...below.layers, join(home, 'layer.tar')], packages: [...below.packages, ...records] }
}

async function unpackPackages(
  context: AssembleContext,
  packages: string[],
  place: { state: string; architecture: DebianArchitecture; home: string; tree: string },
): Promise<PackageRecord[]> {
  const folder = join(place.home, 'packages')
  await mkdir(folder)
  const stanzas: string[] = []
  if (packages.length > 0) {
    const configuration = await writeAptConfiguration(context, place)
    await runDebianTool(context, ['apt-get', 'download', '--quiet', ...packages], {
      cwd: folder,
      variables: { APT_CONFIG: configuration },
    })
  }
  for (const file of (await readdir(folder)).sort()) {
    const archive = join(folder, file)
    await runDebianTool(context, ['dpkg-deb', '--extract', archive, place.tree])
    const control = join(folder, `${file}.control`)
    await runDebianTool(context, ['dpkg-deb', '--control', archive, control])
    const stanza = (await readFile(join(control, 'control'), 'utf8')).trimEnd()
    const [record] = parsePackageRecords(stanza)
    if (record === undefined)
      throw new DeliveryError(
        'ENGINE',
        `expected a control stanza in ${file}, found none`,
        'Fetch the package again: run "loadline engine clean", then the same command.',
      )
    // Without a package database, scanners read one control file for each package from here.
    await writeTreeFile(place.tree, `var/lib/dpkg/status.d/${record.name}`, `${stanza}\n`)
    const sums = join(control, 'md5sums')
    if (existsSync(sums))
      await writeTreeFile(place.tree, `var/lib/dpkg/status.d/${record.name}.md5sums`, await readFile(sums, 'utf8'))
    stanzas.push(stanza)
  }
  if (stanzas.length !== packages.length)
    throw new DeliveryError(
      'ENGINE',
      `expected ${packages.length} packages, found ${stanzas.length} fetched by apt`,
      `See ${folder}.`,
    )
  const text = stanzas.map((stanza) => `${stanza}\n`).join('\n')
  await writeTreeFile(place.home, 'packages.control', text)
  return parsePackageRecords(text)
}

function leftOutBy(definition: DistrolessLayerDefinition): string[] {
  return [...definition.leftOut, ...(definition.on === undefined ? [] : leftOutBy(definition.on))]
}

async function keepCopyrightOnly(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (!(await lstat(path)).isDirectory()) continue
    for (const file of await readdir(path)) {
      if (file !== 'copyright') await rm(join(path, file), { recursive: true })
    }
  }
}

async function assertWithoutShell(tree: string): Promise<void> {
  for (const [path, stats] of await listTree(tree)) {
    const program = /^(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$/.exec(path)?.[1]
    const unwanted =
      (stats.isFile() && (stats.mode & 0o6000) !== 0) || (program !== undefined && SHELLS.includes(program))
    if (unwanted)
      throw new DeliveryError(
        'ENGINE',
        `expected an image without setuid files, shell and package manager, found /${path}`,
        'Remove it in toolchain/bases/distroless.ts.',
      )
  }
}
