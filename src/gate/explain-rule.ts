import type { Policy } from '../policy/schema.ts'
import { valueAt } from '../policy/value-at.ts'
import { rulesThatAlwaysDeny, rulesWithoutExceptions } from '../policy/rule-ids.ts'
import type { Rule } from './rule.ts'

/** One rule for a terminal: what it expects and why, and how a policy sets it. `origin` says where that policy comes from. */
export function explainRule(rule: Rule, policy: Policy, origin: string): string {
  const about = [
    ['needs', rule.needs.map((kind) => `evidence of the kind ${kind}`).join(', ') || 'nothing but the run itself'],
    [
      'a violation',
      rule.means === 'undecided' ? 'leaves the verdict undecided, which does not ship' : 'rejects the image',
    ],
    ['what to do', rule.remedy],
    ['source', rule.source],
  ] as const
  const set = [
    [`rules.${rule.id}`, actsAs(rule, policy)],
    ...(rule.settings ?? []).map((path) => [path, say(valueAt(policy, path.split('.')))] as const),
    ['exceptions.register', sayExceptions(rule, policy)],
  ] as const
  return [
    `${rule.id}: ${rule.title}`,
    '',
    ...lines(about),
    '',
    `In the policy (${origin}):`,
    '',
    ...lines(set),
    '',
  ].join('\n')
}

function actsAs(rule: Rule, policy: Policy): string {
  if ((rulesThatAlwaysDeny as readonly string[]).includes(rule.id)) return 'denies; no policy can change that'
  const setting = policy.rules[rule.id]
  if (setting === undefined) return 'denies'
  const { level, effectiveFrom, owners = {}, reason } = setting
  const acts = {
    deny: effectiveFrom === undefined ? 'denies' : `denies from ${effectiveFrom} (UTC), warns until then`,
    warn: 'only warns',
    off: 'is disabled',
  }[level]
  const byOwner = Object.entries(owners).map(
    ([owner, own]) => `, for ${owner} ${own === 'deny' ? 'denies' : 'only warns'}`,
  )
  return `${acts}${byOwner.join('')}${reason === undefined ? '' : `: ${reason}`}`
}

function sayExceptions(rule: Rule, policy: Policy): string {
  if ((rulesWithoutExceptions as readonly string[]).includes(rule.id)) return 'no exception is possible'
  const own = policy.exceptions.register.filter((exception) => exception.rule === rule.id)
  return own.map(({ id, owner, expires }) => `${id} until ${expires} (${owner})`).join(', ') || 'none for this rule'
}

function say(value: unknown): string {
  if (value === undefined) return 'not set'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function lines(rows: ReadonlyArray<readonly [string, string]>): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
}
