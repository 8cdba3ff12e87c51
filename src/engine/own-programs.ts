import { createHash } from 'node:crypto'
import { dag, type Container, type Directory, type File } from '@dagger.io/dagger'
import type { DeliveryError } from '../model/errors.ts'
import type { Digest, Lock } from '../model/index.ts'
import { ownTools, type OwnTool } from '../tools/images.ts'
import { packageFiles } from './package-root.ts'
import { pullError } from './pull-fault.ts'
import { requireSuccess, runTool } from './run-tool.ts'
import { ociRuntimeFiles, runtimePackages } from './oci-runtime.ts'

/** One container with all of Loadline's own programs, each at its path. */
export interface Programs {
  container: Container
  /** Their origin as named in the report; it ends with a digest. */
  reference: string
}

/** The origin of programs compiled here, for the report. */
export function compiledReference(compiler: string): string {
  return `compiled from ${programsSource()} by ${compiler}`
}

/** The name under which a release pins the image of its own programs. */
export const programsName = 'programs'

/** The image of its own programs that a release has published, or why it is unavailable. */
export async function releasedPrograms(lock: Lock): Promise<Programs | { missing: string }> {
  const pinned = lock.tools[programsName]
  if (pinned === undefined) return { missing: 'this release of Loadline has published no image of its own programs' }
  if (pinned.source !== programsSource())
    return { missing: "the sources of Loadline's own programs differ from those of the released image" }
  // Its own user is nobody, for whoever starts it elsewhere; the programs read secrets and make containers as root of the engine's containers.
  const container = dag.container().from(pinned.reference).withoutUser()
  try {
    await container.entrypoint()
    return { container, reference: pinned.reference }
  } catch (error) {
    return {
      missing: pullError('TOOL', "failed to fetch the image of Loadline's own programs", error, { missing: '' })
        .message,
    }
  }
}

/**
 * All own programs in an image built from scratch, compiled by a container with Go: what is cached if a release's image
 * (programs/Containerfile) is unavailable. Throws `TOOL`.
 */
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
  // Nothing about time and place: equal programs give an equal image.
  return dag.container().withRootfs(files.withNewDirectory('/tmp', { permissions: 0o1777 }).withTimestamps(0))
}

/** A container with one own program, so that it need not wait for the others. Throws `TOOL`. */
export async function compiledProgram(compiler: Container, name: keyof typeof ownTools): Promise<Container> {
  const tool: OwnTool = ownTools[name]
  const [below, file] = await Promise.all([
    tool.packages === undefined ? dag.directory() : ociRuntimeFiles(compiler),
    compile(compiler, tool),
  ])
  return dag.container().withRootfs(below).withFile(tool.program, file, { permissions: 0o755 })
}

/** How Loadline's own programs are compiled, here and in programs/Containerfile, which a test compares with this. */
export const compilation = {
  environment: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
  modules: ['go', 'mod', 'download'],
  argumentsFor({ program, tags = [] }: Pick<OwnTool, 'program' | 'tags'>): string[] {
    const tagged = tags.length === 0 ? [] : ['-tags', tags.join(',')]
    return ['go', 'build', '-trimpath', '-gcflags=all=-dwarf=false', '-ldflags', '-s -w', ...tagged, '-o', program, '.']
  },
} as const

/** Fetches a program's modules first and separately: a failed download has a different error from a failed compilation. */
async function compile(compiler: Container, tool: OwnTool): Promise<File> {
  const { name, source, program } = tool
  const { environment, modules, argumentsFor } = compilation
  const { exitCode, stderr, container } = await runTool(
    'go',
    compiler
      .withEnvVariable('CGO_ENABLED', environment.CGO_ENABLED)
      .withEnvVariable('GOFLAGS', environment.GOFLAGS)
      .withDirectory('/source', sourceDirectory(source))
      .withWorkdir('/source')
      .withMountedCache('/go/pkg/mod', dag.cacheVolume('loadline-go-modules'))
      .withMountedCache('/root/.cache/go-build', dag.cacheVolume('loadline-go-build')),
    modules,
  )
  if (exitCode !== 0) throw modulesError(name, stderr)
  const built = await runTool('go', container, argumentsFor(tool))
  requireSuccess(`the Go compiler, for the program ${name},`, built, 'Report this as a bug in Loadline.')
  return built.container.file(program)
}

/** The error for modules that could not be fetched, in one sentence, with what to do. */
export function modulesError(name: string, said: string): DeliveryError {
  return pullError('TOOL', `failed to fetch the Go modules of Loadline's program ${name}`, said, {
    missing: 'Configure a module proxy that has them for the engine, or update Loadline.',
  })
}

/** The digest of the sources of all own programs: a released image built from other sources does not apply. */
export function programsSource(): Digest {
  const hash = createHash('sha256').update(JSON.stringify(runtimePackages))
  for (const { source } of Object.values(ownTools))
    for (const [path, text] of sourceFiles(source)) hash.update(`\0${source}/${path}\0`).update(text)
  return `sha256:${hash.digest('hex')}`
}

/**
 * The files of an own program. Both the command line and the Dagger module have them on their own disk. An installed
 * package has no tests.
 */
function sourceFiles(source: string): Array<[string, string]> {
  return [...packageFiles(source)]
    .filter(([path]) => !path.endsWith('_test.go'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function sourceDirectory(source: string): Directory {
  return sourceFiles(source).reduce((directory, [path, text]) => directory.withNewFile(path, text), dag.directory())
}
