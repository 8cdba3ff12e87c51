import { join, resolve } from 'node:path'
import type { Delivery } from '../../pipelines/deliver.ts'
import { exitCodeOf, exitCodeOfOutcome } from '../run/exit-code.ts'
import { renderMerged, renderTerminal } from '../../src/report/index.ts'
import { useColor } from '../show/color.ts'
import { imageName } from '../run/deliver-source.ts'
import { deliverSources, requireSeparable } from '../run/deliver-sources.ts'
import { githubStep, tellGithub, tellGithubMerged } from '../github/step.ts'
import { howToDisplay } from '../show/progress-display.ts'
import { beginReports, clearReports, writeReports } from '../run/files/report-directory.ts'
import { liveSeveral, plainSeveral, silentSeveral } from '../show/several-display.ts'
import type { CommandLineOptions } from '../run/build-and-scan-options.ts'

/** The options for several sources. */
export interface SeveralOptions extends CommandLineOptions {
  parallel: number
}

/** The results of the sources that have finished. */
class Told {
  readonly #said = new Map<string, string>()
  readonly #failures: unknown[] = []
  /** The highest of them. */
  exitCode = 0

  /** Keeps the terminal output of a source that did not pass. */
  add(name: string, { run, findings }: Delivery, { output, verbose = false }: SeveralOptions): void {
    this.exitCode = Math.max(this.exitCode, exitCodeOf(run))
    const width = process.stdout.columns ?? 100
    const shown = { color: useColor(process.stdout), width, reports: join(output, name), verbose }
    if (run.outcome !== 'passed') this.#said.set(name, renderTerminal(run, shown, findings))
  }

  of(name: string): string {
    return this.#said.get(name) ?? ''
  }

  /** Continues with the other sources if the reports of one cannot be written. */
  async attempt(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => void this.#failures.push(error))
  }

  /** A merged verdict that says passed must not hide a missing report. */
  requireReports(): void {
    if (this.#failures.length > 0) throw this.#failures[0]
  }
}

async function writeAndTell(
  { run, findings, reports }: Delivery,
  directory: string,
  step: ReturnType<typeof githubStep>,
): Promise<void> {
  await writeReports(directory, reports)
  // A step's outputs describe all of them together.
  if (step !== undefined)
    await tellGithub(
      { ...step, outputFile: undefined },
      run,
      directory,
      (text) => void process.stderr.write(text),
      findings,
    )
}

/**
 * Runs the whole flow on several source directories in one session, writes the reports of each into a directory of its
 * name and their merged verdict beside them, and returns the highest exit code among them; if all passed, that of the
 * merged verdict.
 */
export async function judgeSeveral(sources: readonly string[], options: SeveralOptions): Promise<number> {
  requireSeparable(sources, options)
  const startedAt = new Date()
  const output = resolve(options.output)
  const names = sources.map(imageName)
  const display = {
    live: () => liveSeveral(process.stderr, names),
    plain: () => plainSeveral(process.stderr),
    none: silentSeveral,
  }[howToDisplay(options)]()
  await clearReports(output, display.say)
  for (const name of names) await beginReports(join(output, name), { name, mode: 'unknown', startedAt }, display.say)
  const step = githubStep(process.env)
  const told = new Told()
  const ended = async (name: string, delivery: Delivery) => {
    display.ended(name, delivery.run.outcome)
    told.add(name, delivery, options)
    await told.attempt(() => writeAndTell(delivery, join(output, name), step))
  }
  const merged = await deliverSources(sources, options, {
    startedAt,
    parallel: options.parallel,
    progress: display.progress,
    say: display.say,
    logFile: join(output, 'engine.log'),
    ended,
  }).finally(display.stop)
  told.requireReports()

  const text = `${JSON.stringify(merged, null, 2)}\n`
  await writeReports(output, { 'merged.json': text })
  if (step !== undefined) await tellGithubMerged(step, merged)
  if (options.json) process.stdout.write(text)
  else if (!options.quiet || merged.outcome !== 'passed')
    process.stdout.write(
      `${names.map((name) => told.of(name)).join('')}${renderMerged(merged, { color: useColor(process.stdout) })}`,
    )
  return told.exitCode || exitCodeOfOutcome(merged.outcome)
}
