import { organisationJsonSchema, policyJsonSchema } from '../../../src/policy/index.ts'
import { command } from '../command.ts'

/** `loadline policy schema`: the JSON Schema of a policy file, for editors. */
export const make = command<object, [of: 'application' | 'organisation']>({
  operands: [
    {
      spelling: '[of]',
      description: 'schema of the application policy or of the organisation policy',
      choices: ['application', 'organisation'],
      initial: 'application',
    },
  ],
  more: `Example:
  loadline policy schema > loadline-policy.schema.json`,
  run(_, of) {
    process.stdout.write(
      `${JSON.stringify(of === 'organisation' ? organisationJsonSchema() : policyJsonSchema(), undefined, 2)}\n`,
    )
    return 0
  },
})
