import { DeliveryError } from '../model/errors.ts'
import {
  compareSeverity,
  compareText,
  outcomeOf,
  type Archive,
  type Binding,
  type Evidence,
  type EvidenceKind,
  type Excepted,
  type Owner,
  type Platform,
  type RuleResult,
  type ToolIdentity,
  type Verdict,
  type Violation,
} from '../model/index.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import { clockSkew } from '../model/clock-skew.ts'
import { verdictCounts } from '../policy/fixed-numbers.ts'
import { policyDigest } from '../policy/policy-digest.ts'
import { rulesThatAlwaysDeny } from '../policy/rule-ids.ts'
import { Policy, type RuleSetting } from '../policy/schema.ts'
import { daysUntil, formatDuration, parseDuration } from '../model/units.ts'
import { baselineBinding, openBaseline, type Baseline, type KnownFindings } from '../policy/baseline.ts'
import { openRegister, type ExceptionRegister } from '../policy/exception-register.ts'
import { missingEvidence, notApplicable, toViolation } from './missing-evidence.ts'
import type { Answer, Question, Rule } from './rule.ts'
import { rules } from './rules.ts'

/** What the gate says; `passed` is there only where it says yes. */
export interface Judgement {
  verdict: Verdict
  passed: PassedVerdict | undefined
}

/** What a verdict can be bound to beside the evidence. */
export interface Context {
  /** Tools that worked on the image without giving evidence of their own, e.g. the builder. */
  tools?: readonly ToolIdentity[]
  /** An earlier verdict whose findings do not deny again, as far as the policy accepts that. */
  baseline?: Baseline | undefined
  /** Name of the image, which an exception can name; otherwise the policy's `image.name`. */
  image?: string
}

/**
 * Judges evidence by a policy at a moment. Pure: the same input gives the same verdict, byte for byte, in whatever order the evidence comes.
 *
 * Any rule that says no makes the verdict `rejected`; otherwise missing evidence makes it `undecided`; otherwise it is `passed`.
 * Throws a DeliveryError('POLICY') for a policy that the loader would have refused and for a baseline that the policy does not accept, and a RangeError for an invalid date.
 */
export function evaluate(policy: Policy, evidence: Evidence, now: Date, context: Context = {}): Judgement {
  if (Number.isNaN(now.getTime())) throw new RangeError('the gate needs the time of judging, and got an invalid date')
  checkPolicy(policy)

  const digests = new Map(evidence.platforms.map(({ archive }) => [archive.platform, archive.digest]))
  const images = { name: context.image ?? policy.image.name, digests }
  const asides: Asides = {
    register: openRegister(policy, images, now),
    earlier: openBaseline(policy, context.baseline, now),
  }
  const platforms = evidence.platforms.toSorted(
    (left, right) =>
      compareText(left.archive.platform, right.archive.platform) ||
      compareText(left.archive.digest, right.archive.digest),
  )
  const question: Question = {
    policy,
    evidence: { ...evidence, platforms },
    now,
    baseline: context.baseline,
    exceptions: [],
  }
  const results = rules.map((rule) => (rule.id === 'exceptions' ? undefined : judgeRule(rule, question, asides)))
  // Only now is it known which exceptions were used.
  const complete = rules.map(
    (rule, index) => results[index] ?? judgeRule(rule, { ...question, exceptions: asides.register.uses() }, asides),
  )

  const verdict: Verdict = {
    outcome: outcomeOf(complete),
    binding: bindingOf(policy, evidence, now, context),
    results: complete,
  }
  return { verdict, passed: verdict.outcome === 'passed' ? new Passed(mint, verdict) : undefined }
}

const longestValidity = parseDuration(verdictCounts)

const mint = Symbol('made by evaluate')

/** A verdict that says yes. Only `evaluate` can make one, and whoever publishes must show it: see PassedVerdict. */
class Passed {
  readonly #verdict: Verdict

  constructor(token: symbol, verdict: Verdict) {
    if (token !== mint || verdict.outcome !== 'passed')
      throw new TypeError('a passed verdict can only be made by the gate')
    this.#verdict = deepFreeze(structuredClone(verdict))
    Object.freeze(this)
  }

  get verdict(): Verdict {
    return this.#verdict
  }

  /** Throws a DeliveryError('PUBLISH') unless these are exactly the archives that were judged: each of them, nothing else, byte for byte. */
  mustCover(archives: ReadonlyArray<Pick<Archive, 'platform' | 'digest'>>): void {
    const judged = nameAll(this.#verdict.binding.images)
    const given = nameAll(archives)
    if (judged !== given)
      throw new DeliveryError(
        'PUBLISH',
        `the verdict is about ${judged}, not about ${given || 'an empty list of images'}`,
        'Judge exactly the images that are to be published: run the whole flow again.',
      )
  }

  /**
   * Throws a DeliveryError('PUBLISH') unless the verdict still says yes now: it was given under exactly this policy, not longer than a day ago,
   * and on a database that the policy's maximum age still allows where its rule counted.
   */
  mustHold(policy: Policy, now: Date): void {
    const { binding, results } = this.#verdict
    const again = 'Run the whole flow again.'
    const wanted = policyDigest(policy)
    if (binding.policy !== wanted)
      throw new DeliveryError(
        'PUBLISH',
        `the verdict was given under the policy ${binding.policy}, and the release is under ${wanted}`,
        again,
      )
    const age = now.getTime() - Date.parse(binding.at)
    if (!(age >= -clockSkew && age <= longestValidity)) {
      throw new DeliveryError(
        'PUBLISH',
        `the verdict is of ${binding.at}, and a verdict counts for ${formatDuration(longestValidity)}: it is now ${now.toISOString()}`,
        again,
      )
    }
    if (results.find(({ rule }) => rule === 'database-age')?.status !== 'passed') return
    const stale = binding.databases.find(
      ({ updatedAt }) => now.getTime() - Date.parse(updatedAt) > parseDuration(policy.database.maximumAge),
    )
    if (stale !== undefined)
      throw new DeliveryError(
        'PUBLISH',
        `the verdict rests on ${stale.name} of ${stale.updatedAt}, which is now older than ${policy.database.maximumAge}`,
        'Run again with a newer vulnerability database.',
      )
  }

  static isPassed(value: unknown): value is Passed {
    return typeof value === 'object' && value !== null && #verdict in value
  }
}

/** A verdict that says yes: an opaque value that only `evaluate` makes, frozen, and recognised at run time too. */
export type PassedVerdict = Passed

/** True for a verdict that `evaluate` of this process made and that says yes; a look-alike is not. */
export function isPassedVerdict(value: unknown): value is PassedVerdict {
  return Passed.isPassed(value)
}

function nameAll(images: ReadonlyArray<Pick<Archive, 'platform' | 'digest'>>): string {
  return images
    .map(({ platform, digest }) => `${platform} ${digest}`)
    .toSorted()
    .join(', ')
}

function checkPolicy(policy: Policy): void {
  const parsed = Policy.safeParse(policy)
  if (parsed.success) return
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the policy'}: expected ${issue.message}`,
  )
  throw new DeliveryError(
    'POLICY',
    problems.join('\n'),
    'Load the policy with loadPolicy, and check what was changed in it afterwards.',
  )
}

/** What may keep a violation from denying: an exception, or that an earlier verdict had it. */
interface Asides {
  register: ExceptionRegister
  earlier: KnownFindings
}

function judgeRule(rule: Rule, question: Question, { register, earlier }: Asides): RuleResult {
  const { policy, evidence, now } = question
  const { isOff, note, denies } = actingLevel(rule, policy, now)
  const about = { rule: rule.id, title: rule.title, kind: rule.needs[0] ?? 'policy', remedy: rule.remedy } as const
  if (isOff) return { ...about, status: 'off', wanted: 'not judged', found: note, violations: [], excepted: [] }

  const missing = missingEvidence(evidence, rule.needs)
  if (missing.length > 0) {
    register.leaveOpen(rule.id)
    return {
      ...about,
      status: 'undecided',
      wanted: `evidence: ${rule.needs.join(', ')}`,
      found: sayMissing(missing),
      violations: missing.map(toViolation).toSorted(compareViolations),
      excepted: [],
    }
  }

  const without = notApplicable(evidence, rule.needs)
  if (without.length > 0) {
    register.leaveOpen(rule.id)
    return {
      ...about,
      status: 'off',
      wanted: 'not judged',
      found: `not applicable: ${without.map(({ reason }) => reason).join('; ')}`,
      violations: [],
      excepted: [],
    }
  }

  const answer = rule.judge(question)
  if (answer.notJudged) {
    register.leaveOpen(rule.id)
    return { ...about, status: 'off', wanted: answer.wanted, found: answer.found, violations: [], excepted: [] }
  }
  const { counted, remarked, excepted } = applyExceptions(rule, answer, register)
  const denying = counted.filter(denies)
  // Evidence that proves nothing is never an old acquaintance.
  const { known, fresh, aged } =
    rule.means === 'undecided'
      ? { known: [], fresh: denying, aged: 0 }
      : earlier.part(rule.id, denying.toSorted(compareViolations))
  const violations = [
    ...fresh,
    ...counted.filter((violation) => !denies(violation)).map(asRemark),
    ...remarked.map(asRemark),
  ]
  const status =
    fresh.length > 0 ? (rule.means ?? 'failed') : violations.length > 0 || known.length > 0 ? 'warned' : 'passed'
  const notes = [
    answer.found,
    excepted.length > 0 ? `${excepted.length} excepted` : '',
    known.length > 0 ? `${known.length} known since an earlier verdict` : '',
    aged > 0 ? `${aged} known for longer than ${policy.baseline.maximumAge}, which count again` : '',
    note,
  ].filter((part) => part !== '')
  return {
    ...about,
    status,
    wanted: answer.wanted,
    found: notes.join('; '),
    violations: violations.toSorted(compareViolations),
    excepted: excepted.toSorted((left, right) => compareViolations(left.violation, right.violation)),
    ...(known.length === 0
      ? {}
      : { known: known.toSorted((left, right) => compareViolations(left.violation, right.violation)) }),
  }
}

function asRemark(violation: Violation): Violation {
  return { ...violation, remark: true }
}

/** Exceptions before the limit. What an earlier verdict had comes after both: a limit counts known findings as well, and where it is broken only the new ones deny. */
function applyExceptions(
  rule: Rule,
  answer: Answer,
  register: ExceptionRegister,
): { counted: Violation[]; remarked: Violation[]; excepted: Excepted[] } {
  const counted = register.apply(rule.id, answer.violations)
  const remarked = register.apply(rule.id, answer.remarks ?? [])
  return {
    counted: answer.overLimit ? answer.overLimit(counted.remaining) : counted.remaining,
    remarked: remarked.remaining,
    excepted: [...counted.excepted, ...remarked.excepted],
  }
}

/** How a rule acts today. */
interface Acting {
  isOff: boolean
  /** Whether a violation denies, or is only reported. */
  denies: (violation: Violation) => boolean
  /** What to say about it in the report. */
  note: string
}

function actingLevel(rule: Rule, policy: Policy, now: Date): Acting {
  const setting = policy.rules[rule.id]
  const always: Acting = { isOff: false, denies: () => true, note: '' }
  if (setting === undefined || (rulesThatAlwaysDeny as readonly string[]).includes(rule.id)) return always
  if (setting.level === 'off')
    return { isOff: true, denies: () => false, note: `switched off by the policy: ${setting.reason}` }
  const days = setting.effectiveFrom === undefined ? 0 : daysUntil(setting.effectiveFrom, now)
  // A day beyond the longest life of an exception would be a rule that is off without saying so: the loader refuses it, and here it does not count.
  const isDeferred = setting.level === 'deny' && days > 0 && days <= policy.exceptions.maximumDays
  if (isDeferred)
    return { ...always, denies: () => false, note: `only warns until ${setting.effectiveFrom}, then denies` }
  const differing = Object.entries(setting.owners ?? {}).filter(([, level]) => level !== setting.level)
  if (setting.level === 'deny' && differing.length === 0) return always
  const names = differing
    .map(([owner]) => owner)
    .toSorted()
    .join(' and ')
  return {
    isOff: false,
    denies: ({ owner }) => levelFor(setting, owner) === 'deny',
    note:
      setting.level === 'deny'
        ? `only warns for ${names}: ${setting.reason}`
        : `only warns${names === '' ? '' : `, except for ${names}`}: ${setting.reason}`,
  }
}

/** An owner whom nobody knows can be any: one level that denies is then enough. */
function levelFor({ level, owners = {} }: RuleSetting, owner: Owner | undefined): RuleSetting['level'] {
  if (owner === undefined || owner.kind === 'unknown') return Object.values(owners).includes('deny') ? 'deny' : level
  return owners[owner.kind] ?? level
}

function sayMissing(missing: ReadonlyArray<{ kind: EvidenceKind; platform: Platform | undefined }>): string {
  return `missing: ${missing
    .map(({ kind, platform }) => (platform === undefined ? kind : `${kind} on ${platform}`))
    .toSorted()
    .join(', ')}`
}

function bindingOf(policy: Policy, evidence: Evidence, now: Date, context: Context): Binding {
  const cells = [evidence.lint, ...evidence.platforms.flatMap(({ evidence: kinds }) => Object.values(kinds))]
  const tools = cells.flatMap((cell) =>
    cell?.status === 'not-applicable' || cell?.tool === undefined ? [] : [cell.tool],
  )
  const databases = evidence.platforms.flatMap(({ evidence: { vulnerabilities } }) => {
    if (vulnerabilities?.status !== 'collected') return []
    const { name, digest, updatedAt, coverage } = vulnerabilities.value.database
    return [{ name, digest, updatedAt, coverage }]
  })
  return {
    images: unique(evidence.platforms.map(({ archive: { platform, digest } }) => ({ platform, digest }))),
    policy: policyDigest(policy),
    databases: unique(databases),
    ...bindingOfList(evidence),
    ...(evidence.additional === undefined
      ? {}
      : {
          additional: unique(
            evidence.additional.map(({ name, digest, scanner }) => ({ name, digest, scanner: scanner.name })),
          ),
        }),
    tools: unique(
      [...tools, ...(context.tools ?? [])].map(({ name, version, reference }) => ({ name, version, reference })),
    ),
    at: now.toISOString(),
    ...(context.baseline === undefined ? {} : { baseline: baselineBinding(context.baseline) }),
  }
}

function bindingOfList({ knownExploited }: Evidence): Pick<Binding, 'knownExploited'> {
  if (knownExploited?.status !== 'collected') return {}
  const { name, digest, version, releasedAt } = knownExploited.value
  return { knownExploited: { name, digest, version, releasedAt } }
}

/** Each value once, in the order of its text: whoever came first does not show. */
function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [Object.values(value as object).join('\0'), value]))]
    .toSorted(([left], [right]) => compareText(left, right))
    .map(([, value]) => value)
}

/** Worst first; then by id, subject and platform; equal ones by everything else that they say. */
function compareViolations(left: Violation, right: Violation): number {
  return (
    compareSeverity(left.severity, right.severity) ||
    compareText(left.id, right.id) ||
    compareText(left.subject, right.subject) ||
    compareText(left.platform ?? '', right.platform ?? '') ||
    compareText(canonicalJson(left), canonicalJson(right))
  )
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
