import { rulesWithoutExceptions } from './rule-ids.ts'
import type { Exception } from './schema.ts'
import { daysUntil } from './units.ts'

/** Why an exception may not count at all, whatever it matches; undefined where nothing is wrong with it. An expired one is lawful: it merely no longer counts. */
export function exceptionFault(exception: Pick<Exception, 'rule' | 'id' | 'subject' | 'expires'>, maximumDays: number, now: Date): { key: 'rule' | 'id' | 'expires'; message: string } | undefined {
  if ((rulesWithoutExceptions as readonly string[]).includes(exception.rule)) {
    return {
      key: 'rule',
      message: `no exception is possible from ${exception.rule}: ${exception.rule === 'evidence' ? 'missing evidence is not a risk that can be weighed; make the evidence available' : 'an exception cannot allow another; repair or remove the other one'}`,
    }
  }
  if (exception.id === 'unidentified' && exception.subject === undefined) {
    return { key: 'id', message: 'wanted one finding, found "unidentified", which every finding without an id of its own carries; add the subject that the report prints' }
  }
  const days = daysUntil(exception.expires, now)
  if (days > maximumDays) {
    return { key: 'expires', message: `wanted a day at most ${maximumDays} days from today (exceptions.maximumDays), found ${exception.expires}, ${days} days away; choose an earlier day and look at the risk again then` }
  }
  return undefined
}

/** True on the last day of an exception and before it; the day is taken in UTC. */
export function isInForce(exception: Pick<Exception, 'expires'>, now: Date): boolean {
  return daysUntil(exception.expires, now) >= 0
}
