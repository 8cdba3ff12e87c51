import { advisoryPolicy } from './advisory.ts'
import { defaultPolicy } from './default.ts'
import type { ShippedPolicyName } from './file.ts'
import type { Policy } from './schema.ts'
import { strictPolicy } from './strict.ts'

/** The policies that `extends` can name. Their YAML form, for reading and copying, lies in pipelines/policies. */
export const shippedPolicies: Readonly<Record<ShippedPolicyName, Policy>> = {
  default: defaultPolicy,
  strict: strictPolicy,
  advisory: advisoryPolicy,
}
