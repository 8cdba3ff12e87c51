import { advisoryPolicy } from './advisory.ts'
import { defaultPolicy } from './default.ts'
import type { ShippedPolicyName } from './file.ts'
import type { Policy } from './schema.ts'
import { strictPolicy } from './strict.ts'

/** What each shipped policy is for. */
export const shippedPurposes: Readonly<Record<ShippedPolicyName, string>> = {
  default: 'judges where nobody says otherwise, and names every key',
  strict: 'for images that face attackers or auditors: what the default only reports denies here',
  advisory: 'for the first look at an existing image: every rule but "evidence" only warns',
}

/** The policies that `extends` can name. Their YAML form, for reading and copying, lies in pipelines/policies. */
export const shippedPolicies: Readonly<Record<ShippedPolicyName, Policy>> = {
  default: defaultPolicy,
  strict: strictPolicy,
  advisory: advisoryPolicy,
}
