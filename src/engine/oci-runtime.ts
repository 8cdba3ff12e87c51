import { dag, type Container, type Directory, type File } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Platform } from '../model/index.ts'
import { enginePlatform } from './engine-platform.ts'
import { pullError } from './pull-fault.ts'
import { requireSuccess, runTool } from './run-tool.ts'

/** A package of Debian 12 by the checksum of its archive, for each platform on which an engine runs. */
interface DebianPackage {
  name: string
  /** Below the root of an archive, but for the architecture at its end. */
  path: string
  sha256: Readonly<Partial<Record<Platform, string>>>
}

/** The OCI runtime that starts images under hardening, with the one library of it that the compiler's image lacks. */
export const runtimePackages: readonly DebianPackage[] = [
  {
    name: 'crun 1.8.1-1+deb12u1',
    path: 'pool/main/c/crun/crun_1.8.1-1+deb12u1',
    sha256: {
      'linux/amd64': '34bdcf1a097ec34da2e7b77b65fa351134702af775174af22555b16421709c51',
      'linux/arm64': 'e4a27bf7e75746e9d9500985402e83eb9c9d7742135ff038f0bd729a3cde2c20',
    },
  },
  {
    name: 'libyajl2 2.1.0-3+deb12u2',
    path: 'pool/main/y/yajl/libyajl2_2.1.0-3+deb12u2',
    sha256: {
      'linux/amd64': 'b512a6efbe735e7c731185a1b3ea477ff306f0c3f6aa2970e85b12f01fe8063b',
      'linux/arm64': '97f1216dffee32d3d4d71194f466432dd5bc9c9d9a2eb435fd12cb58dff8582c',
    },
  },
]

/** Debian's archive of all its states, on a day on which both packages were in it. It is slow, and does not forget a version that was replaced, as the others do. */
const archive = 'https://snapshot.debian.org/archive/debian/20260712T000000Z'

/** Where the archive has a package, and the digest that it must have. Throws `TOOL` for a platform for which none is pinned. */
export function packageAt({ name, path, sha256 }: DebianPackage, platform: Platform): { url: string; digest: string } {
  const checksum = sha256[platform]
  if (checksum === undefined)
    throw new DeliveryError(
      'TOOL',
      `no ${name} is pinned for ${platform}, and images are started under hardening by it`,
      `Use an engine of ${Object.keys(sha256).join(' or ')}.`,
    )
  return {
    url: `${archive}/${path}_${platform.slice(platform.indexOf('/') + 1)}.deb`,
    digest: `sha256:${checksum}`,
  }
}

/** crun with every library that it is linked to, at their own paths. Throws `TOOL` with what could not be fetched, and why. */
export async function runtimeFiles(compiler: Container): Promise<Directory> {
  const platform = await enginePlatform()
  const packages = await Promise.all(runtimePackages.map((one) => fetchPackage(one, platform)))
  const unpacked = packages.reduce(
    (container, file, index) =>
      container
        .withMountedFile(`/packages/${index}.deb`, file)
        .withExec(['dpkg-deb', '--extract', `/packages/${index}.deb`, '/']),
    compiler,
  )
  const run = await runTool('ldd', unpacked, ['ldd', '/usr/bin/crun'])
  requireSuccess('ldd', run, 'Report this as a fault of Loadline.')
  return ['/usr/bin/crun', ...linkedLibraries(run.stdout)].reduce(
    (directory, path) => directory.withFile(path, unpacked.file(path)),
    dag.directory(),
  )
}

async function fetchPackage(wanted: DebianPackage, platform: Platform): Promise<File> {
  const { url, digest } = packageAt(wanted, platform)
  const file = dag.http(url, { checksum: digest })
  try {
    await file.sync()
    return file
  } catch (error) {
    throw pullError('TOOL', `${wanted.name} cannot be fetched from Debian's archive of all its states`, error, {
      missing: `Debian does not have ${url}. Update Loadline.`,
    })
  }
}

/** The paths that `ldd` prints. Throws `TOOL` where a library is not there: the program would not start. */
export function linkedLibraries(printed: string): string[] {
  const missing = [...printed.matchAll(/^\s*(\S+) => not found/gm)].flatMap(([, name]) => name ?? [])
  if (missing.length > 0)
    throw new DeliveryError(
      'TOOL',
      `crun is linked to ${missing.join(', ')}, which the image of the Go compiler does not have`,
      'Pin a compiler of Debian 12 (golang:...-bookworm), or report this as a fault of Loadline.',
    )
  return [...printed.matchAll(/(?:^\s*|=> )(\/\S+) \(0x/gm)].flatMap(([, path]) => path ?? [])
}
