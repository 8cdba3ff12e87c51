import { DeliveryError } from '../model/errors.ts'
import { compareText, outcomeOf, type Archive, type Evidence, type RuleResult, type Verdict } from '../model/index.ts'
import { clockSkew } from '../model/clock-skew.ts'
import { verdictCounts } from '../policy/fixed-numbers.ts'
import { policyDigest } from '../policy/policy-digest.ts'
import { Policy } from '../policy/schema.ts'
import { formatDuration, parseDuration } from '../model/units.ts'
import { openBaseline } from '../policy/baseline.ts'
import { openRegister } from '../policy/exception-register.ts'
import type { Question, Rule } from './rule.ts'
import { rules } from './rules.ts'
import { type Asides, judgeRule } from './judge-rule.ts'
import { type Context, bindingOf } from './binding.ts'

/** The gate's answer; `passed` is set only if it says yes. */
export interface Judgement {
  verdict: Verdict
  passed: PassedVerdict | undefined
}

/**
 * Judges evidence by a policy at a given time. Pure: the same input gives the same verdict, byte for byte, whatever the order of the evidence.
 *
 * Any rule that says no makes the verdict `rejected`; otherwise missing evidence makes it `undecided`; otherwise it is `passed`.
 * Throws a DeliveryError('POLICY') for a policy that the loader would have refused and for a baseline that the policy does not accept, and a RangeError for an invalid date.
 */
export function evaluate(policy: Policy, evidence: Evidence, now: Date, context: Context = {}): Judgement {
  if (Number.isNaN(now.getTime())) throw new RangeError('expected a valid time of judging, found an invalid date')
  checkPolicy(policy)

  const results = resultsOf(rules, policy, evidence, now, context)
  const verdict: Verdict = {
    outcome: outcomeOf(results),
    binding: bindingOf(policy, evidence, now, context),
    results,
  }
  return { verdict, passed: verdict.outcome === 'passed' ? new Passed(mint, verdict) : undefined }
}

/**
 * The results of these rules for the evidence, in their order. The rule about exceptions knows those that the others used.
 * Throws a DeliveryError('POLICY') for a baseline that the policy does not accept.
 */
export function resultsOf(
  asked: readonly Rule[],
  policy: Policy,
  evidence: Evidence,
  now: Date,
  context: Context = {},
): RuleResult[] {
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
  const results = asked.map((rule) => (rule.id === 'exceptions' ? undefined : judgeRule(rule, question, asides)))
  // Only now are the used exceptions known.
  return asked.map(
    (rule, index) => results[index] ?? judgeRule(rule, { ...question, exceptions: asides.register.uses() }, asides),
  )
}

const longestValidity = parseDuration(verdictCounts)

const mint = Symbol('made by evaluate')

/** A verdict that says yes. Only `evaluate` can make one, and publishing requires it: see PassedVerdict. */
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
        'Judge exactly the images to be published: run the whole flow again.',
      )
  }

  /**
   * Throws a DeliveryError('PUBLISH') unless the verdict still says yes now: it was given under exactly this policy, not longer than a day ago,
   * and on a database that is still within the policy's maximum age, if that rule applied.
   */
  mustHold(policy: Policy, now: Date): void {
    const { binding, results } = this.#verdict
    const again = 'Run the whole flow again.'
    const wanted = policyDigest(policy)
    if (binding.policy !== wanted)
      throw new DeliveryError(
        'PUBLISH',
        `expected a verdict under the policy ${wanted}, as the release is, found one under ${binding.policy}`,
        again,
      )
    const age = now.getTime() - Date.parse(binding.at)
    if (!(age >= -clockSkew && age <= longestValidity)) {
      throw new DeliveryError(
        'PUBLISH',
        `expected a verdict not older than ${formatDuration(longestValidity)} at ${now.toISOString()}, found one from ${binding.at}`,
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

/** Whether `evaluate` made this verdict in this process and it says yes; look-alikes fail. */
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
    'Load the policy with loadPolicy, and check what was changed after loading.',
  )
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
