import { policyDigest, shippedPolicies, shippedPolicyNames, shippedPurposes } from '../../../src/policy/index.ts'
import { command } from '../command.ts'
import { toggle } from '../flag.ts'

/** `loadline policy list`: the policies that a policy file can extend. */
export const make = command<{ json: boolean }>({
  flags: { json: toggle('print them as JSON') },
  run({ json }) {
    const rows = shippedPolicyNames.map((name) => ({
      name,
      purpose: shippedPurposes[name],
      digest: policyDigest(shippedPolicies[name]),
    }))
    const width = Math.max(...rows.map(({ name }) => name.length))
    process.stdout.write(
      json
        ? `${JSON.stringify(rows, null, 2)}\n`
        : `${rows.map(({ name, purpose }) => `${name.padEnd(width)}  ${purpose}\n`).join('')}\nA policy file chooses one with "extends: NAME"; "loadline policy show NAME" prints it.\n`,
    )
    return 0
  },
})
