import { dag, type Directory } from '@dagger.io/dagger'

/** The reports of a run as a directory. */
export function reportDirectory(reports: Readonly<Record<string, string>>): Directory {
  return Object.entries(reports).reduce((directory, [path, text]) => directory.withNewFile(path, text), dag.directory())
}
