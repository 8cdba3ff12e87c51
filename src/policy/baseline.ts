import { DeliveryError } from '../model/errors.ts'
import {
  compareSeverity,
  digestOf,
  type Binding,
  type Digest,
  type Evidence,
  type Known,
  type Verdict,
  type Violation,
} from '../model/index.ts'
import { readRun } from '../model/read-run.ts'
import { rulesWithoutBaseline } from './rule-ids.ts'
import type { Policy } from './schema.ts'
import { formatDuration, parseDuration } from '../model/units.ts'
import { clockSkew } from '../model/clock-skew.ts'
import { groupBy } from '../model/group-by.ts'

/** An earlier verdict on the same application. */
export interface Baseline {
  /** Of the document's bytes. */
  digest: Digest
  verdict: Verdict
  evidence: Evidence | undefined
}

/** What an earlier verdict makes known, at a moment. */
export interface KnownFindings {
  /** Parts the violations of a rule that deny into known and new ones. `aged` counts new ones that were known for too long. */
  part(rule: string, violations: readonly Violation[]): { known: Known[]; fresh: Violation[]; aged: number }
}

/**
 * Reads an earlier `verdict.json` as the baseline of an application.
 * Throws `USAGE` where it cannot be read, has no verdict or is about another application, and `POLICY` where the policy does not take it.
 */
export function acceptBaseline(
  { path, text }: { path: string; text: string },
  name: string,
  policy: Policy,
  now: Date,
): Baseline {
  const { verdict, evidence, subject } = readRun(text, path)
  if (verdict === undefined)
    throw new DeliveryError(
      'USAGE',
      `expected a baseline with a verdict, found a run without one in ${path}`,
      'Give the verdict.json of a run that came to a verdict.',
    )
  if (subject.name !== name) {
    throw new DeliveryError(
      'USAGE',
      `expected a baseline of ${name}, found one of ${subject.name} in ${path}`,
      'Give the verdict of an earlier run on this application; image.name in the policy gives it one name wherever it runs.',
    )
  }
  const baseline = { digest: digestOf(text), verdict, evidence }
  checkBaseline(policy, baseline, now)
  return baseline
}

/** Throws `POLICY` where the policy does not take this baseline: it takes none and compares no size with one, or it is too old, or from the future. */
function checkBaseline(policy: Policy, { verdict }: Baseline, now: Date): void {
  const { accept, maximumAge } = policy.baseline
  if (!accept && policy.size.growth === undefined)
    throw new DeliveryError(
      'POLICY',
      'a baseline was given, and the policy accepts none (baseline.accept: false)',
      'Leave the baseline out, or set baseline.accept to true in the policy, with the rules whose findings may be known. To compare only sizes, set size.growth.',
    )
  const age = now.getTime() - Date.parse(verdict.binding.at)
  if (!(age >= -clockSkew))
    throw new DeliveryError(
      'POLICY',
      `expected a baseline of the past, found one of ${verdict.binding.at}`,
      'Check the clock of the machine, or where the baseline comes from.',
    )
  if (age > parseDuration(maximumAge)) {
    throw new DeliveryError(
      'POLICY',
      `expected a baseline of at most ${maximumAge} (baseline.maximumAge), found one of ${verdict.binding.at}, ${formatDuration(age)} old`,
      'Fix what it has, or accept it by exceptions; then give the verdict of a newer run, or none.',
    )
  }
}

/**
 * Opens a baseline. A violation is known where the earlier verdict had one of the same rule, id, subject, platform and path that was not milder,
 * and where the first verdict that had it is not older than the policy allows. Each one of the earlier verdict makes at most one known.
 * What an exception allowed then, what was undecided, and rules that the policy does not name make nothing known.
 */
export function openBaseline(policy: Policy, baseline: Baseline | undefined, now: Date): KnownFindings {
  if (baseline === undefined) return { part: (_, violations) => ({ known: [], fresh: [...violations], aged: 0 }) }
  checkBaseline(policy, baseline, now)
  const { verdict } = baseline
  const entries = (policy.baseline.accept ? verdict.results : [])
    .filter(
      ({ rule, status }) =>
        status !== 'undecided' &&
        status !== 'off' &&
        (policy.baseline.rules as readonly string[]).includes(rule) &&
        !(rulesWithoutBaseline as readonly string[]).includes(rule),
    )
    .flatMap(({ rule, violations, known = [] }) => [
      ...violations.map((violation) => ({ rule, violation, since: verdict.binding.at })),
      ...known.map(({ violation, since }) => ({ rule, violation, since: earlierOf(since, verdict.binding.at) })),
    ])
    // The worst first: so that two that differ in nothing but their severity are each matched by their like.
    .toSorted((left, right) => compareSeverity(left.violation.severity, right.violation.severity))
  const earlier = groupBy(entries, ({ rule, violation }) => identity(rule, violation))
  const oldest = now.getTime() - parseDuration(policy.baseline.maximumAge)

  return {
    part(rule, violations) {
      const left = new Map([...earlier].map(([name, group]) => [name, [...group]]))
      const known: Known[] = []
      const fresh: Violation[] = []
      let aged = 0
      for (const violation of violations.toSorted((one, other) => compareSeverity(one.severity, other.severity))) {
        const group = left.get(identity(rule, violation)) ?? []
        const at = group.findLastIndex((entry) => compareSeverity(entry.violation.severity, violation.severity) <= 0)
        const [entry] = at === -1 ? [] : group.splice(at, 1)
        if (entry !== undefined && Date.parse(entry.since) >= oldest) known.push({ violation, since: entry.since })
        else fresh.push(violation)
        if (entry !== undefined && !(Date.parse(entry.since) >= oldest)) aged++
      }
      return { known, fresh, aged }
    },
  }
}

/** What a verdict is bound to of its baseline. */
export function baselineBinding({ digest, verdict }: Baseline): NonNullable<Binding['baseline']> {
  return { digest, at: verdict.binding.at, images: verdict.binding.images }
}

/** Nothing was known before it was judged for the first time, whatever a document says. */
function earlierOf(one: string, other: string): string {
  return Date.parse(one) < Date.parse(other) ? one : other
}

/** What tells a violation from every other. The path is part of it: a second copy of a package is a second finding. */
function identity(rule: string, { id, subject, platform, location }: Violation): string {
  return JSON.stringify([rule, id, subject, platform ?? '', location?.path ?? ''])
}
