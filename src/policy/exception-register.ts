import {
  compareText,
  namesPackage,
  parsePackageUrl,
  type AcceptedRisk,
  type Digest,
  type Excepted,
  type Platform,
  type Violation,
} from '../model/index.ts'
import { isControlId } from './control-ids.ts'
import { exceptionFault, isInForce } from './exception-fault.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Policy, RegisterEntry } from './schema.ts'
import { daysUntil } from '../model/units.ts'
import { groupBy } from '../model/group-by.ts'

/**
 * The state of an exception: `used` allowed something; `unused` matched nothing; `expired` is past its last day and did
 * not apply; `unjudged` names a rule that could not be judged because evidence is missing; `elsewhere` names a
 * different image; `refused` cannot apply, whatever it matches.
 */
export interface ExceptionUse {
  exception: RegisterEntry
  state: 'used' | 'unused' | 'expired' | 'unjudged' | 'elsewhere' | 'refused'
  /** Why it is refused. */
  fault?: string
}

/** The judged images: what an exception can name besides the violation itself. */
export interface JudgedImages {
  /** Absent if the image has no name: then an exception for a named one allows nothing. */
  name: string | undefined
  digests: ReadonlyMap<Platform, Digest>
}

/**
 * A policy's exceptions at a given time, and their states. An exception allows the violations of its rule with its ID,
 * and of those only the ones that match everything else it names: subject, platform, image, digest, path, package.
 */
export interface ExceptionRegister {
  /** Splits violations into those that remain and those that an exception allows. */
  apply(rule: RegisterEntry['rule'], violations: readonly Violation[]): { remaining: Violation[]; excepted: Excepted[] }
  /** Records that a rule could not be judged: its exceptions are neither used nor unused. */
  leaveOpen(rule: RegisterEntry['rule']): void
  /** Sorted by content, whatever their order in the policy. */
  uses(): ExceptionUse[]
}

/**
 * Opens the register, for the gate's rules or for the audit's controls: each sees only its own entries. Expired or
 * invalid exceptions have no effect, even if the loader let them through.
 */
export function openRegister(
  policy: Policy,
  images: JudgedImages,
  now: Date,
  reader: 'gate' | 'audit' = 'gate',
): ExceptionRegister {
  const own = policy.exceptions.register.filter(({ rule }) => isControlId(rule) === (reader === 'audit'))
  const entries = own.map((exception): ExceptionUse => {
    const fault = exceptionFault(exception, policy.exceptions.maximumDays, now)
    if (fault) return { exception, state: 'refused', fault: fault.message }
    if (exception.image !== undefined && exception.image !== images.name) return { exception, state: 'elsewhere' }
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
        const matching = (byId.get(violation.id) ?? []).filter(({ exception }) => covers(exception, violation, images))
        for (const entry of matching) entry.state = 'used'
        // If several match, the report names the same one whatever their order in the file.
        const [first] = matching.toSorted(compareUses)
        if (first) excepted.push({ violation, ...acceptedRisk(first.exception, now) })
        else remaining.push(violation)
      }
      return { remaining, excepted }
    },
    leaveOpen(rule) {
      for (const entry of entries)
        if (entry.exception.rule === rule && entry.state === 'unused') entry.state = 'unjudged'
    },
    uses: () => foldByOrigin(entries).toSorted(compareUses),
  }
}

function covers(exception: RegisterEntry, violation: Violation, { digests }: JudgedImages): boolean {
  const { subject, platform, digest, path, package: named } = exception
  return (
    (subject === undefined || subject === violation.subject) &&
    (platform === undefined || platform === violation.platform) &&
    (digest === undefined || (violation.platform !== undefined && digest === digests.get(violation.platform))) &&
    (path === undefined || path === violation.location?.path) &&
    (named === undefined || coversPackage(named, violation.package))
  )
}

function coversPackage(named: string, found: string | undefined): boolean {
  const wanted = parsePackageUrl(named)
  const met = parsePackageUrl(found ?? '')
  return wanted !== undefined && met !== undefined && namesPackage(wanted, met)
}

function acceptedRisk(
  { reason, owner, ticket, created, expires, compensatingControl, vex, origin }: RegisterEntry,
  now: Date,
): AcceptedRisk {
  return {
    reason,
    owner,
    ...(ticket === undefined ? {} : { ticket }),
    ...(created === undefined ? {} : { created }),
    expires,
    daysLeft: daysUntil(expires, now),
    ...(compensatingControl === undefined ? {} : { compensatingControl }),
    ...(vex === undefined ? {} : { vex }),
    ...(origin === undefined ? {} : { origin }),
  }
}

/**
 * One statement of an ignore file can be several exceptions: for each package, image and name of the vulnerability that it lists.
 * It is used if one of them is, and reported as unused or expired only once.
 */
function foldByOrigin(entries: readonly ExceptionUse[]): ExceptionUse[] {
  const groups = groupBy(entries.toSorted(compareUses), ({ exception }) => canonicalJson(exception.origin ?? exception))
  return [...groups.values()].flatMap((group) => {
    if (group[0]?.exception.origin === undefined) return group.map((entry) => ({ ...entry }))
    const telling = group.filter(({ state }) => state === 'used' || state === 'refused')
    return (telling.length > 0 ? telling : group.slice(0, 1)).map((entry) => ({ ...entry }))
  })
}

function compareUses(left: ExceptionUse, right: ExceptionUse): number {
  return compareText(canonicalJson(left.exception), canonicalJson(right.exception))
}
