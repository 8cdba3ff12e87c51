import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Timing } from './timing.ts'

/** Where the timings of runs are kept, out of git. */
export const reportDirectory = fileURLToPath(new URL('../../test-report/', import.meta.url))

const kept = 20

/** Writes a run's timing beside those of earlier runs, of which the newest stay; gives its path. */
export function writeTiming(timing: Timing, directory = reportDirectory): string {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${timing.started.replaceAll(/[:.]/g, '-')}.json`)
  writeFileSync(path, `${JSON.stringify(timing, undefined, 1)}\n`)
  for (const old of timingPaths(directory).slice(0, -kept)) rmSync(old)
  return path
}

/** Paths of the timings that are kept, the oldest first. */
export function timingPaths(directory = reportDirectory): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => /^\d{4}-.*\.json$/.test(name))
    .sort()
    .map((name) => join(directory, name))
}

/** Throws where the file is no timing of this version. */
export function readTiming(path: string): Timing {
  return Timing.parse(JSON.parse(readFileSync(path, 'utf8')))
}
