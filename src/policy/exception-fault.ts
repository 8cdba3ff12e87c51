import { isControlId } from './control-ids.ts'
import { rulesWithoutExceptions, rulesWithPackages, rulesWithoutImage, type RuleId } from './rule-ids.ts'
import type { Exception, Suppression } from './schema.ts'
import { daysUntil } from '../model/units.ts'

/** What is wrong with an exception, and at which of its keys. */
export interface ExceptionFault {
  key: keyof Exception
  message: string
}

/** Why an exception may not count at all, whatever it matches; undefined where nothing is wrong with it. An expired one is lawful: it merely no longer counts. */
export function exceptionFault(exception: Exception, maximumDays: number, now: Date): ExceptionFault | undefined {
  const { rule } = exception
  const isIn = (rules: readonly RuleId[]) => (rules as readonly string[]).includes(rule)
  if (isIn(rulesWithoutExceptions)) {
    return {
      key: 'rule',
      message: `no exception is possible from ${rule}: ${rule === 'evidence' ? 'missing evidence is not a risk that can be weighed; make the evidence available' : 'an exception cannot allow another; fix or remove the other one'}`,
    }
  }
  if (exception.id === 'unidentified' && exception.subject === undefined) {
    return {
      key: 'id',
      message:
        'expected one finding, found "unidentified", which every finding without an id of its own carries; add the subject that the report prints',
    }
  }
  if (isControlId(rule)) {
    // A control judges files, which have no image, platform or package.
    for (const key of ['platform', 'digest', 'image', 'package', 'vex'] as const)
      if (exception[key] !== undefined)
        return {
          key,
          message: `no finding of ${rule} has one: a control of the audit is narrowed by id, subject and path; remove the key`,
        }
    return lifeFault(exception, maximumDays, now)
  }
  for (const key of ['platform', 'digest'] as const) {
    if (exception[key] !== undefined && isIn(rulesWithoutImage))
      return {
        key,
        message: `no violation of ${rule} has one: it is about the source, and the same for every image; remove the key`,
      }
  }
  if (exception.package !== undefined && !isIn(rulesWithPackages))
    return { key: 'package', message: `no violation of ${rule} is about a package; remove the key` }
  if (exception.vex !== undefined && rule !== 'vulnerabilities')
    return { key: 'vex', message: `OpenVEX speaks of vulnerabilities, and not of ${rule}; remove the key` }
  return lifeFault(exception, maximumDays, now)
}

/** What is wrong with the days of an exception, or of a file of exceptions. */
export function lifeFault(
  { created, expires }: Pick<Suppression, 'created' | 'expires'>,
  maximumDays: number,
  now: Date,
): { key: 'created' | 'expires'; message: string } | undefined {
  if (created !== undefined && daysUntil(created, now) > 0) {
    return {
      key: 'created',
      message: `expected a day that is not in the future, found ${created}; days are counted in UTC`,
    }
  }
  // Days of this form are in the order of their text.
  if (created !== undefined && expires <= created)
    return { key: 'expires', message: `expected a day after ${created}, on which it was created, found ${expires}` }
  const days = daysUntil(expires, now)
  if (days > maximumDays) {
    return {
      key: 'expires',
      message: `expected a day at most ${maximumDays} days from today (exceptions.maximumDays), found ${expires}, ${days} days away; choose an earlier day and look at the risk again then`,
    }
  }
  return undefined
}

/** True on the last day of an exception and before it; the day is taken in UTC. */
export function isInForce(exception: Pick<Exception, 'expires'>, now: Date): boolean {
  return daysUntil(exception.expires, now) >= 0
}
