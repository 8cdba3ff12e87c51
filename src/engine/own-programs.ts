import { createHash } from 'node:crypto'
import { dag, type Container, type Directory } from '@dagger.io/dagger'
import type { Digest, Lock } from '../model/index.ts'
import { ownTools, type OwnTool } from '../tools/images.ts'
import { packageFiles } from './package-root.ts'
import { pullError } from './pull-fault.ts'

/** One container that has all of Loadline's own programs, each at its path. */
export interface Programs {
  container: Container
  /** What the report names as where they came from; it ends with a digest. */
  reference: string
}

/** The OCI runtime that starts images under hardening, with the one library of it that the compiler's image lacks: Debian 12, each in one version. */
const runtimePackages = ['crun=1.8.1-1+deb12u1', 'libyajl2=2.1.0-3+deb12u2']

/** What the report says of programs that were compiled here. */
export function compiledReference(compiler: string): string {
  return `compiled from ${programsSource()} by ${compiler}`
}

/** The name under which a release pins the image of its own programs. */
export const programsName = 'programs'

/** The image that a release has published of its own programs, or why it is not to be had. */
export async function releasedPrograms(lock: Lock): Promise<Programs | { missing: string }> {
  const pinned = lock.tools[programsName]
  if (pinned === undefined) return { missing: 'this release of Loadline has published no image of its own programs' }
  if (pinned.source !== programsSource())
    return { missing: 'the sources of the own programs are others than those of the released image' }
  const container = dag.container().from(pinned.reference)
  try {
    await container.entrypoint()
    return { container, reference: pinned.reference }
  } catch (error) {
    return { missing: pullError('TOOL', 'the image of the own programs cannot be had', error, { missing: '' }).message }
  }
}

/** All own programs on nothing, compiled by a container that has Go: what a release publishes, and what is kept where that cannot be had. */
export async function compilePrograms(compiler: Container): Promise<Container> {
  const own = Object.values(ownTools)
  const files = own.reduce(
    (directory, tool) => directory.withFile(tool.program, compile(compiler, tool), { permissions: 0o755 }),
    await runtimeFiles(compiler),
  )
  // Nothing of when and where: equal programs are an equal image.
  return dag.container().withRootfs(files.withNewDirectory('/tmp', { permissions: 0o1777 }).withTimestamps(0))
}

/** The container of one own program alone, so that it need not wait for the others. */
export async function compiledProgram(compiler: Container, name: keyof typeof ownTools): Promise<Container> {
  const tool: OwnTool = ownTools[name]
  const below = tool.packages === undefined ? dag.directory() : await runtimeFiles(compiler)
  return dag.container().withRootfs(below).withFile(tool.program, compile(compiler, tool), { permissions: 0o755 })
}

function compile(compiler: Container, { source, program, tags = [] }: OwnTool): ReturnType<Container['file']> {
  return compiler
    .withEnvVariable('CGO_ENABLED', '0')
    .withEnvVariable('GOFLAGS', '-mod=readonly -buildvcs=false')
    .withDirectory('/source', sourceDirectory(source))
    .withWorkdir('/source')
    .withMountedCache('/go/pkg/mod', dag.cacheVolume('loadline-go-modules'))
    .withMountedCache('/root/.cache/go-build', dag.cacheVolume('loadline-go-build'))
    .withExec([
      'go',
      'build',
      '-trimpath',
      '-gcflags=all=-dwarf=false',
      '-ldflags',
      '-s -w',
      '-tags',
      tags.join(','),
      '-o',
      program,
      '.',
    ])
    .file(program)
}

/** crun with every library that it is linked to, at their own paths. */
async function runtimeFiles(compiler: Container): Promise<Directory> {
  const debian = compiler
    // The list of packages is read anew whenever other versions are wanted.
    .withEnvVariable('LOADLINE_PACKAGES', runtimePackages.join(' '))
    .withExec(['apt-get', 'update'])
    .withExec(['apt-get', 'install', '--yes', '--no-install-recommends', ...runtimePackages])
  const linked = linkedLibraries(await debian.withExec(['ldd', '/usr/bin/crun']).stdout())
  return ['/usr/bin/crun', ...linked].reduce(
    (directory, path) => directory.withFile(path, debian.file(path)),
    dag.directory(),
  )
}

/** The paths that `ldd` prints. */
export function linkedLibraries(printed: string): string[] {
  return [...printed.matchAll(/(?:^\s*|=> )(\/\S+) \(0x/gm)].flatMap(([, path]) => path ?? [])
}

/** The digest of the sources of all own programs: an image that a release has built from others is another one's. */
export function programsSource(): Digest {
  const hash = createHash('sha256').update(runtimePackages.join(' '))
  for (const { source } of Object.values(ownTools))
    for (const [path, text] of sourceFiles(source)) hash.update(`\0${source}/${path}\0`).update(text)
  return `sha256:${hash.digest('hex')}`
}

/** The files of an own program. Both faces have them on their own disk, so neither needs the other's way to the host. An installed package has no tests. */
function sourceFiles(source: string): Array<[string, string]> {
  return [...packageFiles(source)]
    .filter(([path]) => !path.endsWith('_test.go'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function sourceDirectory(source: string): Directory {
  return sourceFiles(source).reduce((directory, [path, text]) => directory.withNewFile(path, text), dag.directory())
}
