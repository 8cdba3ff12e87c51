import { join, resolve } from 'node:path'
import type { Delivery } from '../../pipelines/deliver.ts'
import { exitCodeOf, exitCodeOfOutcome } from '../../src/model/exit-code.ts'
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

/**
 * Runs the whole flow on several source directories in one session, writes the reports of each into a directory of its name and their merged verdict beside them,
 * and gives the highest exit code among theirs; where each of them passed, that of the merged verdict.
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
  const said = new Map<string, string>()
  const exitCodes: number[] = []
  const failures: unknown[] = []
  const ended = async (name: string, { run, findings, reports }: Delivery) => {
    display.ended(name, run.outcome)
    exitCodes.push(exitCodeOf(run))
    if (run.outcome !== 'passed')
      said.set(
        name,
        renderTerminal(
          run,
          {
            color: useColor(process.stdout),
            width: process.stdout.columns ?? 100,
            reports: join(options.output, name),
            verbose: options.verbose ?? false,
          },
          findings,
        ),
      )
    try {
      await writeReports(join(output, name), reports)
      // The outputs of a step are about all of them together.
      if (step !== undefined)
        await tellGithub(
          { ...step, outputFile: undefined },
          run,
          join(output, name),
          (text) => void process.stderr.write(text),
          findings,
        )
    } catch (error) {
      failures.push(error)
    }
  }
  const merged = await deliverSources(sources, options, {
    startedAt,
    parallel: options.parallel,
    progress: display.progress,
    say: display.say,
    logFile: join(output, 'engine.log'),
    ended,
  }).finally(display.stop)
  // A report that is missing must not be made up for by a merged verdict that says passed.
  if (failures.length > 0) throw failures[0]

  const text = `${JSON.stringify(merged, null, 2)}\n`
  await writeReports(output, { 'merged.json': text })
  if (step !== undefined) await tellGithubMerged(step, merged)
  if (options.json) process.stdout.write(text)
  else if (!options.quiet || merged.outcome !== 'passed')
    process.stdout.write(
      `${names.map((name) => said.get(name) ?? '').join('')}${renderMerged(merged, { color: useColor(process.stdout) })}`,
    )
  return Math.max(...exitCodes) || exitCodeOfOutcome(merged.outcome)
}
