import { existsSync } from 'node:fs'
import { chmod, cp, link, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeliveryError } from '../../../src/model/errors.ts'
import type { AssembleContext } from '../../image.ts'
import { OWN_NAMESPACE } from '../../own-namespace.ts'
import { debianArchive, writeAptConfiguration, type DebianRelease } from './debian-archive.ts'
import { makeFolder } from './image-tree.ts'
import { layerTar } from './layer-tar.ts'
import { parsePackageRecords, type PackageRecord } from './package-record.ts'
import { runDebianTool } from './run-debian-tool.ts'
import { sharedDirectory } from './shared-directory.ts'

/** A Debian root filesystem on disk, and the layers that unpack to it. */
export interface DebianRoot {
  release: DebianRelease
  directory: string
  layers: string[]
}

/** Documentation, translations and the like: what Debian's own slim images leave out. Copyright files stay, licence scanners read them. */
const UNWANTED_DOCUMENTATION = [
  'usr/share/groff',
  'usr/share/info',
  'usr/share/lintian',
  'usr/share/linda',
  'usr/share/locale',
  'usr/share/man',
]

/** Files that differ between installations, or that belong to the machine that assembled the base. */
const UNWANTED_STATE = [
  'etc/hostname',
  'etc/machine-id',
  'etc/resolv.conf',
  'etc/.pwd.lock',
  'var/cache/apt/archives',
  'var/cache/apt/pkgcache.bin',
  'var/cache/apt/srcpkgcache.bin',
  'var/cache/debconf/config.dat-old',
  'var/cache/debconf/templates.dat-old',
  'var/cache/ldconfig/aux-cache',
  'var/lib/apt/lists',
  'var/lib/dbus/machine-id',
  'var/lib/dpkg/available-old',
  'var/lib/dpkg/diversions-old',
  'var/lib/dpkg/lock',
  'var/lib/dpkg/lock-frontend',
  'var/lib/dpkg/statoverride-old',
  'var/lib/dpkg/status-old',
  'var/lib/dpkg/triggers/Lock',
  'var/lib/systemd/random-seed',
  'var/log/alternatives.log',
  'var/log/apt/eipp.log.xz',
  'var/log/apt/history.log',
  'var/log/apt/term.log',
  'var/log/bootstrap.log',
  'var/log/dpkg.log',
]

/** Directories that stay, but empty. */
const EMPTIED = ['run', 'tmp', 'var/tmp']

/** The smallest Debian that has apt, shared by all bases with a package manager. */
export async function debianMinbase(
  context: AssembleContext,
  release: DebianRelease = 'bookworm',
): Promise<DebianRoot> {
  const archive = await debianArchive(context, release)
  const home = await sharedDirectory(join(archive.directory, 'minbase'), async (unfinished) => {
    context.say(`installing the smallest Debian (${release})`)
    const configuration = await writeAptConfiguration(context, { state: archive.state, architecture: 'amd64' })
    await runDebianTool(
      context,
      [
        'apt-get',
        'install',
        '--quiet',
        '--yes',
        '--download-only',
        '?and(?architecture(amd64),?or(?essential,?priority(required)))',
        'apt',
        'usr-is-merged',
      ],
      { variables: { APT_CONFIG: configuration } },
    )
    await seedFromArchive(archive.state, join(unfinished, 'seed'))
    await writeFile(join(unfinished, 'debian.sources'), archive.sources)
    await runDebianTool(
      context,
      [
        ...OWN_NAMESPACE,
        'mmdebstrap',
        '--mode=root',
        '--variant=minbase',
        '--architectures=amd64',
        '--format=directory',
        // The seed already has everything: apt fetched it with the machine's own settings, which mmdebstrap would not read.
        '--setup-hook=copy-in seed/var /',
        '--skip=update',
        // With usrmerge instead of usr-is-merged, apt would bring in the whole of Perl.
        '--include=usr-is-merged',
        '--hook-directory=/usr/share/mmdebstrap/hooks/merged-usr',
        '--dpkgopt=force-unsafe-io',
        release,
        'root',
        'debian.sources',
      ],
      { cwd: unfinished },
    )
    await rm(join(unfinished, 'seed'), { recursive: true })
    const root = join(unfinished, 'root')
    await rename(
      join(root, 'etc/apt/sources.list.d/0000debian.sources'),
      join(root, 'etc/apt/sources.list.d/debian.sources'),
    )
    await writeImageSettings(root)
    await trimRoot(root)
    await layerTar(context, { tree: root, tar: join(unfinished, 'layer.tar') })
  })
  return { release, directory: join(home, 'root'), layers: [join(home, 'layer.tar')] }
}

/** A compiler, git and curl on the smallest Debian: shared by the bases that build software. */
export async function debianBuildRoot(context: AssembleContext): Promise<DebianRoot> {
  const archive = await debianArchive(context)
  const below = await debianMinbase(context)
  const home = await sharedDirectory(join(archive.directory, 'build-root'), async (unfinished) => {
    await extendDebianRoot(context, below, {
      home: unfinished,
      packages: ['build-essential', 'ca-certificates', 'curl', 'git', 'pkg-config'],
    })
  })
  return { ...below, directory: join(home, 'root'), layers: [...below.layers, join(home, 'layer.tar')] }
}

/**
 * Installs packages on top of a root and takes what changed as a layer.
 *
 * @param addition.home an existing directory that receives `root` and `layer.tar`.
 * @param addition.finish changes the root after the packages are installed, before the layer is taken.
 */
export async function extendDebianRoot(
  context: AssembleContext,
  below: DebianRoot,
  addition: { home: string; packages: string[]; finish?: (root: string) => Promise<void> },
): Promise<DebianRoot> {
  const archive = await debianArchive(context, below.release)
  const root = join(addition.home, 'root')
  await runDebianTool(context, ['cp', '--archive', '--reflink=auto', below.directory, root])
  await mkdir(join(root, 'var/cache/apt/archives/partial'), { recursive: true })
  const configuration = await writeAptConfiguration(context, { state: archive.state, architecture: 'amd64', root })
  context.say(`installing ${addition.packages.join(', ')}`)
  await runDebianTool(
    context,
    [
      ...OWN_NAMESPACE,
      // Maintainer scripts may read this.
      `--mount-proc=${join(root, 'proc')}`,
      'apt-get',
      'install',
      '--quiet',
      '--yes',
      ...addition.packages,
    ],
    { variables: { APT_CONFIG: configuration } },
  )
  await addition.finish?.(root)
  await trimRoot(root)
  const layer = join(addition.home, 'layer.tar')
  await layerTar(context, { tree: root, below: below.directory, tar: layer })
  return { ...below, directory: root, layers: [...below.layers, layer] }
}

/** The packages that dpkg has installed in a root. */
export async function installedPackages(root: string): Promise<PackageRecord[]> {
  return parsePackageRecords(await readFile(join(root, 'var/lib/dpkg/status'), 'utf8'))
}

async function seedFromArchive(state: string, seed: string): Promise<void> {
  const lists = join(seed, 'var/lib/apt/lists')
  const archives = join(seed, 'var/cache/apt/archives')
  // Their permissions reach the image.
  await makeFolder(seed, 'var/lib/apt/lists/partial')
  await makeFolder(seed, 'var/cache/apt/archives/partial')
  for (const name of await readdir(join(state, 'lists'))) {
    if (name.endsWith('InRelease') || name.includes('binary-amd64'))
      await linkOrCopy(join(state, 'lists', name), join(lists, name))
  }
  for (const name of await readdir(join(state, 'amd64/archives'))) {
    if (name.endsWith('.deb')) await linkOrCopy(join(state, 'amd64/archives', name), join(archives, name))
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch {
    await cp(from, to)
  }
}

async function writeImageSettings(root: string): Promise<void> {
  const settings: { path: string; mode: number; text: string }[] = [
    {
      path: 'etc/dpkg/dpkg.cfg.d/90image',
      mode: 0o644,
      text: [
        '# A layer is thrown away whole when its step fails, so waiting for the disk buys nothing.',
        'force-unsafe-io',
        ...[...UNWANTED_DOCUMENTATION, 'usr/share/doc'].map((path) => `path-exclude=/${path}/*`),
        'path-include=/usr/share/doc/*/copyright',
        '',
      ].join('\n'),
    },
    {
      path: 'etc/apt/apt.conf.d/90image',
      mode: 0o644,
      text: 'Acquire::Languages { "none"; };\nAPT::AutoRemove::SuggestsImportant "false";\nAPT::Keep-Downloaded-Packages "false";\nBinary::apt::APT::Keep-Downloaded-Packages "false";\n',
    },
    {
      path: 'usr/sbin/policy-rc.d',
      mode: 0o755,
      text: '#!/bin/sh\n# No service starts while an image is built (101: action forbidden by policy).\nexit 101\n',
    },
  ]
  for (const { path, mode, text } of settings) {
    await writeFile(join(root, path), text)
    await chmod(join(root, path), mode)
  }
}

async function trimRoot(root: string): Promise<void> {
  for (const path of UNWANTED_STATE) await rm(join(root, path), { recursive: true, force: true })
  await makeFolder(root, 'var/lib/apt/lists/partial')
  await makeFolder(root, 'var/cache/apt/archives/partial')
  for (const path of [...UNWANTED_DOCUMENTATION, ...EMPTIED]) await emptyFolder(join(root, path))
  // Debian makes it world-writable and sticky, for the programs that lock devices.
  await makeFolder(root, 'run/lock', 0o1777)
  await removeDocumentation(join(root, 'usr/share/doc'))
  for (const folder of await readdir(join(root, 'usr/lib'))) {
    // Compiled Python differs between runs, and Python recreates it.
    if (folder.startsWith('python3')) await removeCompiledPython(join(root, 'usr/lib', folder))
  }
  const machineCertificates = join(root, 'usr/local/share/ca-certificates')
  if (existsSync(machineCertificates) && (await readdir(machineCertificates)).length > 0) {
    throw new DeliveryError(
      'ENGINE',
      "expected a base without this machine's certificates, found some in its /usr/local/share/ca-certificates",
      'Report this as a bug in Loadline.',
    )
  }
}

async function emptyFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
}

async function removeDocumentation(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    for (const name of await readdir(join(folder, entry.name))) {
      if (name !== 'copyright') await rm(join(folder, entry.name, name), { recursive: true, force: true })
    }
  }
}

async function removeCompiledPython(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const path = join(folder, entry.name)
    if (entry.name === '__pycache__') await rm(path, { recursive: true })
    else await removeCompiledPython(path)
  }
}
