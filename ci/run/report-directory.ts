import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { documentRun, type RunFacts } from '../../pipelines/run-record.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { renderReports, reportFiles } from '../../src/report/index.ts'
import { writeFiles } from './write-files.ts'

/**
 * Writes reports into a directory: all of them beside their places, and only then each to its place, in one step. A reader never meets half a file,
 * and where one cannot be written, none of them takes the place of what lies there. Throws `REPORT` then.
 */
export function writeReports(directory: string, reports: Readonly<Record<string, string>>): Promise<void> {
  return writeFiles(directory, reports, 'the reports')
}

/** What a run leaves at the top of the directory. */
const leftBehind = new Set<string>([
  ...reportFiles,
  'runtime',
  'sbom',
  'sbom.cdx.json',
  'sbom.spdx.json',
  'cosign.pub',
  'trusted-root.json',
  'merged.json',
])

/** Removes an earlier run's reports: whatever happens next, nobody can read them as this run's. Other files stay. */
export async function clearReports(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
    const entries = await readdir(directory)
    await Promise.all(
      entries.filter((entry) => leftBehind.has(entry)).map((entry) => rm(join(directory, entry), { recursive: true })),
    )
  } catch (error) {
    throw new DeliveryError(
      'REPORT',
      `the report directory ${directory} cannot be prepared (${(error as Error).message})`,
      'Give a directory that can be written with --output.',
      { cause: error },
    )
  }
}

/** Clears the directory for a run. Whoever kills this process finds a report that says so, and none that reads as clean. Throws `REPORT`. */
export async function beginReports(directory: string, facts: RunFacts): Promise<void> {
  await clearReports(directory)
  const unfinished = new DeliveryError(
    'ENGINE',
    'this run has not ended: it still goes on, or it was interrupted',
    'Wait for it, or run again.',
  )
  await writeReports(directory, renderReports(await documentRun({}, facts, unfinished)))
}
