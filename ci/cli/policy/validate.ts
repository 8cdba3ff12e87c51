import { DeliveryError } from '../../../src/model/errors.ts'
import { decidePolicy, policyDigest } from '../../../src/policy/index.ts'
import { policyFiles, type PolicyOptions } from '../../run/files/given-file.ts'
import { isThere } from '../../run/files/read-file.ts'
import { command } from '../command.ts'
import { policyFlags } from '../option-groups.ts'

/**
 * `loadline policy validate [FILE...]`: checks policy files, and prints the digest of each resulting policy. Exit code
 * 2 with every problem of every file.
 */
export const make = command<Pick<PolicyOptions, 'organisation'>, [files: string[]]>({
  operands: [{ spelling: '[files...]', description: 'policy files (default: loadline.yaml in the working directory)' }],
  flags: { organisation: policyFlags.organisation },
  more: `Exit codes: 0 every file is valid; 2 at least one is not, and each problem is printed with line and column.
Example:
  loadline policy validate services/*/loadline.yaml --organisation acme.yaml`,
  run: validate,
})

async function validate({ organisation }: Pick<PolicyOptions, 'organisation'>, named: string[]): Promise<number> {
  const files = named.length > 0 || !isThere('loadline.yaml') ? named : ['loadline.yaml']
  const layers = files.map((policy): PolicyOptions => ({
    policy,
    ...(organisation === undefined ? {} : { organisation }),
  }))
  if (organisation !== undefined) layers.unshift({ organisation })
  if (layers.length === 0)
    throw new DeliveryError(
      'USAGE',
      'no policy file given, and the working directory has no loadline.yaml',
      'Name the files: loadline policy validate FILE...',
    )
  const faults = new Set<string>()
  for (const layer of layers) {
    try {
      const { policy } = decidePolicy(await policyFiles(layer), new Date())
      process.stdout.write(`${layer.policy ?? layer.organisation} is valid: ${policyDigest(policy)}\n`)
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      for (const line of error.message.split('\n')) faults.add(line)
    }
  }
  if (faults.size > 0)
    throw new DeliveryError('POLICY', [...faults].join('\n'), '"loadline policy schema" documents each key.')
  return 0
}
