import { dag, type Container, type Directory, type Platform } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Lock, ToolIdentity } from '../model/index.ts'
import { packageFiles } from './package-root.ts'
import { goCompiler, ownTools, tools, type OwnTool, type Tool } from '../tools/images.ts'

/** A tool ready to run: its container, the program in it, and what to write into the report. */
export interface ReadyTool {
  container: Container
  program: string
  identity: ToolIdentity
}

/** The container of a published tool, by the digest of the lock file. Throws `LOCK` where the lock does not pin it. */
export function toolImage(lock: Lock, name: keyof typeof tools, platform?: Platform): ReadyTool {
  const tool: Tool = tools[name]
  const pinned = lock.tools[tool.name]
  if (pinned === undefined) {
    throw new DeliveryError(
      'LOCK',
      `the lock file does not pin ${tool.name} (${tool.reference})`,
      'Run "loadline lock" where the registry can be reached, and commit loadline.lock.json.',
    )
  }
  if (pinned.version !== tool.version) {
    throw new DeliveryError(
      'LOCK',
      `the lock file pins ${tool.name} ${pinned.version}, but this Loadline runs ${tool.version}`,
      'Run "loadline lock" again and commit loadline.lock.json.',
    )
  }
  return {
    container: dag.container(platform === undefined ? {} : { platform }).from(pinned.reference),
    program: tool.program,
    identity: { name: tool.name, version: pinned.version, reference: pinned.reference },
  }
}

/** The container of one of Loadline's own programs: from the lock where it is sealed, compiled from this package's Go source otherwise. */
export function ownToolImage(lock: Lock, name: keyof typeof ownTools): ReadyTool {
  const tool: OwnTool = ownTools[name]
  const pinned = lock.tools[tool.name]
  if (pinned !== undefined) {
    return {
      container: dag.container().from(pinned.reference),
      program: tool.program,
      identity: { name: tool.name, version: pinned.version, reference: pinned.reference },
    }
  }
  const compiler = lock.bases.find(({ reference }) => reference === goCompiler)
  if (compiler === undefined) {
    throw new DeliveryError(
      'LOCK',
      `the lock file does not pin ${goCompiler}, which compiles ${tool.name}`,
      'Run "loadline lock" where the registry can be reached, and commit loadline.lock.json.',
    )
  }
  const compiled = dag
    .container()
    .from(`${compiler.reference}@${compiler.digest}`)
    .withEnvVariable('CGO_ENABLED', '0')
    .withDirectory('/source', sourceDirectory(tool.source))
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
      ...(tool.tags === undefined ? [] : ['-tags', tool.tags.join(',')]),
      '-o',
      tool.program,
      '.',
    ])
    .file(tool.program)
  return {
    container: below(tool, `${compiler.reference}@${compiler.digest}`).withFile(tool.program, compiled, {
      permissions: 0o755,
    }),
    program: tool.program,
    identity: {
      name: tool.name,
      version: tool.version,
      reference: `compiled from ${tool.source} by ${compiler.reference}@${compiler.digest}`,
    },
  }
}

/** What an own program's container starts from: nothing, or the Debian of the compiler's image with the packages whose programs it starts, from Debian's signed archive. */
function below({ packages = [] }: OwnTool, debian: string): Container {
  if (packages.length === 0) return dag.container()
  return dag
    .container()
    .from(debian)
    .withExec(['apt-get', 'update'])
    .withExec(['apt-get', 'install', '--yes', '--no-install-recommends', ...packages])
}

/** The files of a directory of this package. Both faces have them on their own disk, so neither needs the other's way to the host. */
function sourceDirectory(path: string): Directory {
  let directory = dag.directory()
  for (const [name, text] of packageFiles(path)) directory = directory.withNewFile(name, text)
  return directory
}
