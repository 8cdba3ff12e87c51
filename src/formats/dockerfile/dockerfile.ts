import type { Lookup } from './expand.ts'
import type { Heredoc } from './instructions.ts'

/** What a call or a policy says of a build. */
export interface BuildSettings {
  buildArgs: Readonly<Record<string, string>>
  /** The stage that is built; the last one where it is left out. */
  target?: string | undefined
}

/** An instruction with its variables filled in. A value that nobody knows is marked (`isUnknown`). */
export interface Step {
  keyword: string
  line: number
  /** Number of its stage; -1 before the first FROM. */
  stage: number
  /** Numbers of the stages that its stage can start from: none where that is an image, several where the platform chooses. */
  parents: readonly number[]
  /** True where the shipped image contains what it does. */
  shipped: boolean
  /** True where an image built on this one runs it, and not this one. */
  onBuild: boolean
  flags: Array<{ name: string; value: string }>
  /** Its arguments on one line, as they are written; USER as it is expanded. */
  text: string
  /** Sources and target of COPY and ADD, ports, volumes; programs and arguments in exec form. */
  words: string[]
  /** Commands in shell form: RUN, CMD, ENTRYPOINT and HEALTHCHECK. Absent in exec form, and where the shell is none of Unix. */
  script?: string
  /** True where the commands are for a shell that is not read, e.g. PowerShell. */
  foreignShell: boolean
  heredocs: Heredoc[]
  /** Names and values of ENV, ARG and LABEL; an ARG without a default has an empty value. */
  properties: Array<{ name: string; value: string }>
  /** The variables that its commands find. */
  environment: Lookup
}

/** An image from outside that a Dockerfile starts from, copies from or mounts. */
export interface UsedImage {
  /** Name of the stage, or its number; of a copy or mount, the stage that has it. */
  stage: string
  /** As it is written, variables and all. */
  word: string
  /** With what is known filled in. */
  reference: string
  line: number
  /** True where the shipped image starts from it. */
  final: boolean
}

/** A Dockerfile read for what it ships. */
export interface Dockerfile {
  steps: Step[]
  images: UsedImage[]
}
