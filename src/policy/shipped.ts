import { advisoryPolicy } from './advisory.ts'
import { defaultPolicy } from './default.ts'
import type { ShippedPolicyName } from './file.ts'
import type { Policy } from './schema.ts'
import { strictPolicy } from './strict.ts'

/** What each shipped policy is for. */
export const shippedPurposes: Readonly<Record<ShippedPolicyName, string>> = {
  default: 'applies by default, and shows every key',
  strict: 'for images that face attackers or auditors: rejects what the default only reports',
  advisory: 'for a first look at an existing image: every rule except "evidence" only warns',
}

/** The policies that `extends` can name. Their YAML form, for reading and copying, is in pipelines/policies. */
export const shippedPolicies: Readonly<Record<ShippedPolicyName, Policy>> = {
  default: defaultPolicy,
  strict: strictPolicy,
  advisory: advisoryPolicy,
}
