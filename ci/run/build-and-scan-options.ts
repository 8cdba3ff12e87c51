import type { DisplayOptions } from '../show/progress-display.ts'
import type { SourceOptions } from './deliver-source.ts'

/** The options of `loadline build-and-scan`, as the command line gives them. */
export interface BuildAndScanOptions extends SourceOptions, DisplayOptions {
  output: string
  /** Whether the terminal gets every finding, exception and notice, and not the first of each. */
  verbose?: boolean
}
