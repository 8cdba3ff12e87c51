import { join } from 'node:path'
import { exitCodeOfOutcome } from '../run/exit-code.ts'
import { givenPart, mergeVerdicts, type GivenPart } from '../../src/gate/index.ts'
import { parseMaximumAge } from '../../src/policy/index.ts'
import { readRun, renderMerged } from '../../src/report/index.ts'
import { limits } from '../run/files/read-file.ts'
import { useColor } from '../show/color.ts'
import { kindOfGiven, readGiven } from '../run/files/given-file.ts'
import { command } from './command.ts'
import { list, required, single } from './flag.ts'
import { printFlags } from './option-groups.ts'

interface MergeOptions {
  expect: string[]
  maximumAge: string
  json: boolean
}

/**
 * `loadline merge REPORT...`: merges the verdicts of several services into one, which rejects if a part is missing.
 * Exit code 0 passed, 1 rejected, 3 undecided.
 */
export const make = command<MergeOptions, [reports: string[]]>({
  operands: [{ spelling: '<report...>', description: 'report directories, or their verdict.json files' }],
  flags: {
    expect: required(
      // After the reports, a word without a slash is another name.
      list('name', 'name of an expected service', (word, operands) => operands > 0 && !word.includes('/')),
    ),
    maximumAge: single('duration', 'maximum age of each verdict, e.g. 24h or 7d', '24h'),
    json: printFlags.json,
  },
  more: `Exit codes: 0 every part passed; 1 a part was rejected, is missing or does not fit; 3 a part did not reach a verdict.
Example:
  loadline merge reports/orders reports/billing --expect orders,billing`,
  run: merge,
})

async function merge({ expect, maximumAge, json }: MergeOptions, reports: readonly string[]): Promise<number> {
  const request = { expected: [...new Set(expect)], maximumAge: parseMaximumAge(maximumAge), now: new Date() }
  const parts: GivenPart[] = []
  const absent: string[] = []
  // One at a time: the documents of twenty services may not fit into memory.
  for (const report of reports) {
    const file = await documentOf(report)
    // A job that did not get this far leaves nothing: its part is reported as missing, and the others are still merged.
    if ((await kindOfGiven({ path: file, what: 'report', code: 'USAGE' })) === undefined) absent.push(file)
    else parts.push(await readPart(file))
  }
  const merged = mergeVerdicts(parts, { ...request, absent })
  process.stdout.write(
    json ? `${JSON.stringify(merged, null, 2)}\n` : renderMerged(merged, { color: useColor(process.stdout) }),
  )
  return exitCodeOfOutcome(merged.outcome)
}

/** The document of a report directory, or the path itself if it is not a directory. */
async function documentOf(path: string): Promise<string> {
  const kind = await kindOfGiven({ path, what: 'report', code: 'USAGE' })
  return kind === 'directory' ? join(path, 'verdict.json') : path
}

async function readPart(file: string): Promise<GivenPart> {
  const text = await readGiven({ path: file, what: 'report', code: 'USAGE', most: limits.report })
  return givenPart(readRun(text, file), text)
}
