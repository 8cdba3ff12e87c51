import { lstat, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { documentRun, type RunFacts } from '../../../pipelines/run-record.ts'
import { DeliveryError } from '../../../src/model/errors.ts'
import { renderReports, reportFiles } from '../../../src/report/index.ts'
import { makeDirectory, writeFiles } from './write-files.ts'

/**
 * Writes reports into a directory: first all of them under temporary names, then each is renamed into place. A reader
 * never sees half a file, and if one cannot be written, none replaces what is there. Throws `REPORT` in that case.
 */
export function writeReports(directory: string, reports: Readonly<Record<string, string>>): Promise<void> {
  return writeFiles(directory, reports, 'the reports')
}

/** What a run writes at the top of the directory. */
const leftBehind = new Set<string>([
  ...reportFiles,
  'runtime',
  'sbom',
  'sbom.cdx.json',
  'sbom.spdx.json',
  'cosign.pub',
  'trusted-root.json',
  'merged.json',
  'engine.log',
])

/** The name of directories that belong to Loadline alone. */
const ownName = 'loadline-report'

const mostEntries = 100_000

/**
 * Removes an earlier run's reports: whatever happens next, nobody can mistake them for this run's. Other files stay,
 * but in a directory of Loadline's own name no link, pipe or device does, nor a link in its place: a job that publishes
 * the whole directory would follow them. `say` names them. Throws `REPORT`.
 */
export async function clearReports(directory: string, say: (line: string) => void): Promise<void> {
  const isOwn = basename(directory) === ownName || basename(dirname(directory)) === ownName
  try {
    if (isOwn && (await lstat(directory).catch(() => undefined))?.isSymbolicLink() === true)
      await removeStranger(directory, say)
    const root = await makeDirectory(directory)
    const entries = await readdir(root)
    await Promise.all(
      entries.filter((entry) => leftBehind.has(entry)).map((entry) => rm(join(root, entry), { recursive: true })),
    )
    if (isOwn) await removeStrangers(root, say)
  } catch (error) {
    throw new DeliveryError(
      'REPORT',
      `failed to prepare the report directory ${directory} (${(error as Error).message})`,
      'Give a writable directory with --output.',
      { cause: error },
    )
  }
}

async function removeStrangers(root: string, say: (line: string) => void): Promise<void> {
  const waiting = [root]
  let seen = 0
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    for (const entry of await readdir(current, { withFileTypes: true })) {
      if (++seen > mostEntries) throw new Error(`it has more than ${mostEntries} entries`)
      const path = join(current, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      else if (!entry.isFile()) await removeStranger(path, say)
    }
  }
}

/** Removes the entry itself, and nothing that it may lead to. */
async function removeStranger(path: string, say: (line: string) => void): Promise<void> {
  await rm(path)
  say(
    `removed ${path}, a link, pipe or device in place of a report: a job that publishes the reports would have followed it`,
  )
}

/** Clears the directory for a run. If this process is killed, the report says so, and nothing reads as clean. Throws `REPORT`. */
export async function beginReports(directory: string, facts: RunFacts, say: (line: string) => void): Promise<void> {
  await clearReports(directory, say)
  const unfinished = new DeliveryError(
    'ENGINE',
    'this run has not finished: it is still running, or it was interrupted',
    'Wait for it to finish, or run again.',
  )
  await writeReports(directory, renderReports(documentRun({ failure: unfinished }, facts)))
}
