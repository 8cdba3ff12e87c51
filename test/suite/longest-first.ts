import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { readTiming, timingPaths } from './reports.ts'
import type { Timing } from './timing.ts'

/** The seconds of long files that a checkout brings: where nothing was measured, as in CI, they give the order. */
export const committed = new URL('./seconds.json', import.meta.url)

/**
 * Begins with the files that take longest, so that none of them is begun when the others are done. How long each takes is known from earlier runs on this machine, else from
 * `seconds.json`; one that nobody knows may be the longest.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = knownSeconds()
    const of = ({ moduleId }: TestSpecification) =>
      seconds.get(relative(this.ctx.config.root, moduleId)) ?? Number.POSITIVE_INFINITY
    return longestFirst(files, of, ({ project }) => project.config.sequence.groupOrder)
  }
}

/** Groups in their order, and in each the longest first. */
export function longestFirst<File>(
  files: readonly File[],
  secondsOf: (file: File) => number,
  groupOf: (file: File) => number,
): File[] {
  return files.toSorted((left, right) => {
    const [a, b] = [secondsOf(left), secondsOf(right)]
    return groupOf(left) - groupOf(right) || (a === b ? 0 : b - a)
  })
}

/** Seconds of each file at its last run. */
export function knownSeconds(paths: readonly string[] = timingPaths()): Map<string, number> {
  const fallback = existsSync(committed) ? (JSON.parse(readFileSync(committed, 'utf8')) as Record<string, number>) : {}
  const measured = paths.flatMap((path) => {
    try {
      return readTiming(path).files.map(({ file, seconds }): [string, number] => [file, seconds])
    } catch {
      // What another version of the suite wrote is no order to keep.
      return []
    }
  })
  return new Map([...Object.entries(fallback), ...measured])
}

/** The files of a run that took ten seconds or more, as the text of `seconds.json`. */
export function longFiles({ files }: Pick<Timing, 'files'>): string {
  const long = files.filter(({ seconds }) => seconds >= 10).map(({ file, seconds }) => [file, Math.round(seconds)])
  return `${JSON.stringify(Object.fromEntries(long.toSorted()), undefined, 2)}\n`
}
