import { dag, type Directory } from '@dagger.io/dagger'

/** The reports of a run as a directory. */
export function reportDirectory(reports: Readonly<Record<string, string>>): Directory {
  return Object.entries(reports).reduce((directory, [path, text]) => directory.withNewFile(path, text), dag.directory())
}

/** The text of a function that also says whether all is well. Throws it where that is not so: then Dagger fails the call with it. */
export function textWhere(isWell: boolean, text: string): string {
  if (!isWell) throw new Error(text)
  return text
}
