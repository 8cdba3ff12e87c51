/**
 * Loadline as a library: `import { buildAndScan } from "loadline"`. This is the entire public interface; everything
 * else in the package may change at any time.
 *
 * A run is one document, `Run`. Nothing here writes files, prints, or exits the process, and a rejected image is a
 * value, not an error.
 */
import type { Run } from '../src/model/index.ts'
import type { ProgressEvent } from '../src/engine/progress.ts'
import type { SourceOptions } from './run/build-and-scan-options.ts'
import { deliverSource } from './run/deliver-source.ts'
import { withTemporaryLog } from './run/session-log.ts'

export { judgeAgain } from '../pipelines/judge-again.ts'
export { exitCodeOf } from './run/exit-code.ts'
export { DeliveryError, type ErrorCode } from '../src/model/errors.ts'
export type { Run, Verdict } from '../src/model/index.ts'
export { defaultPolicy, loadPolicy, policyJsonSchema, strictPolicy, type Policy } from '../src/policy/index.ts'
export {
  readRun,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderReports,
  renderSarif,
  renderTerminal,
} from '../src/report/index.ts'
export type { ProgressEvent } from '../src/engine/progress.ts'

/**
 * Options of a run, each like the option of the same name of `loadline build-and-scan`. Credentials are referenced as
 * env:NAME or file:PATH, never passed as values.
 */
export interface BuildAndScanOptions extends SourceOptions {
  /** Called when a step begins and ends. */
  progress?: (event: ProgressEvent) => void
  /** Called with lines about the set-up of an engine. */
  say?: (line: string) => void
}

/** A finished run, with every report by its file name. */
export interface Delivered {
  run: Run
  reports: Record<string, string>
}

/**
 * Lints, builds, collects evidence and judges a directory with a Dockerfile; publishes and signs what passed, if `publish` is set.
 * `run.outcome` is the answer: only `passed` may ship. Throws a `DeliveryError` if no run could start: without an engine or a source.
 */
async function deliverDirectory(
  source: string,
  { progress = () => undefined, say = () => undefined, ...options }: BuildAndScanOptions = {},
): Promise<Delivered> {
  const { run, reports } = await withTemporaryLog((logFile) =>
    deliverSource(source, options, { startedAt: new Date(), progress, say, logFile }),
  )
  return { run, reports }
}

/** Users know it by the name of the command and of the Dagger function. */
export { deliverDirectory as buildAndScan }
