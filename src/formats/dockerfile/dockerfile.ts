import type { Lookup } from './expand.ts'
import type { Heredoc } from './instructions.ts'

/** A build's settings from a call or a policy. */
export interface BuildSettings {
  buildArgs: Readonly<Record<string, string>>
  /** The stage to build; the last one if omitted. */
  target?: string | undefined
}

/** An instruction with its variables expanded. Unknown values are marked (`isUnknown`). */
export interface Step {
  keyword: string
  line: number
  /** Number of its stage; -1 before the first FROM. */
  stage: number
  /** Numbers of the stages that its stage can start from: none if that is an image, several if the platform chooses. */
  parents: readonly number[]
  /** Whether its result is in the shipped image. */
  shipped: boolean
  /** Whether it is run by images built on this one, not by this one. */
  onBuild: boolean
  flags: Array<{ name: string; value: string }>
  /** Its arguments on one line, as written; USER expanded. */
  text: string
  /** Sources and target of COPY and ADD, ports, volumes; programs and arguments in exec form. */
  words: string[]
  /** Commands in shell form: RUN, CMD, ENTRYPOINT and HEALTHCHECK. Absent in exec form, and if the shell is not a Unix shell. */
  script?: string
  /** Whether the commands are for an unsupported shell, e.g. PowerShell. */
  foreignShell: boolean
  heredocs: Heredoc[]
  /** Names and values of ENV, ARG and LABEL; an ARG without a default has an empty value. */
  properties: Array<{ name: string; value: string }>
  /** The variables that its commands see. */
  environment: Lookup
}

/** An external image that a Dockerfile starts from, copies from or mounts. */
export interface UsedImage {
  /** Name or number of the stage; for a copy or mount, the stage that contains it. */
  stage: string
  /** As written, with variables. */
  word: string
  /** With known variables expanded. */
  reference: string
  line: number
  /** Whether the shipped image starts from it. */
  final: boolean
}

/** A parsed Dockerfile, with what it ships. */
export interface Dockerfile {
  steps: Step[]
  images: UsedImage[]
}
