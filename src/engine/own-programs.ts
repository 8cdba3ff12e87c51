import { createHash } from 'node:crypto'
import { dag, type Container, type Directory, type File } from '@dagger.io/dagger'
import type { DeliveryError } from '../model/errors.ts'
import type { Digest, Lock } from '../model/index.ts'
import { ownTools, type OwnTool } from '../tools/images.ts'
import { packageFiles } from './package-root.ts'
import { pullError } from './pull-fault.ts'
import { requireSuccess, runTool } from './run-tool.ts'
import { ociRuntimeFiles, runtimePackages } from './oci-runtime.ts'

/** One container that has all of Loadline's own programs, each at its path. */
export interface Programs {
  container: Container
  /** What the report names as where they came from; it ends with a digest. */
  reference: string
}

/** What the report says of programs that were compiled here. */
export function compiledReference(compiler: string): string {
  return `compiled from ${programsSource()} by ${compiler}`
}

/** The name under which a release pins the image of its own programs. */
const programsName = 'programs'

/** The image that a release has published of its own programs, or why it is not to be had. */
export async function releasedPrograms(lock: Lock): Promise<Programs | { missing: string }> {
  const pinned = lock.tools[programsName]
  if (pinned === undefined) return { missing: 'this release of Loadline has published no image of its own programs' }
  if (pinned.source !== programsSource())
    return { missing: 'the sources of the own programs are other than those of the released image' }
  const container = dag.container().from(pinned.reference)
  try {
    await container.entrypoint()
    return { container, reference: pinned.reference }
  } catch (error) {
    return { missing: pullError('TOOL', 'the image of the own programs cannot be had', error, { missing: '' }).message }
  }
}

/** All own programs on nothing, compiled by a container that has Go: what a release publishes, and what is kept where that cannot be had. Throws `TOOL`. */
export async function compilePrograms(compiler: Container): Promise<Container> {
  const own = Object.values(ownTools)
  const [below, ...compiled] = await Promise.all([
    ociRuntimeFiles(compiler),
    ...own.map(async (tool) => ({ path: tool.program, file: await compile(compiler, tool) })),
  ])
  const files = compiled.reduce(
    (directory, { path, file }) => directory.withFile(path, file, { permissions: 0o755 }),
    below,
  )
  // Nothing of when and where: equal programs are an equal image.
  return dag.container().withRootfs(files.withNewDirectory('/tmp', { permissions: 0o1777 }).withTimestamps(0))
}

/** The container of one own program alone, so that it need not wait for the others. Throws `TOOL`. */
export async function compiledProgram(compiler: Container, name: keyof typeof ownTools): Promise<Container> {
  const tool: OwnTool = ownTools[name]
  const [below, file] = await Promise.all([
    tool.packages === undefined ? dag.directory() : ociRuntimeFiles(compiler),
    compile(compiler, tool),
  ])
  return dag.container().withRootfs(below).withFile(tool.program, file, { permissions: 0o755 })
}

/** Fetches the modules of a program first, and by themselves: why that fails is told otherwise than why a compiler fails. */
async function compile(compiler: Container, { name, source, program, tags = [] }: OwnTool): Promise<File> {
  const { exitCode, stderr, container } = await runTool(
    'go',
    compiler
      .withEnvVariable('CGO_ENABLED', '0')
      .withEnvVariable('GOFLAGS', '-mod=readonly -buildvcs=false')
      .withDirectory('/source', sourceDirectory(source))
      .withWorkdir('/source')
      .withMountedCache('/go/pkg/mod', dag.cacheVolume('loadline-go-modules'))
      .withMountedCache('/root/.cache/go-build', dag.cacheVolume('loadline-go-build')),
    ['go', 'mod', 'download'],
  )
  if (exitCode !== 0) throw modulesError(name, stderr)
  const flags = ['-trimpath', '-gcflags=all=-dwarf=false', '-ldflags', '-s -w', '-tags', tags.join(',')]
  const built = await runTool('go', container, ['go', 'build', ...flags, '-o', program, '.'])
  requireSuccess(`the Go compiler, for the program ${name},`, built, 'Report this as a bug in Loadline.')
  return built.container.file(program)
}

/** That the modules of a program did not come, in one sentence, with what to do. */
export function modulesError(name: string, said: string): DeliveryError {
  return pullError('TOOL', `the Go modules of Loadline's program ${name} cannot be fetched`, said, {
    missing: 'Give the engine a module proxy that has them, or update Loadline.',
  })
}

/** The digest of the sources of all own programs: an image that a release has built from others is another one's. */
export function programsSource(): Digest {
  const hash = createHash('sha256').update(JSON.stringify(runtimePackages))
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
