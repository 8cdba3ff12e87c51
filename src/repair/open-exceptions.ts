import { isMap, parseDocument, stringify } from 'yaml'
import type { RuleResult } from '../model/index.ts'
import type { Policy } from '../policy/index.ts'
import { rulesWithoutExceptions } from '../policy/rule-ids.ts'

/** For how many days an exception is proposed, if the policy allows that many. */
const proposedDays = 90

/**
 * The remaining violations as exceptions in a policy file, with empty reason and owner: Loadline refuses the file until
 * a person fills them in or deletes the entry. Appended to the policy's text; undefined if nothing can be excepted, if
 * the policy already has exceptions, whose order is up to their author, or if it is in flow form, as JSON is. `tmpfs`
 * are directories without which the image does not become ready: they are proposed in a comment.
 */
export function openExceptions(
  results: readonly RuleResult[],
  policy: Policy,
  text: string | undefined,
  now: Date,
  tmpfs: readonly string[] = [],
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
    '# What "loadline repair" could not fix. Give each entry a reason and an owner, or delete it: until then the file is refused.\n'
  const added = `${proposal(policy, tmpfs)}${comment}${section}`
  return text === undefined ? `version: 1\n${added}` : `${text.replace(/\n?$/, '\n')}${added}`
}

function proposal({ runtime }: Policy, tmpfs: readonly string[]): string {
  if (tmpfs.length === 0) return ''
  const setting = stringify({ runtime: { tmpfs: [...runtime.tmpfs, ...tmpfs] } }, { lineWidth: 0 }).trimEnd()
  const lines = [
    'It becomes ready only if it can write to more than the policy allows. If what it writes there may be lost when the container stops,',
    'make this part of the policy, and say here why; otherwise give it a volume there. Nothing is allowed until then.',
    ...setting.split('\n'),
  ]
  return lines.map((line) => `# ${line}\n`).join('')
}
