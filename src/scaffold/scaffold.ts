import type { BaseLock } from '../model/index.ts'
import type { Answers } from './answers.ts'
import type { Application } from './application.ts'
import { artifacts } from './artifacts.ts'
import { readApplication } from './read-application.ts'
import type { SourceTree } from './source-tree.ts'
import type { Templates } from './templates.ts'

/** What a scaffold is made from. */
export interface ScaffoldRequest {
  answers: Answers
  tree: SourceTree
  templates: Templates
  /** The source's lock file: bases that it has are written with their digests. */
  lock?: BaseLock | undefined
}

/** A complete scaffold. */
export interface Scaffold {
  application: Application
  /** Text of every file, by its path below the source. */
  files: Readonly<Record<string, string>>
  /** Notes for the user. */
  notes: readonly string[]
}

/** Makes the files that an application needs for production. The same input gives the same bytes. Throws `SOURCE` and `USAGE`. */
export function scaffold({ answers, tree, templates, lock }: ScaffoldRequest): Scaffold {
  const application = readApplication(tree, answers)
  const made = artifacts.flatMap((artifact) => Object.entries(artifact({ answers, application, templates, lock })))
  return {
    application,
    files: Object.fromEntries(made.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    notes: application.notes,
  }
}
