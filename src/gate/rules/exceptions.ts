import type { Violation } from '../../model/index.ts'
import type { ExceptionUse, Rule } from '../rule.ts'

/** The register of exceptions is kept clean: one that matches nothing hides the next finding with the same name. */
export const exceptions: Rule = {
  id: 'exceptions',
  title: 'The exception register is clean',
  needs: [],
  settings: ['exceptions.unused', 'exceptions.maximumDays'],
  remedy: 'Remove exceptions that are no longer needed, and look at the risk again before a last day is moved.',
  source: 'Loadline: an accepted risk has a reason, an owner and a last day',
  judge({ policy, exceptions: uses }) {
    const stale = uses.filter(({ state }) => state === 'unused' || state === 'expired').map(toViolation)
    const refused = uses.filter(({ state }) => state === 'refused').map(toViolation)
    const denies = policy.exceptions.unused === 'deny'
    const count = (wanted: ExceptionUse['state']) => uses.filter(({ state }) => state === wanted).length
    const states = (['used', 'unused', 'expired', 'unjudged', 'refused'] as const).filter((state) => count(state) > 0)
    return {
      wanted: denies ? 'each one in force and used' : 'unused ones are reported',
      found: states.map((state) => `${count(state)} ${state}`).join(', ') || 'no exceptions',
      violations: denies ? [...refused, ...stale] : refused,
      remarks: denies ? [] : stale,
    }
  },
}

function toViolation({ exception, state, fault }: ExceptionUse): Violation {
  const { rule, id, subject, platform, expires, owner } = exception
  const said = {
    unused: { wanted: 'a violation that it allows', found: 'it matches nothing', remedy: `Remove the exception; ${owner} owns it.` },
    expired: { wanted: `a last day that is not past`, found: `its last day was ${expires}: it no longer counts`, remedy: `Ask ${owner}, who owns it: repair the violation, or accept the risk again with a new last day.` },
    refused: { wanted: 'an exception that may count', found: fault ?? 'refused', remedy: 'Repair or remove the exception.' },
  }
  const text = said[state as keyof typeof said] ?? said.refused
  return { id: `${rule}/${id}`, subject: subject ?? '', severity: state === 'unused' ? 'low' : 'medium', ...(platform === undefined ? {} : { platform }), ...text }
}
