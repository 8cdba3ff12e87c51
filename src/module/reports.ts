import { dag, type Directory } from '@dagger.io/dagger'

/** The reports of a run as a directory. */
export function reportDirectory(reports: Readonly<Record<string, string>>): Directory {
  return Object.entries(reports).reduce((directory, [path, text]) => directory.withNewFile(path, text), dag.directory())
}

/** The text that a function returns if its result is positive. Otherwise throws it, and Dagger fails the call with it. */
export function textWhere(isWell: boolean, text: string): string {
  if (!isWell) throw new Error(text)
  return text
}
