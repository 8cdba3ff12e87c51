import type { Owner, Violation } from '../model/index.ts'
import { rulesThatAlwaysDeny } from '../policy/rule-ids.ts'
import { Policy, type RuleSetting } from '../policy/schema.ts'
import { daysUntil } from '../model/units.ts'
import type { Rule } from './rule.ts'

/** How a rule acts at the time of judging. */
export interface Acting {
  isOff: boolean
  /** Whether a violation rejects, or is only reported. */
  denies: (violation: Violation) => boolean
  /** Its note in the report. */
  note: string
}

/** How a rule acts at a given time, according to the policy. */
export function actingLevel(rule: Rule, policy: Policy, now: Date): Acting {
  const setting = policy.rules[rule.id]
  const always: Acting = { isOff: false, denies: () => true, note: '' }
  if (setting === undefined || (rulesThatAlwaysDeny as readonly string[]).includes(rule.id)) return always
  if (setting.level === 'off')
    return { isOff: true, denies: () => false, note: `disabled by the policy: ${setting.reason}` }
  const days = setting.effectiveFrom === undefined ? 0 : daysUntil(setting.effectiveFrom, now)
  // A date beyond an exception's longest life would silently disable the rule: the loader refuses it, and here it has no effect.
  const isDeferred = setting.level === 'deny' && days > 0 && days <= policy.exceptions.maximumDays
  if (isDeferred)
    return { ...always, denies: () => false, note: `only warns until ${setting.effectiveFrom}, then denies` }
  const differing = Object.entries(setting.owners ?? {}).filter(([, level]) => level !== setting.level)
  if (setting.level === 'deny' && differing.length === 0) return always
  const names = differing
    .map(([owner]) => owner)
    .toSorted()
    .join(' and ')
  return {
    isOff: false,
    denies: ({ owner }) => levelFor(setting, owner) === 'deny',
    note:
      setting.level === 'deny'
        ? `only warns for ${names}: ${setting.reason}`
        : `only warns${names === '' ? '' : `, except for ${names}`}: ${setting.reason}`,
  }
}

/** An unknown owner can be any: then one rejecting level is enough. */
function levelFor({ level, owners = {} }: RuleSetting, owner: Owner | undefined): RuleSetting['level'] {
  if (owner === undefined || owner.kind === 'unknown') return Object.values(owners).includes('deny') ? 'deny' : level
  return owners[owner.kind] ?? level
}
