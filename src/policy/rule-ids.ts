import { ruleFacts, type RuleFacts } from './rule-facts.ts'

export { ownerKinds } from './rule-facts.ts'

export type RuleId = keyof typeof ruleFacts

/** The IDs of every rule of the gate, in the order of the reports. */
export const ruleIds = Object.keys(ruleFacts) as [RuleId, ...RuleId[]]

function rulesWhere(holds: (facts: RuleFacts) => boolean): RuleId[] {
  return ruleIds.filter((rule) => holds(ruleFacts[rule]))
}

/** Rules that always reject. */
export const rulesThatAlwaysDeny: readonly RuleId[] = rulesWhere(({ levels }) => levels === false)

/** Rules whose violations no exception may allow. */
export const rulesWithoutExceptions: readonly RuleId[] = rulesWhere(({ exceptions }) => exceptions === false)

/** Rules whose violations can name a package, so that an exception can. */
export const rulesWithPackages: readonly RuleId[] = rulesWhere(({ packages }) => packages === true)

/** Rules whose violations are about the source: the same for every image built from it. */
export const rulesWithoutImage: readonly RuleId[] = rulesWhere(({ about }) => about === 'source')

/** The rules that attribute their findings, and the owners that these can have. */
export const ruleOwners = Object.fromEntries(
  ruleIds.map((rule) => [rule, (ruleFacts[rule] as RuleFacts).owners]),
) as Readonly<Record<RuleId, RuleFacts['owners']>>

/** Rules whose findings can be known from an earlier verdict. */
export const rulesWithBaseline: readonly RuleId[] = rulesWhere(({ known }) => known === true)

/** Rules whose findings no earlier verdict makes known. */
export const rulesWithoutBaseline: readonly RuleId[] = rulesWhere(({ known }) => known !== true)

/** The rules that judge by a policy key, or by one below it. */
export function rulesOfKey(path: string): RuleId[] {
  return rulesWhere(({ keys }) => keys.some((key) => key === path || key.startsWith(`${path}.`)))
}
