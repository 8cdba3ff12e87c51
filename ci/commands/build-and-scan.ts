import { join, resolve } from 'node:path'
import { documentRun, exitCodeOf } from '../../pipelines/run-record.ts'
import { DeliveryError } from '../../src/errors.ts'
import type { Run } from '../../src/model/index.ts'
import { renderJson, renderReports, renderTerminal, reportedFindings } from '../../src/report/index.ts'
import { useColor } from '../color.ts'
import { deliverSource, imageName, type SourceOptions } from '../deliver-source.ts'
import { githubStep, tellGithub } from '../github-actions.ts'
import { pathInRepository } from '../path-in-repository.ts'
import { liveDisplay, plainDisplay, silentDisplay, type ProgressDisplay } from '../progress-display.ts'
import { clearReports, writeReports } from '../report-directory.ts'

/** The options of `loadline build-and-scan`, as the command line gives them. */
export interface BuildAndScanOptions extends SourceOptions {
  output: string
  json: boolean
  quiet: boolean
  progress: 'auto' | 'live' | 'plain' | 'none'
}

/** Runs the whole flow on one source directory, writes the reports, prints the verdict, and gives the exit code. */
export async function buildAndScan(source: string, options: BuildAndScanOptions): Promise<number> {
  const startedAt = new Date()
  const name = imageName(source)
  const output = resolve(options.output)
  const display = chooseDisplay(options)
  const path = await pathInRepository(source, process.env['GITHUB_WORKSPACE'])
  const place = path === undefined ? {} : { pathInRepository: path }
  const broken = (error: unknown) => documentRun({}, { name, mode: 'unknown', startedAt, ...place }, error)
  await clearReports(output)
  // Whoever kills this process finds a report that says so, and none that reads as clean.
  await writeReports(output, renderReports(await broken(new DeliveryError('ENGINE', 'this run has not ended: it still goes on, or it was interrupted', 'Wait for it, or run again.'))))

  let run: Run
  let reports: Record<string, string>
  try {
    ;({ run, reports } = await deliverSource(source, options, { startedAt, progress: display.progress, say: display.say, logFile: join(output, 'engine.log') }))
  } catch (error) {
    run = await broken(error)
    reports = renderReports(run)
  } finally {
    display.stop()
  }
  await writeReports(output, reports)
  const step = githubStep(process.env)
  // On standard error, which GitHub reads as well: standard output may be the document.
  const findings = reportedFindings(run)
  if (step !== undefined) await tellGithub(step, run, output, (text) => void process.stderr.write(text), findings)
  if (options.json) process.stdout.write(reports['verdict.json'] ?? renderJson(run))
  else if (!options.quiet || run.outcome !== 'passed') {
    process.stdout.write(renderTerminal(run, { color: useColor(process.stdout), width: process.stdout.columns ?? 100, reports: options.output }, findings))
  }
  return exitCodeOf(run)
}

function chooseDisplay({ progress, json, quiet }: BuildAndScanOptions): ProgressDisplay {
  if (progress === 'none' || (progress === 'auto' && (quiet || json))) return silentDisplay()
  return progress === 'live' || (progress === 'auto' && process.stderr.isTTY) ? liveDisplay(process.stderr) : plainDisplay(process.stderr)
}
