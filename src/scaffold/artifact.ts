import type { BaseLock } from '../model/index.ts'
import type { Answers } from './answers.ts'
import type { Application } from './application.ts'
import type { Templates } from './templates.ts'

/** What every generated file can be made from. */
export interface ArtifactInput {
  answers: Answers
  application: Application
  templates: Templates
  lock: BaseLock | undefined
}

/** Makes files, by their path below the source; none if the targets do not need them. */
export type Artifact = (input: ArtifactInput) => Readonly<Record<string, string>>
