import { stat } from 'node:fs/promises'
import { exitCodeOf } from '../../pipelines/run-record.ts'
import { judgeAgain } from '../../pipelines/judge-again.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { explainRule } from '../../src/gate/explain-rule.ts'
import { rules } from '../../src/gate/rules.ts'
import {
  closest,
  decidePolicy,
  organisationJsonSchema,
  policyJsonSchema,
  ruleIds,
  type PolicyFiles,
} from '../../src/policy/index.ts'
import { valueAt } from '../../src/policy/load.ts'
import { renderJson, renderTerminal } from '../../src/report/index.ts'
import { useColor } from '../show/color.ts'
import { givenText, policyText, readInput } from '../run/policy-input.ts'

/** The files that make the policy at hand, as the command line names them. */
export interface PolicyOptions {
  policy?: string
  organisation?: string
}

/** `loadline policy explain RULE`: what a rule wants, and how the policy at hand sets it. */
export async function explain(id: string, options: PolicyOptions & { json: boolean }): Promise<number> {
  const rule = rules.find((candidate) => candidate.id === id)
  if (rule === undefined) {
    const near = closest(id, ruleIds)
    throw new DeliveryError(
      'USAGE',
      `wanted the id of a rule, found ${JSON.stringify(id)}${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
      `The rules are ${ruleIds.join(', ')}.`,
    )
  }
  const { policy, layers } = decidePolicy(await policyFiles(options), new Date())
  if (options.json) {
    const { title, needs, means, remedy, source } = rule
    const settings = Object.fromEntries(
      (rule.settings ?? []).map((path) => [path, valueAt(policy, path.split('.')) ?? null]),
    )
    const exceptions = policy.exceptions.register.filter((exception) => exception.rule === id)
    process.stdout.write(
      `${JSON.stringify({ id, title, needs, means: means ?? 'rejected', remedy, source, setting: policy.rules[rule.id] ?? { level: 'deny' }, settings, exceptions, layers }, null, 2)}\n`,
    )
  } else process.stdout.write(explainRule(rule, policy, layers.map(({ name }) => name).join(', then ')))
  return 0
}

/** `loadline policy test VERDICT`: holds recorded evidence against a policy, prints the verdict as `build-and-scan` does, and gives its exit code. */
export async function testPolicy(
  path: string,
  options: PolicyOptions & {
    platform: string[]
    baseline?: string
    knownExploited?: string
    at?: string
    json: boolean
    quiet: boolean
    verbose: boolean
  },
): Promise<number> {
  const recorded = { path, text: await readInput(path, 'USAGE', 'verdict') }
  const run = judgeAgain({
    recorded,
    ...(await policyFiles(options)),
    platforms: options.platform,
    baseline: await givenText(options.baseline, 'baseline'),
    knownExploited: await givenText(options.knownExploited, 'known-exploited'),
    now: momentOf(options.at),
  })
  if (options.json || !options.quiet || run.outcome !== 'passed')
    process.stdout.write(
      options.json
        ? renderJson(run)
        : renderTerminal(run, {
            color: useColor(process.stdout),
            width: process.stdout.columns ?? 100,
            verbose: options.verbose,
          }),
    )
  return exitCodeOf(run)
}

/** `loadline policy schema`: the JSON schema of a policy file, for editors. */
export function schema(of: 'application' | 'organisation'): number {
  process.stdout.write(
    `${JSON.stringify(of === 'organisation' ? organisationJsonSchema() : policyJsonSchema(), undefined, 2)}\n`,
  )
  return 0
}

/** As in a run, `loadline.yaml` counts where no other file is named; here, the one of the working directory. */
export async function policyFiles({ policy, organisation }: PolicyOptions): Promise<PolicyFiles> {
  const own =
    policy ?? ((await stat('loadline.yaml').catch(() => undefined)) === undefined ? undefined : 'loadline.yaml')
  return { organisation: await policyText(organisation, 'organisation'), application: await policyText(own, 'policy') }
}

/** A calendar day is its first moment, UTC. */
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
      `--at takes a day or a moment in UTC, found ${JSON.stringify(text)}`,
      'Write e.g. --at 2027-01-31 or --at 2027-01-31T12:00:00Z.',
    )
  }
  return moment
}
