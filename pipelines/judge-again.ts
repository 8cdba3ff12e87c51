import { DeliveryError } from '../src/model/errors.ts'
import { acceptBaseline } from '../src/policy/baseline.ts'
import { evaluate } from '../src/gate/evaluate.ts'
import type { Run } from '../src/model/index.ts'
import { applyPolicy, type PolicyCall } from '../src/policy/apply.ts'
import type { PolicyFiles } from '../src/policy/decide.ts'
import { readRun } from '../src/report/index.ts'
import { collectExploitPrediction } from '../src/stages/evidence/exploit-prediction.ts'
import { collectKnownExploited } from '../src/stages/evidence/known-exploited.ts'

/** Recorded evidence, and the policy to judge it by. */
export interface JudgeAgainRequest extends PolicyFiles, PolicyCall {
  /** A `verdict.json`. */
  recorded: { path: string; text: string }
  /** A `verdict.json` of an earlier run, if the policy accepts one. */
  baseline?: { path: string; text: string } | undefined
  /** A list of exploited vulnerabilities, instead of the recorded one. */
  knownExploited?: { path: string; text: string } | undefined
  /** Exploit predictions, instead of those that were recorded. */
  exploitPrediction?: { path: string; text: string } | undefined
  /** The time of judging. */
  now: Date
}

/**
 * Judges recorded evidence by a policy, without an engine: the same gate, the same report document, and nothing publishable.
 * Throws `USAGE` if the document cannot be read or holds no evidence, and `POLICY` for the policy.
 */
export function judgeAgain(request: JudgeAgainRequest): Run {
  const { path, text } = request.recorded
  const { evidence: old, release: _release, suppressions: _suppressions, failure, ...recorded } = readRun(text, path)
  if (old === undefined || old.platforms.length === 0) {
    throw new DeliveryError(
      'USAGE',
      `expected recorded evidence, found none of an image in ${path}${failure === undefined ? '' : `: that run failed in the stage ${failure.stage}`}`,
      'Give the verdict.json of a run that reached a verdict.',
    )
  }
  const scans = old.platforms.map(({ evidence: { vulnerabilities } }) => vulnerabilities)
  const knownExploited = collectKnownExploited(request.knownExploited, scans)
  const exploitPrediction = collectExploitPrediction(request.exploitPrediction, scans)
  const evidence = {
    ...old,
    ...(knownExploited === undefined ? {} : { knownExploited }),
    ...(exploitPrediction === undefined ? {} : { exploitPrediction }),
  }
  const { policy, applied } = applyPolicy(request, request, request.now)
  const baseline =
    request.baseline === undefined
      ? undefined
      : acceptBaseline(request.baseline, recorded.subject.name, policy, request.now)
  const { verdict } = evaluate(policy, evidence, request.now, {
    image: recorded.subject.name,
    tools: recorded.verdict?.binding.tools ?? [],
    baseline,
  })
  return {
    ...recorded,
    outcome: verdict.outcome,
    policy: applied,
    evidence,
    verdict,
    notPublished: `Nothing was built or published: the evidence recorded in ${path} was judged.`,
  }
}
