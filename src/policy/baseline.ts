import { DeliveryError } from '../model/errors.ts'
import {
  compareSeverity,
  digestOf,
  type Binding,
  type Digest,
  type EarlierFinding,
  type EarlierSize,
  type Evidence,
  type Known,
  type MadeKnown,
  type Verdict,
  type Violation,
} from '../model/index.ts'
import { readRun } from '../model/read-run.ts'
import { rulesWithBaseline } from './rule-ids.ts'
import type { Policy } from './schema.ts'
import { formatDuration, parseDuration } from '../model/units.ts'
import { clockSkew } from '../model/clock-skew.ts'
import { groupBy } from '../model/group-by.ts'

/** An earlier verdict on the same application. */
export interface Baseline extends MadeKnown {
  /** The digest of the document that says so. */
  digest: Digest
  /** When it was judged, and which images. */
  judged: Pick<Binding, 'at' | 'images'>
}

/** What an earlier verdict makes known, at a given time. */
export interface KnownFindings {
  /**
   * Splits a rule's rejecting violations into known and new ones. `aged` counts those that count as new because they
   * were known for too long.
   */
  part(rule: string, violations: readonly Violation[]): { known: Known[]; fresh: Violation[]; aged: number }
}

/**
 * Reads an earlier `verdict.json` as the baseline of an application.
 * Throws `USAGE` if it cannot be read, has no verdict or is about a different application, and `POLICY` if the policy does not accept it.
 */
export function acceptBaseline(
  { path, text }: { path: string; text: string },
  name: string,
  policy: Policy,
  now: Date,
): Baseline {
  refuseFile(policy)
  const { verdict, evidence, subject } = readRun(text, path)
  if (verdict === undefined)
    throw new DeliveryError(
      'USAGE',
      `expected a baseline with a verdict, found a run without one in ${path}`,
      'Give the verdict.json of a run that reached a verdict.',
    )
  if (subject.name !== name) {
    throw new DeliveryError(
      'USAGE',
      `expected a baseline of ${name}, found one of ${subject.name} in ${path}`,
      'Give the verdict of an earlier run on this application; set image.name in the policy to give it the same name everywhere.',
    )
  }
  const baseline = {
    digest: digestOf(text),
    judged: verdict.binding,
    ...madeKnown(verdict, evidence),
  }
  checkBaseline(policy, baseline, now)
  return baseline
}

/** Throws `POLICY` if the policy only accepts the verdict of a release. */
function refuseFile({ baseline }: Policy): void {
  if (baseline.signer !== undefined)
    throw new DeliveryError(
      'POLICY',
      'expected the attested verdict of a release as the baseline (baseline.signer), found a file',
      'Name the release with --baseline-release registry/repository:tag.',
    )
}

/** What a verdict on this evidence makes known to later ones. */
export function madeKnown(verdict: Verdict, evidence: Pick<Evidence, 'platforms'> | undefined): MadeKnown {
  return { findings: earlierFindings(verdict), sizes: evidence === undefined ? [] : earlierSizes(evidence) }
}

function earlierSizes({ platforms }: Pick<Evidence, 'platforms'>): EarlierSize[] {
  return platforms.flatMap(({ archive: { platform }, evidence: { size } }) =>
    size.status === 'collected'
      ? [{ platform, unpacked: size.value.unpacked, layers: size.value.layers, largest: size.value.largest }]
      : [],
  )
}

/**
 * The findings that a verdict makes known. Undecided results, and rules whose findings are always judged again, make
 * nothing known; nor does a violation that an exception allowed.
 */
function earlierFindings({ binding, results }: Verdict): EarlierFinding[] {
  return results
    .filter(({ rule, status }) => status !== 'undecided' && status !== 'off' && isKnowable(rule))
    .flatMap(({ rule, violations, known = [] }) => [
      ...violations.map((violation) => earlierFinding(rule, violation, binding.at)),
      ...known.map(({ violation, since }) => earlierFinding(rule, violation, since)),
    ])
}

function isKnowable(rule: string): boolean {
  return (rulesWithBaseline as readonly string[]).includes(rule)
}

function earlierFinding(
  rule: string,
  { id, subject, severity, platform, location }: Violation,
  since: string,
): EarlierFinding {
  return {
    rule,
    id,
    subject,
    severity,
    ...(platform === undefined ? {} : { platform }),
    ...(location?.path === undefined ? {} : { path: location.path }),
    since,
  }
}

/** Throws `POLICY` if the policy accepts no baseline and compares no size with one. */
export function requireUse({ baseline, size }: Policy): void {
  if (!baseline.accept && size.growth === undefined)
    throw new DeliveryError(
      'POLICY',
      'a baseline was given, but the policy accepts none (baseline.accept: false)',
      'Remove the baseline, or set baseline.accept to true in the policy, with the rules whose findings may be known. To compare only sizes, set size.growth.',
    )
}

/** Throws `POLICY` if the policy does not accept this baseline: it has no use for one, or this one is too old, or from the future. */
export function checkBaseline(policy: Policy, { judged }: Pick<Baseline, 'judged'>, now: Date): void {
  requireUse(policy)
  const { maximumAge } = policy.baseline
  const age = now.getTime() - Date.parse(judged.at)
  if (!(age >= -clockSkew))
    throw new DeliveryError(
      'POLICY',
      `expected a baseline from the past, found one from ${judged.at}`,
      "Check the machine's clock, and where the baseline comes from.",
    )
  if (age > parseDuration(maximumAge)) {
    throw new DeliveryError(
      'POLICY',
      `expected a baseline not older than ${maximumAge} (baseline.maximumAge), found one from ${judged.at}, ${formatDuration(age)} old`,
      'Fix its findings, or accept them with exceptions; then give the verdict of a newer run, or none.',
    )
  }
}

/**
 * Opens a baseline. A violation is known if the earlier verdict had one with the same rule, ID, subject, platform and
 * path that was not milder, and if the first verdict with it is not older than the policy allows. Each earlier
 * violation makes at most one known. Rules that the policy does not name make nothing known.
 */
export function openBaseline(policy: Policy, baseline: Baseline | undefined, now: Date): KnownFindings {
  if (baseline === undefined) return { part: (_, violations) => ({ known: [], fresh: [...violations], aged: 0 }) }
  checkBaseline(policy, baseline, now)
  const entries = (policy.baseline.accept ? baseline.findings : [])
    .filter(({ rule }) => (policy.baseline.rules as readonly string[]).includes(rule) && isKnowable(rule))
    // The worst first, so that two violations that differ only in severity are each matched by their equal.
    .toSorted((left, right) => compareSeverity(left.severity, right.severity))
  const earlier = groupBy(entries, identity)
  const oldest = now.getTime() - parseDuration(policy.baseline.maximumAge)

  return {
    part(rule, violations) {
      const left = new Map([...earlier].map(([name, group]) => [name, [...group]]))
      const known: Known[] = []
      const fresh: Violation[] = []
      let aged = 0
      for (const violation of violations.toSorted((one, other) => compareSeverity(one.severity, other.severity))) {
        const group = left.get(identity(earlierFinding(rule, violation, ''))) ?? []
        const at = group.findLastIndex((entry) => compareSeverity(entry.severity, violation.severity) <= 0)
        const [entry] = at === -1 ? [] : group.splice(at, 1)
        if (entry !== undefined && Date.parse(entry.since) >= oldest)
          known.push({ violation, since: earlierOf(entry.since, baseline.judged.at) })
        else fresh.push(violation)
        if (entry !== undefined && !(Date.parse(entry.since) >= oldest)) aged++
      }
      return { known, fresh, aged }
    },
  }
}

/** What a verdict records about its baseline. */
export function baselineBinding({ digest, judged }: Baseline): NonNullable<Binding['baseline']> {
  return { digest, at: judged.at, images: judged.images }
}

/** Nothing can have been known before its first judgement, whatever a document says. */
function earlierOf(one: string, other: string): string {
  return Date.parse(one) < Date.parse(other) ? one : other
}

/** What identifies a violation. */
function identity({ rule, id, subject, platform = '', path = '' }: EarlierFinding): string {
  return JSON.stringify([rule, id, subject, platform, path])
}
