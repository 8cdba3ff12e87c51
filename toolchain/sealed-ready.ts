import type { Registry } from './registry.ts'
import type { StepEvent } from './steps.ts'

/** What a caller needs in order to use the sealed toolchain. */
export interface SealedReady {
  /** Address of the engine, for `_EXPERIMENTAL_DAGGER_RUNNER_HOST`. */
  runnerHost: string
  /** Path of the Dagger CLI, for `_EXPERIMENTAL_DAGGER_CLI_BIN`. */
  cliBin: string
  /** Path of the lock file that pins every substitute. */
  lockFile: string
  registry: Registry
}

/** What the sealed toolchain reports, and the signal that stops it. */
export interface SealedOptions {
  /** Each step's progress; `renderProgress` turns it into plain lines. */
  onProgress(event: StepEvent): void
  /** Anything else worth a line, such as waiting for another process. */
  log(line: string): void
  /** Stops a set-up. Finished work stays, and the next set-up resumes. */
  signal?: AbortSignal
  env?: NodeJS.ProcessEnv
}
