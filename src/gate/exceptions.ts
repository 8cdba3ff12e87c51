import { compareText, type Excepted, type Violation } from '../model/index.ts'
import { exceptionFault, isInForce } from '../policy/exception-fault.ts'
import type { Exception, Policy } from '../policy/schema.ts'
import type { RuleId } from '../policy/rule-ids.ts'
import { groupBy } from './group-by.ts'
import type { ExceptionUse } from './rule.ts'

/**
 * The exceptions of a policy at a moment, and what became of them. An exception allows the violations of its rule with its id,
 * and only those with its subject and platform where it names them.
 */
export interface ExceptionRegister {
  /** Parts violations into those that remain and those that an exception allows. */
  apply(rule: RuleId, violations: readonly Violation[]): { remaining: Violation[]; excepted: Excepted[] }
  /** Says that a rule could not be judged: its exceptions are neither used nor unused. */
  leaveOpen(rule: RuleId): void
  uses(): ExceptionUse[]
}

/** Opens the register. Exceptions past their last day or against the law of the register count for nothing, whatever the loader let through. */
export function openRegister(policy: Policy, now: Date): ExceptionRegister {
  const entries = policy.exceptions.register.map((exception): ExceptionUse => {
    const fault = exceptionFault(exception, policy.exceptions.maximumDays, now)
    if (fault) return { exception, state: 'refused', fault: fault.message }
    return { exception, state: isInForce(exception, now) ? 'unused' : 'expired' }
  })

  return {
    apply(rule, violations) {
      const byId = groupBy(
        entries.filter(({ exception, state }) => exception.rule === rule && (state === 'unused' || state === 'used')),
        ({ exception }) => exception.id,
      )
      const remaining: Violation[] = []
      const excepted: Excepted[] = []
      for (const violation of violations) {
        const matching = (byId.get(violation.id) ?? []).filter(({ exception }) => covers(exception, violation))
        for (const entry of matching) entry.state = 'used'
        // Where several match, the report names the same one whatever their order in the file.
        const [first] = matching.toSorted((left, right) => compareText(JSON.stringify(left.exception), JSON.stringify(right.exception)))
        if (first) excepted.push({ violation, reason: first.exception.reason, owner: first.exception.owner, expires: first.exception.expires })
        else remaining.push(violation)
      }
      return { remaining, excepted }
    },
    leaveOpen(rule) {
      for (const entry of entries) if (entry.exception.rule === rule && entry.state === 'unused') entry.state = 'unjudged'
    },
    uses: () => entries.map((entry) => ({ ...entry })),
  }
}

function covers(exception: Exception, violation: Violation): boolean {
  return (
    exception.id === violation.id &&
    (exception.subject === undefined || exception.subject === violation.subject) &&
    (exception.platform === undefined || exception.platform === violation.platform)
  )
}
