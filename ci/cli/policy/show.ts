import { stringify } from 'yaml'
import { decidePolicy, policyDigest, shippedPolicies, shippedPolicyNames } from '../../../src/policy/index.ts'
import type { ShippedPolicyName } from '../../../src/policy/index.ts'
import { DeliveryError } from '../../../src/model/errors.ts'
import { policyFilesHere, type PolicyOptions } from '../../run/files/given-file.ts'
import { command } from '../command.ts'
import { toggle } from '../flag.ts'
import { policyHereFlags } from '../option-groups.ts'

interface ShowOptions extends PolicyOptions {
  json: boolean
}

/** `loadline policy show [NAME]`: every value of a policy, as the gate gets it. */
export const make = command<ShowOptions, [name: ShippedPolicyName | undefined]>({
  operands: [
    {
      spelling: '[name]',
      description: 'a policy shipped with Loadline (default: the policy of the given files)',
      choices: shippedPolicyNames,
    },
  ],
  flags: { ...policyHereFlags, json: toggle('print it as JSON, with its digest and the files that it comes from') },
  more: `Examples:
  loadline policy show strict
  loadline policy show --policy services/orders/loadline.yaml`,
  run: show,
})

async function show({ json, ...options }: ShowOptions, name: ShippedPolicyName | undefined): Promise<number> {
  if (name !== undefined && (options.policy ?? options.organisation) !== undefined)
    throw new DeliveryError(
      'USAGE',
      `expected one policy, found both the name ${name} and a file`,
      'Give only one of them.',
    )
  const { policy, layers } =
    name === undefined
      ? decidePolicy(await policyFilesHere(options), new Date())
      : {
          policy: shippedPolicies[name],
          layers: [{ role: 'shipped', name, digest: policyDigest(shippedPolicies[name]) }],
        }
  const digest = policyDigest(policy)
  process.stdout.write(
    json
      ? `${JSON.stringify({ digest, layers, policy }, null, 2)}\n`
      : `# ${layers.map((layer) => layer.name).join(', then ')}: ${digest}\n${stringify(policy)}`,
  )
  return 0
}
