import { judgeAgain } from '../../../pipelines/judge-again.ts'
import { exitCodeOf } from '../../run/exit-code.ts'
import { DeliveryError } from '../../../src/model/errors.ts'
import { renderJson, renderTerminal } from '../../../src/report/index.ts'
import type { EvidenceOptions } from '../../run/build-and-scan-options.ts'
import { limits } from '../../run/files/read-file.ts'
import { givenFileText, policyFilesHere, readGiven, type PolicyOptions } from '../../run/files/given-file.ts'
import { useColor } from '../../show/color.ts'
import type { VerdictOptions } from '../../show/progress-display.ts'
import { command } from '../command.ts'
import { single } from '../flag.ts'
import { evidenceFlags, platforms, policyHereFlags, verdictFlags } from '../option-groups.ts'

interface TestOptions
  extends PolicyOptions, Omit<EvidenceOptions, 'additionalSarif' | 'baselineRelease'>, VerdictOptions {
  platform: string[]
  at?: string
}

/**
 * `loadline policy test VERDICT`: judges recorded evidence by a policy, prints the verdict as `build-and-scan` does,
 * and returns its exit code.
 */
export const make = command<TestOptions, [verdict: string]>({
  operands: [{ spelling: '<verdict>', description: 'verdict.json of an earlier run' }],
  flags: {
    ...policyHereFlags,
    platform: platforms("platforms that must be judged (default: the policy's)"),
    baseline: evidenceFlags.baseline,
    knownExploited: single('file', 'list of exploited vulnerabilities, instead of the recorded one'),
    exploitPrediction: single('file', 'exploit predictions, instead of the recorded ones'),
    at: single('moment', 'judge as of this date or time, UTC, e.g. 2027-01-31 (default: now)'),
    ...verdictFlags,
  },
  more: `Example:
  loadline policy test loadline-report/verdict.json --policy loadline.yaml --at 2027-01-31`,
  run: testPolicy,
})

async function testPolicy(options: TestOptions, path: string): Promise<number> {
  const recorded = { path, text: await readGiven({ path, what: 'verdict', code: 'USAGE', most: limits.report }) }
  const run = judgeAgain({
    recorded,
    ...(await policyFilesHere(options)),
    platforms: options.platform,
    baseline: await givenFileText(options.baseline, 'baseline'),
    knownExploited: await givenFileText(options.knownExploited, 'known-exploited'),
    exploitPrediction: await givenFileText(options.exploitPrediction, 'exploit-prediction'),
    now: momentOf(options.at),
  })
  if (options.json || !options.quiet || run.outcome !== 'passed')
    process.stdout.write(
      options.json
        ? renderJson(run)
        : renderTerminal(run, {
            color: useColor(process.stdout),
            width: process.stdout.columns ?? 100,
            verbose: options.verbose ?? false,
          }),
    )
  return exitCodeOf(run)
}

/** A date means its start, UTC. */
function momentOf(text: string | undefined): Date {
  if (text === undefined) return new Date()
  const moment = new Date(text)
  if (
    !/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z)?$/.test(text) ||
    Number.isNaN(moment.getTime()) ||
    moment.toISOString().slice(0, 10) !== text.slice(0, 10)
  ) {
    throw new DeliveryError(
      'USAGE',
      `expected --at to be a date or time in UTC, found ${JSON.stringify(text)}`,
      'Write e.g. --at 2027-01-31 or --at 2027-01-31T12:00:00Z.',
    )
  }
  return moment
}
