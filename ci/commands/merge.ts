import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodeOfMerged } from '../../pipelines/run-record.ts'
import { mergeVerdicts, type GivenPart } from '../../src/gate/index.ts'
import { digestOf } from '../../src/model/index.ts'
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
  return exitCodeOfMerged(merged)
}

/** Reads a report directory, or its verdict.json. */
async function readPart(path: string): Promise<GivenPart> {
  const found = await stat(path).catch(() => undefined)
  const file = found?.isDirectory() ? join(path, 'verdict.json') : path
  const text = await readInput(file, 'USAGE', 'report')
  return { run: readRun(text, file), document: digestOf(text) }
}
