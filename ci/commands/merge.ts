import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { mergeVerdicts, type GivenPart } from '../../src/gate/index.ts'
import { parseMaximumAge } from '../../src/policy/index.ts'
import { readRun, renderMerged } from '../../src/report/index.ts'
import { useColor } from '../color.ts'
import { readInput } from '../policy-input.ts'

/** The options of `loadline merge`. */
export interface MergeOptions {
  expect: string[]
  maximumAge: string
  json: boolean
}

/** `loadline merge REPORT...`: one verdict of those of several services, which rejects where a part is missing. Exit code 0 passed, 1 rejected, 3 undecided. */
export async function merge(reports: readonly string[], { expect, maximumAge, json }: MergeOptions): Promise<number> {
  const merged = mergeVerdicts(await Promise.all(reports.map(readPart)), { expected: [...new Set(expect)], maximumAge: parseMaximumAge(maximumAge), now: new Date() })
  process.stdout.write(json ? `${JSON.stringify(merged, null, 2)}\n` : renderMerged(merged, { color: useColor(process.stdout) }))
  return { passed: 0, rejected: 1, undecided: 3 }[merged.outcome]
}

/** Reads a report directory, or its verdict.json. */
async function readPart(path: string): Promise<GivenPart> {
  const found = await stat(path).catch(() => undefined)
  const file = found?.isDirectory() ? join(path, 'verdict.json') : path
  const text = await readInput(file, 'USAGE', 'report')
  return { text, run: readRun(text, file) }
}
