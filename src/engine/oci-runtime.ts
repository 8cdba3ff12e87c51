import { dag, type Container, type Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Platform } from '../model/index.ts'
import { enginePlatform } from './engine-platform.ts'
import { pullError } from './pull-fault.ts'
import { requireSuccess, runTool } from './run-tool.ts'

/** A Debian 12 package, with its file's checksum for each platform on which an engine runs. */
interface DebianPackage {
  name: string
  version: string
  sha256: Readonly<Partial<Record<Platform, string>>>
}

/** The OCI runtime that starts images under hardening, with the one library that the compiler's image lacks. */
export const runtimePackages: readonly DebianPackage[] = [
  {
    name: 'crun',
    version: '1.8.1-1+deb12u1',
    sha256: {
      'linux/amd64': '34bdcf1a097ec34da2e7b77b65fa351134702af775174af22555b16421709c51',
      'linux/arm64': 'e4a27bf7e75746e9d9500985402e83eb9c9d7742135ff038f0bd729a3cde2c20',
    },
  },
  {
    name: 'libyajl2',
    version: '2.1.0-3+deb12u2',
    sha256: {
      'linux/amd64': 'b512a6efbe735e7c731185a1b3ea477ff306f0c3f6aa2970e85b12f01fe8063b',
      'linux/arm64': '97f1216dffee32d3d4d71194f466432dd5bc9c9d9a2eb435fd12cb58dff8582c',
    },
  },
]

/** The packages, by apt's file names. Throws `TOOL` for a platform for which one is not pinned. */
function packageFiles(platform: Platform): Array<{ file: string; checksum: string }> {
  return runtimePackages.map(({ name, version, sha256 }) => {
    const checksum = sha256[platform]
    if (checksum === undefined)
      throw new DeliveryError(
        'TOOL',
        `no ${name} is pinned for ${platform}, which starts images under hardening`,
        `Use an engine on ${Object.keys(sha256).join(' or ')}.`,
      )
    return { file: `${name}_${version}_${platform.slice(platform.indexOf('/') + 1)}.deb`, checksum }
  })
}

/** The packages in the format of `sha256sum --check`. Throws as `packageFiles` does. */
export function packageChecksums(platform: Platform): string {
  return packageFiles(platform)
    .map(({ file, checksum }) => `${checksum}  ${file}\n`)
    .join('')
}

/** crun with every library that it is linked to, at their usual paths. Throws `TOOL` with what could not be fetched, and why. */
export async function ociRuntimeFiles(compiler: Container): Promise<Directory> {
  const platform = await enginePlatform()
  const fetched = await fetchPackages(compiler.withWorkdir('/packages'))
  const checked = await runTool('sha256sum', fetched.withNewFile('/packages/checksums', packageChecksums(platform)), [
    'sha256sum',
    '--check',
    '--strict',
    '/packages/checksums',
  ])
  requireSuccess('sha256sum, of the packages of crun,', checked, 'Check whether a proxy or a mirror has changed them.')
  const unpacked = packageFiles(platform).reduce(
    (container, { file }) => container.withExec(['dpkg-deb', '--extract', file, '/']),
    checked.container,
  )
  const run = await runTool('ldd', unpacked, ['ldd', '/usr/bin/crun'])
  requireSuccess('ldd', run, 'Report this as a bug in Loadline.')
  return ['/usr/bin/crun', ...linkedLibraries(run.stdout)].reduce(
    (directory, path) => directory.withFile(path, unpacked.file(path)),
    dag.directory(),
  )
}

/** With apt, from the archive that the compiler's image uses. */
async function fetchPackages(compiler: Container): Promise<Container> {
  const wanted = runtimePackages.map(({ name, version }) => `${name}=${version}`)
  // Otherwise the engine would reuse Debian's cached lists: this refreshes them when the versions change.
  let container = compiler.withEnvVariable('LOADLINE_PACKAGES', wanted.join(' '))
  for (const argv of [
    ['apt-get', 'update', '--error-on=any'],
    ['apt-get', 'download', ...wanted],
  ]) {
    const run = await runTool('apt-get', container, argv)
    if (run.exitCode !== 0)
      throw pullError('TOOL', `failed to fetch ${wanted.join(' and ')} from Debian`, run.stderr, {
        missing: 'Debian has replaced this version. Update Loadline.',
      })
    container = run.container
  }
  return container
}

/** The paths that `ldd` prints. Throws `TOOL` if a library is missing: the program would not start. */
export function linkedLibraries(printed: string): string[] {
  const missing = [...printed.matchAll(/^[ \t]*(\S+) => not found/gm)].flatMap(([, name]) => name ?? [])
  if (missing.length > 0)
    throw new DeliveryError(
      'TOOL',
      `crun is linked to ${missing.join(', ')}, which the image of the Go compiler does not have`,
      'Pin a compiler of Debian 12 (golang:...-bookworm), or report this as a bug in Loadline.',
    )
  return [...printed.matchAll(/(?:^[ \t]*|=> )(\/\S+) \(0x/gm)].flatMap(([, path]) => path ?? [])
}
