import { defaultPolicy } from './default.ts'
import { ruleIds, rulesThatAlwaysDeny } from './rule-ids.ts'
import type { Policy } from './schema.ts'

/** Why the rules of the advisory policy only warn. */
const advisoryReason = 'The advisory policy reports and does not deny: for the first look at an existing image.'

/** For the first look at an existing image: the thresholds of the default, and every rule only warns. Missing evidence still denies. */
export const advisoryPolicy: Policy = {
  ...defaultPolicy,
  rules: Object.fromEntries(
    ruleIds
      .filter((rule) => !(rulesThatAlwaysDeny as readonly string[]).includes(rule))
      .map((rule) => [rule, { level: 'warn', reason: advisoryReason }]),
  ),
}
