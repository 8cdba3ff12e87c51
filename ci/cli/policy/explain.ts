import { explainRule } from '../../../src/gate/explain-rule.ts'
import { rules } from '../../../src/gate/rules.ts'
import { DeliveryError } from '../../../src/model/errors.ts'
import { closest, decidePolicy, ruleIds } from '../../../src/policy/index.ts'
import { valueAt } from '../../../src/policy/value-at.ts'
import { policyFilesHere, type PolicyOptions } from '../../run/files/given-file.ts'
import { command } from '../command.ts'
import { toggle } from '../flag.ts'
import { policyHereFlags } from '../option-groups.ts'

interface ExplainOptions extends PolicyOptions {
  json: boolean
}

/** `loadline policy explain RULE`: what a rule expects, and how the given policy sets it. */
export const make = command<ExplainOptions, [rule: string]>({
  operands: [{ spelling: '<rule>', description: 'id of a rule, e.g. vulnerabilities' }],
  flags: { ...policyHereFlags, json: toggle('print it as JSON') },
  more: `Example:
  loadline policy explain vulnerabilities --policy services/orders/loadline.yaml`,
  run: explain,
})

async function explain(options: ExplainOptions, id: string): Promise<number> {
  const rule = rules.find((candidate) => candidate.id === id)
  if (rule === undefined) {
    const near = closest(id, ruleIds)
    throw new DeliveryError(
      'USAGE',
      `expected the id of a rule, found ${JSON.stringify(id)}${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
      `The rules are ${ruleIds.join(', ')}.`,
    )
  }
  const { policy, layers } = decidePolicy(await policyFilesHere(options), new Date())
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
