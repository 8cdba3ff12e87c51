import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodeOfMerged } from '../../pipelines/run-record.ts'
import { givenPart, mergeVerdicts, type GivenPart } from '../../src/gate/index.ts'
import { parseMaximumAge } from '../../src/policy/index.ts'
import { readRun, renderMerged } from '../../src/report/index.ts'
import { useColor } from '../show/color.ts'
import { readInput } from '../run/policy-input.ts'

/** The options of `loadline merge`. */
export interface MergeOptions {
  expect: string[]
  maximumAge: string
  json: boolean
}

/** `loadline merge REPORT...`: one verdict of those of several services, which rejects where a part is missing. Exit code 0 passed, 1 rejected, 3 undecided. */
export async function merge(reports: readonly string[], { expect, maximumAge, json }: MergeOptions): Promise<number> {
  const request = { expected: [...new Set(expect)], maximumAge: parseMaximumAge(maximumAge), now: new Date() }
  const parts: GivenPart[] = []
  const absent: string[] = []
  // One after another: the documents of twenty services can be larger than the memory.
  for (const report of reports) {
    const file = await documentOf(report)
    // A job that never came so far leaves nothing: its part is missing, and the others are told all the same.
    if (existsSync(file)) parts.push(await readPart(file))
    else absent.push(file)
  }
  const merged = mergeVerdicts(parts, { ...request, absent })
  process.stdout.write(
    json ? `${JSON.stringify(merged, null, 2)}\n` : renderMerged(merged, { color: useColor(process.stdout) }),
  )
  return exitCodeOfMerged(merged)
}

/** The document of a report directory, or the path itself where that is none. */
async function documentOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ? join(path, 'verdict.json') : path
}

async function readPart(file: string): Promise<GivenPart> {
  const text = await readInput(file, 'USAGE', 'report')
  return givenPart(readRun(text, file), text)
}
