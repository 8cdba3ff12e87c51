import { exceptionFault, lifeFault } from './exception-fault.ts'
import { exceptionIdFault } from './exception-id.ts'
import { shippedPolicyNames, type ShippedPolicyName } from './file.ts'
import type { PlacedDocument, Problem } from '../model/read-yaml.ts'
import { ruleOwners, rulesThatAlwaysDeny, type RuleId } from './rule-ids.ts'
import { Exception, Policy, RuleSetting, Suppression } from './schema.ts'
import { daysUntil } from '../model/units.ts'

/** Reports a problem with the value at a path of keys. */
type Report = (path: PropertyKey[], message: string) => void

/** Constraints that no schema can express: they need the clock, or involve several values. Each part is checked only if it can be read, so that all problems are reported at once. */
export function lawProblems(
  document: PlacedDocument,
  now: Date,
  below: (extended: ShippedPolicyName | undefined) => Policy,
): Problem[] {
  const problems: Problem[] = []
  const report: Report = (path, message) => problems.push({ ...document.placeOf(path), path, message })
  const { extends: extended, rules, exceptions, suppressions } = asRecord(document.value)
  const base = below(shippedPolicyNames.find((name) => name === extended))
  const given = Policy.shape.exceptions.shape.maximumDays.safeParse(asRecord(exceptions)['maximumDays'])
  const life = { now, maximumDays: given.success ? given.data : base.exceptions.maximumDays }
  for (const [rule, value] of Object.entries(asRecord(rules))) judgeSetting(rule, value, life, report)
  judgeRegister(asRecord(exceptions)['register'], life, report)
  for (const [kind, list] of Object.entries(asRecord(suppressions))) judgeSuppressions(kind, list, life, report)
  return problems
}

/** How long an exception may last, and from when. */
interface Life {
  now: Date
  maximumDays: number
}

function judgeSetting(rule: string, value: unknown, { now, maximumDays }: Life, report: Report): void {
  const setting = RuleSetting.safeParse(value)
  if (!setting.success) return
  const { level, effectiveFrom } = setting.data
  const mustDeny = (rulesThatAlwaysDeny as readonly string[]).includes(rule)
  if (mustDeny && (level !== 'deny' || effectiveFrom !== undefined)) {
    report(
      ['rules', rule],
      `the rule ${rule} always rejects: without evidence the answer cannot be yes; remove the setting and make the evidence available`,
    )
  }
  judgeOwners(rule, setting.data, report)
  if (effectiveFrom !== undefined && daysUntil(effectiveFrom, now) > maximumDays) {
    report(
      ['rules', rule, 'effectiveFrom'],
      `expected a date at most ${maximumDays} days from today (exceptions.maximumDays), found ${effectiveFrom}; choose an earlier date, or set level: warn with a reason`,
    )
  }
}

function judgeOwners(rule: string, { level, owners }: RuleSetting, report: Report): void {
  const known = ruleOwners[rule as RuleId]
  const at = ['rules', rule, 'owners']
  if (owners === undefined) return
  if (known === undefined) report(at, `the rule ${rule} judges the image as a whole and has no owners; remove the key`)
  else if (level === 'off') report(at, 'a rule that is off judges nothing; remove the key, or set level: deny or warn')
  else
    for (const owner of Object.keys(owners))
      if (!known.some((kind) => kind === owner))
        report([...at, owner], `expected ${known.join(' or ')}; no finding of the rule ${rule} has the owner ${owner}`)
}

function judgeRegister(register: unknown, { now, maximumDays }: Life, report: Report): void {
  const seen = new Map<string, number>()
  for (const [index, value] of (Array.isArray(register) ? register : []).entries()) {
    const exception = Exception.safeParse(value)
    if (!exception.success) continue
    const { rule, id, subject, platform, image, digest, path, package: named } = exception.data
    const fault = exceptionFault(exception.data, maximumDays, now)
    if (fault) report(['exceptions', 'register', index, fault.key], fault.message)
    const idFault = exceptionIdFault(rule, id)
    if (idFault !== undefined) report(['exceptions', 'register', index, 'id'], idFault)
    const identity = JSON.stringify([rule, id, subject, platform, image, digest, path, named])
    const first = seen.get(identity)
    if (first !== undefined)
      report(
        ['exceptions', 'register', index],
        `the same exception as exceptions.register[${first}]: same rule, id and scope; keep one`,
      )
    else seen.set(identity, index)
  }
}

function judgeSuppressions(kind: string, list: unknown, { now, maximumDays }: Life, report: Report): void {
  const named = new Map<string, number>()
  for (const [index, value] of (Array.isArray(list) ? list : []).entries()) {
    const suppression = Suppression.safeParse(value)
    if (!suppression.success) continue
    const fault = lifeFault(suppression.data, maximumDays, now)
    if (fault) report(['suppressions', kind, index, fault.key], fault.message)
    const first = named.get(suppression.data.file)
    if (first !== undefined)
      report(['suppressions', kind, index, 'file'], `the same file as suppressions.${kind}[${first}]; keep one`)
    else named.set(suppression.data.file, index)
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
