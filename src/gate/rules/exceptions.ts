import type { Violation } from '../../model/index.ts'
import { daysUntil } from '../../model/units.ts'
import type { ExceptionUse } from '../../policy/exception-register.ts'
import { exceptionEndsSoon } from '../../policy/fixed-numbers.ts'
import type { Rule } from '../rule.ts'

/** Keeps the exception register clean: an exception that matches nothing would hide the next finding with the same name. */
export const exceptions: Rule = {
  id: 'exceptions',
  title: 'The exception register is clean',
  needs: [],
  settings: ['exceptions.unused', 'exceptions.expired', 'exceptions.maximumDays'],
  severities: ['medium', 'low'],
  remedy: 'Remove exceptions that are no longer needed, and reassess the risk before extending one.',
  source: 'Loadline: an accepted risk has a reason, an owner and an expiry date',
  judge({ policy, exceptions: uses, now }) {
    const { unused, expired } = policy.exceptions
    const inState = (state: ExceptionUse['state']) => uses.filter((use) => use.state === state)
    const refused = inState('refused').map(toViolation)
    const stale = { unused: inState('unused').map(toViolation), expired: inState('expired').map(toViolation) }
    const ending = inState('used')
      .filter(({ exception }) => daysUntil(exception.expires, now) <= exceptionEndsSoon)
      .map((use) => toRemark(use, now))
    const states = (['used', 'unused', 'expired', 'unjudged', 'elsewhere', 'refused'] as const).filter(
      (state) => inState(state).length > 0,
    )
    return {
      wanted: `${unused === 'deny' ? 'each one used' : 'unused ones are reported'}, ${expired === 'deny' ? 'each one in force' : 'expired ones are reported'}`,
      found:
        [
          ...states.map((state) => `${inState(state).length} ${state}`),
          ...(ending.length === 0 ? [] : [`${ending.length} within ${exceptionEndsSoon} days of the end`]),
        ].join(', ') || 'no exceptions',
      violations: [
        ...refused,
        ...(unused === 'deny' ? stale.unused : []),
        ...(expired === 'deny' ? stale.expired : []),
      ],
      remarks: [...(unused === 'deny' ? [] : stale.unused), ...(expired === 'deny' ? [] : stale.expired), ...ending],
    }
  },
}

function toViolation({ exception, state, fault }: ExceptionUse): Violation {
  const { expires, owner } = exception
  const said = {
    unused: {
      wanted: 'a violation that it allows',
      found: 'it matches nothing',
      remedy: `Remove the exception; ${owner} owns it.`,
    },
    expired: {
      wanted: `a last day that is not in the past`,
      found: `its last day was ${expires}: it no longer counts`,
      remedy: `Ask ${owner}, who owns it: fix the violation, or accept the risk again with a new last day.`,
    },
    refused: {
      wanted: 'a valid exception',
      found: fault ?? 'refused',
      remedy: 'Fix or remove the exception.',
    },
  }
  return {
    ...nameOf(exception),
    severity: state === 'unused' ? 'low' : 'medium',
    ...(said[state as keyof typeof said] ?? said.refused),
  }
}

function toRemark({ exception }: ExceptionUse, now: Date): Violation {
  const { expires, owner } = exception
  const days = daysUntil(expires, now)
  return {
    ...nameOf(exception),
    severity: 'low',
    wanted: `more than ${exceptionEndsSoon} days to the last day of an exception that is used`,
    found: `its last day is ${expires}${days === 0 ? ': today' : `, ${days === 1 ? 'tomorrow' : `in ${days} days`}`}; then the violation counts again`,
    remedy: `Ask ${owner}, who owns it: fix the violation before then, or reassess the risk.`,
  }
}

/** Identifies an exception: what it allows, and everything that narrows it. */
function nameOf({
  rule,
  id,
  subject,
  platform,
  image,
  digest,
  path,
  package: named,
  origin,
}: ExceptionUse['exception']): Pick<Violation, 'id' | 'subject' | 'platform'> {
  const scope = [
    subject,
    named,
    path,
    image,
    digest,
    origin === undefined ? undefined : `${origin.path}, ${origin.place}`,
  ].filter((part) => part !== undefined)
  return { id: `${rule}/${id}`, subject: scope.join(' '), ...(platform === undefined ? {} : { platform }) }
}
