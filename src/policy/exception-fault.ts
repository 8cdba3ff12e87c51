import { isControlId } from './control-ids.ts'
import { rulesWithoutExceptions, rulesWithPackages, rulesWithoutImage, type RuleId } from './rule-ids.ts'
import type { Exception, Suppression } from './schema.ts'
import { daysUntil } from '../model/units.ts'

/** What is wrong with an exception, and at which key. */
export interface ExceptionFault {
  key: keyof Exception
  message: string
}

/**
 * Why an exception cannot apply at all, whatever it matches; undefined if nothing is wrong with it. An expired one is
 * valid: it merely no longer applies.
 */
export function exceptionFault(exception: Exception, maximumDays: number, now: Date): ExceptionFault | undefined {
  const { rule } = exception
  const isIn = (rules: readonly RuleId[]) => (rules as readonly string[]).includes(rule)
  if (isIn(rulesWithoutExceptions)) {
    return {
      key: 'rule',
      message: `no exception is possible from ${rule}: ${rule === 'evidence' ? 'missing evidence is not a risk that can be accepted; make the evidence available' : 'an exception cannot allow another one; fix or remove the other one'}`,
    }
  }
  if (exception.id === 'unidentified' && exception.subject === undefined) {
    return {
      key: 'id',
      message:
        'expected a single finding, found "unidentified", which stands for every finding without an ID; add the subject that the report prints',
    }
  }
  if (isControlId(rule)) {
    // A control judges files, which have no image, platform or package.
    for (const key of ['platform', 'digest', 'image', 'package', 'vex'] as const)
      if (exception[key] !== undefined)
        return {
          key,
          message: `no finding of ${rule} has one: an audit control is narrowed by id, subject and path; remove the key`,
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
    return { key: 'vex', message: `OpenVEX covers vulnerabilities, not ${rule}; remove the key` }
  return lifeFault(exception, maximumDays, now)
}

/** What is wrong with the dates of an exception, or of a file of exceptions. */
export function lifeFault(
  { created, expires }: Pick<Suppression, 'created' | 'expires'>,
  maximumDays: number,
  now: Date,
): { key: 'created' | 'expires'; message: string } | undefined {
  if (created !== undefined) {
    if (daysUntil(created, now) > 0)
      return {
        key: 'created',
        message: `expected a date that is not in the future, found ${created}; dates are in UTC`,
      }
    // Dates in this form sort by their text.
    if (expires <= created)
      return { key: 'expires', message: `expected a date after ${created}, when it was created, found ${expires}` }
  }
  const days = daysUntil(expires, now)
  if (days > maximumDays) {
    return {
      key: 'expires',
      message: `expected a date at most ${maximumDays} days from today (exceptions.maximumDays), found ${expires}, ${days} days away; choose an earlier date and reassess the risk then`,
    }
  }
  return undefined
}

/** Whether an exception still applies: up to and including its last day, in UTC. */
export function isInForce(exception: Pick<Exception, 'expires'>, now: Date): boolean {
  return daysUntil(exception.expires, now) >= 0
}
