import type { RuleResult, Run } from '../model/index.ts'
import type { RuleId } from '../policy/rule-ids.ts'
import type { Judgement } from './control.ts'

/**
 * What the gate's rules say about a control. An undecided rule fails, because it rejects; one that is disabled or not
 * in the verdict was not judged and is left to people; one that only warns fails, because a lenient policy does not
 * make an image better. `enough` says whether passed rules settle the control.
 */
export function ofRules(run: Run, rules: readonly RuleId[], enough: 'pass' | 'manual' = 'pass'): Judgement[] {
  const results = run.verdict?.results ?? []
  return rules.flatMap((rule) => {
    const result = results.find((entry) => entry.rule === rule)
    if (result === undefined) return [about(run, rule, 'manual', `the run did not judge the rule ${rule}`)]
    return judge(run, rule, result, enough)
  })
}

function judge(run: Run, rule: RuleId, result: RuleResult, enough: 'pass' | 'manual'): Judgement[] {
  const excepted = result.excepted.map(({ violation, ...risk }): Judgement => ({
    ...about(run, violation.id, 'fail', `${rule}: ${violation.found}`, violation.subject),
    excepted: risk,
  }))
  if (result.status === 'off') return [about(run, rule, 'manual', `${rule} was not judged: ${result.found}`)]
  if (result.status === 'undecided') return [about(run, rule, 'fail', `${rule} could not be decided: ${result.found}`)]
  const open = result.violations.filter(({ remark }) => remark !== true)
  const known = (result.known ?? []).map(({ violation }) => violation)
  const failures = result.status === 'passed' ? known : [...open, ...known]
  return [
    ...failures.map((violation) => about(run, violation.id, 'fail', `${rule}: ${violation.found}`, violation.subject)),
    ...(result.status !== 'passed' && failures.length === 0
      ? [about(run, rule, 'fail', `${rule}: ${result.found}`)]
      : []),
    ...excepted,
    ...(result.status === 'passed' && failures.length + excepted.length === 0
      ? [about(run, rule, enough, `${rule}: ${result.found}`)]
      : []),
  ]
}

function about(run: Run, id: string, status: Judgement['status'], found: string, subject: string = ''): Judgement {
  return { status, found: `${found} (verdict of ${run.subject.name})`, about: id, subject }
}
