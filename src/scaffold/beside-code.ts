import type { Answers } from './answers.ts'
import type { Application, StackReading } from './application.ts'
import { answersPath } from './artifacts/answers-file.ts'
import { ownDockerfile, ownDockerfileNotes } from './own-dockerfile.ts'
import { ownMigrations, ownProcesses } from './own-processes.ts'
import type { Replaced } from './replaced.ts'
import { leftOutNotes } from './run-files/left-out.ts'
import { runFiles } from './run-files/run-files.ts'
import type { Code } from './settings/setting.ts'
import type { SourceTree } from './source-tree.ts'
import { otherProgramsNotes } from './other-programs.ts'

type BesideCode = Pick<
  Application,
  'files' | 'secrets' | 'fromWorkingDirectory' | 'replaced' | 'processes' | 'migrations'
> & {
  /** The ports that the project's own Dockerfile opens. */
  exposed: readonly number[]
  /** What a person should know, once the port is decided. */
  notes: (port: number) => string[]
}

/** What an application has beside its code: files that it reads, and how it was built and started until now. */
export function besideCode(
  tree: SourceTree,
  code: readonly Code[],
  reading: StackReading,
  { replaced }: Answers,
): BesideCode {
  const { language, sources, inImage, entrypoint, command = [] } = reading
  const isWritten = tree.paths.includes(answersPath)
  const dockerfile = replaced?.dockerfile ?? ownDockerfile(tree, reading, isWritten)
  const processes = [...ownProcesses(tree, isWritten), ...(replaced?.processes ?? [])]
  const read = runFiles(tree, code, language, inImage, dockerfile?.copies ?? [])
  return {
    files: read.files,
    secrets: read.secrets,
    fromWorkingDirectory: read.fromWorkingDirectory,
    replaced: notThereAfterwards({
      dockerfile: dockerfile?.path === 'Dockerfile' ? dockerfile : undefined,
      processes: processes.filter(({ path }) => path === 'compose.yaml'),
    }),
    processes,
    migrations: ownMigrations(tree),
    exposed: dockerfile?.ports ?? [],
    notes: (port) => [
      ...read.notes,
      ...leftOutNotes(tree, [...sources, ...read.files.map(({ path }) => path)]),
      ...otherProgramsNotes(code, language),
      ...ownDockerfileNotes(dockerfile, [...entrypoint, ...command], port),
    ],
  }
}

function notThereAfterwards({
  dockerfile,
  processes,
}: {
  dockerfile: Replaced['dockerfile']
  processes: NonNullable<Replaced['processes']>
}): Replaced | undefined {
  if (dockerfile === undefined && processes.length === 0) return undefined
  return {
    ...(dockerfile === undefined ? {} : { dockerfile }),
    ...(processes.length === 0 ? {} : { processes }),
  }
}
