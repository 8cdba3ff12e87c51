import { outcomeOf, type RuleResult, type Run } from './index.ts'
import { counted, wholeNumber } from './measures.ts'

/** A run's result, in the words with which every report starts. */
export interface Headline {
  outcome: Run['outcome']
  /** `Passed`, `Rejected`, `Undecided` or `Broken`. */
  word: string
  /** One sentence that says why. */
  sentence: string
  /** What to do next; empty if nothing. */
  next: string
  /** Name and digest of each judged image: `shop/orders@sha256:...`. Empty if none was built. */
  images: Array<{ platform: string; name: string; digest: string }>
}

/**
 * Derives a run's headline. It says `passed` only for a run that says so, has no failure, and has a passed verdict with
 * at least one rule and one image, in which no rule disagrees: a self-contradictory document is broken.
 */
export function headline(run: Run): Headline {
  const outcome = agreedOutcome(run)
  return { outcome, word: words[outcome], ...explain(run, outcome), images: imagesOf(run) }
}

/** The rules of a run with one status, in the order of the verdict. */
export function rulesWith(run: Run, ...statuses: Array<RuleResult['status']>): RuleResult[] {
  return (run.verdict?.results ?? []).filter((result) => statuses.includes(result.status))
}

const words = { passed: 'Passed', rejected: 'Rejected', undecided: 'Undecided', broken: 'Broken' } as const

function agreedOutcome(run: Run): Run['outcome'] {
  if (run.outcome === 'broken' || run.failure !== undefined) return 'broken'
  if (run.verdict === undefined || run.verdict.results.length === 0) return 'broken'
  if (run.outcome === 'passed' && run.verdict.binding.images.length === 0) return 'broken'
  return [run.verdict.outcome, outcomeOf(run.verdict.results)].every((said) => said === run.outcome)
    ? run.outcome
    : 'broken'
}

function explain(run: Run, outcome: Run['outcome']): { sentence: string; next: string } {
  const rules = run.verdict?.results.length ?? 0
  const failed = rulesWith(run, 'failed')
  const undecided = rulesWith(run, 'undecided')
  const warned = rulesWith(run, 'warned')
  const off = rulesWith(run, 'off')
  switch (outcome) {
    case 'passed': {
      const aside = [
        warned.length > 0 ? `${counted(warned.length, 'rule')} only ${warned.length === 1 ? 'warns' : 'warn'}` : '',
        off.length > 0 ? `${counted(off.length, 'rule')} ${off.length === 1 ? 'was' : 'were'} not judged` : '',
      ].filter((part) => part !== '')
      const satisfied = rules - warned.length - off.length
      const sentence =
        aside.length === 0
          ? `All ${counted(rules, 'rule')} of the policy are satisfied.`
          : `${wholeNumber(satisfied)} of ${counted(rules, 'rule')} of the policy are satisfied; ${aside.join(' and ')}.`
      return { sentence, next: run.release === undefined ? (run.notPublished ?? '') : describeRelease(run.release) }
    }
    case 'rejected': {
      const missing = undecided.length > 0 ? ` ${counted(undecided.length, 'more', 'more')} could not be decided.` : ''
      return {
        sentence: `${wholeNumber(failed.length)} of ${counted(rules, 'rule')} ${failed.length === 1 ? 'says' : 'say'} no: ${names(failed)}.${missing}`,
        next: 'Nothing was published. Do what the failed rules say, and run again.',
      }
    }
    case 'undecided':
      return {
        sentence: `No rule says no, but ${wholeNumber(undecided.length)} of ${counted(rules, 'rule')} could not be decided: ${names(undecided)}. So the image may not ship.`,
        next: 'Nothing was published. Provide what was missing, and run again.',
      }
    case 'broken': {
      if (run.failure === undefined)
        return {
          sentence: `This document contradicts itself: it says “${run.outcome}”, but its verdict ${contradiction(run)}.`,
          next: 'Do not rely on it. Run again with a released version of Loadline.',
        }
      const passed = run.verdict?.outcome === 'passed' ? 'The gate passed, but ' : ''
      return {
        sentence: `${passed}${passed === '' ? 'The' : 'the'} stage “${run.failure.stage}” failed: ${run.failure.message}`,
        next: run.failure.hint,
      }
    }
  }
}

function contradiction({ outcome, verdict }: Run): string {
  if (verdict === undefined) return 'is missing'
  if (verdict.results.length === 0) return 'has no rules'
  if (verdict.outcome !== outcome) return `says “${verdict.outcome}”`
  const ofRules = outcomeOf(verdict.results)
  return ofRules === outcome ? 'is about no image' : `has rules that add up to “${ofRules}”`
}

function describeRelease({ reference, digest, unsigned, overtaken = [] }: NonNullable<Run['release']>): string {
  const signature = unsigned === undefined ? '' : ', without a signature'
  if (overtaken.length === 0) return `Published as ${reference}${signature}.`
  return `Published as ${digest}${signature}; another release has moved ${overtaken.map(({ tag }) => tag).join(', ')} since.`
}

function imagesOf(run: Run): Headline['images'] {
  const judged = run.verdict?.binding.images ?? run.evidence?.platforms.map(({ archive }) => archive) ?? []
  return judged.map(({ platform, digest }) => ({ platform, name: run.subject.name, digest }))
}

function names(results: readonly RuleResult[]): string {
  const shown = results.slice(0, 8).map((result) => result.rule)
  const rest = results.length - shown.length
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest} more`
}
