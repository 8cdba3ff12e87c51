import { isMap, parseDocument, stringify } from 'yaml'
import type { RuleResult } from '../model/index.ts'
import { rulesWithoutExceptions } from '../policy/rule-ids.ts'
import type { Policy } from '../policy/index.ts'

/** For how long an exception is proposed, in days, where the policy allows as much. */
const proposedDays = 90

/**
 * What still denies, as exceptions of a policy file whose reason and owner are empty: Loadline refuses the file until a person has filled them in, or has taken the
 * entry out. Added to the text of the policy; undefined where nothing can be excepted, where it has exceptions already, which only their author orders, or is
 * written in flow form, as JSON is.
 */
export function openExceptions(
  results: readonly RuleResult[],
  policy: Policy,
  text: string | undefined,
  now: Date,
): string | undefined {
  const days = Math.min(proposedDays, policy.exceptions.maximumDays)
  const expires = new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10)
  const register = results
    .filter(({ rule, status }) => status === 'failed' && !(rulesWithoutExceptions as readonly string[]).includes(rule))
    .flatMap(({ rule, violations }) =>
      violations
        .filter(({ remark }) => remark !== true)
        .map(({ id, subject, package: named }) => ({
          rule,
          id,
          ...(named !== undefined ? { package: named } : subject === '' ? {} : { subject }),
          reason: '',
          owner: '',
          expires,
        })),
    )
  const once = [...new Map(register.map((entry) => [JSON.stringify(entry), entry])).values()]
  if (once.length === 0) return undefined
  const written = parseDocument(text ?? '')
  if (isMap(written.contents) && (written.contents.flow === true || written.contents.has('exceptions')))
    return undefined
  const section = stringify({ exceptions: { register: once } }, { lineWidth: 0 })
  const comment =
    '# What "loadline repair" left. Each entry needs a reason and an owner, or goes: the file is refused until then.\n'
  return text === undefined ? `version: 1\n${comment}${section}` : `${text.replace(/\n?$/, '\n')}${comment}${section}`
}
