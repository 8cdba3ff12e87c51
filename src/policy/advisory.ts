import { defaultPolicy } from './default.ts'
import { ruleIds, rulesThatAlwaysDeny } from './rule-ids.ts'
import type { Policy } from './schema.ts'

/** Why the rules of the advisory policy only warn. */
const advisoryReason = 'The advisory policy reports without rejecting: for a first look at an existing image.'

/** For a first look at an existing image: the default's thresholds, but every rule only warns. Missing evidence still blocks. */
export const advisoryPolicy: Policy = {
  ...defaultPolicy,
  rules: Object.fromEntries(
    ruleIds
      .filter((rule) => !(rulesThatAlwaysDeny as readonly string[]).includes(rule))
      .map((rule) => [rule, { level: 'warn', reason: advisoryReason }]),
  ),
}
