import { join, resolve } from 'node:path'
import { notBegun } from '../../pipelines/deliver.ts'
import { exitCodeOf } from '../run/exit-code.ts'
import type { RunFacts } from '../../pipelines/run-record.ts'
import { renderTerminal } from '../../src/report/index.ts'
import { useColor } from '../show/color.ts'
import type { CommandLineOptions } from '../run/build-and-scan-options.ts'
import { applicationName, deliverSource } from '../run/deliver-source.ts'
import { recogniseImage } from '../run/given-image.ts'
import { githubStep, tellGithub } from '../github/step.ts'
import { pathInRepository } from '../run/path-in-repository.ts'
import { displayFor } from '../show/progress-display.ts'
import { beginReports, writeReports } from '../run/files/report-directory.ts'

/** Runs the whole flow on one source directory or an existing image, writes the reports, prints the verdict, and returns the exit code. */
export async function judgeOne(source: string | undefined, options: CommandLineOptions): Promise<number> {
  const startedAt = new Date()
  const name = applicationName(source, options.image === undefined ? undefined : await recogniseImage(options.image))
  const output = resolve(options.output)
  const display = displayFor(options)
  const path = source === undefined ? undefined : await pathInRepository(source, process.env['GITHUB_WORKSPACE'])
  const facts: RunFacts = {
    name,
    mode: 'unknown',
    startedAt,
    ...(path === undefined ? {} : { pathInRepository: path }),
  }
  await beginReports(output, facts, display.say)

  const { run, findings, reports } = await deliverSource(source, options, {
    startedAt,
    progress: display.progress,
    say: display.say,
    logFile: join(output, 'engine.log'),
  })
    .catch(async (error: unknown) => (await notBegun(facts, error)).conclude())
    .finally(display.stop)
  await writeReports(output, reports)
  const step = githubStep(process.env)
  // To standard error, which GitHub reads too: standard output may carry the document.
  if (step !== undefined) await tellGithub(step, run, output, (text) => void process.stderr.write(text), findings)
  if (options.json) process.stdout.write(reports['verdict.json'])
  else if (!options.quiet || run.outcome !== 'passed') {
    process.stdout.write(
      renderTerminal(
        run,
        {
          color: useColor(process.stdout),
          width: process.stdout.columns ?? 100,
          reports: options.output,
          verbose: options.verbose ?? false,
        },
        findings,
      ),
    )
  }
  return exitCodeOf(run)
}
