import type { Violation } from '../../model/index.ts'
import { ownersInSource } from '../owners.ts'
import { collectedLint, type Rule } from '../rule.ts'

/**
 * `# hadolint ignore=` and `# check=skip=` silence a check where only the author sees it; an exception requires a
 * reason, an owner and an expiry date.
 */
export const lintPragmas: Rule = {
  id: 'lint-pragmas',
  title: 'No comment silences the linter',
  needs: ['lint'],
  settings: ['lint.pragmas'],
  severities: ['low'],
  remedy:
    'Remove the comment, and change the line or add an exception to lint-level or build-checks with a reason and an expiry date.',
  source: 'Loadline: a silenced check is an exception; hadolint, inline ignores; Dockerfile reference, check directive',
  judge({ policy, evidence }) {
    const { pragmas } = collectedLint(evidence)
    const owners = ownersInSource(evidence)
    const found = pragmas.flatMap(({ rules, line, global }) =>
      (rules.length > 0 ? rules : ['all rules']).map((rule): Violation => {
        const path = policy.build.dockerfile
        return {
          id: rule,
          subject: `${path}:${line}`,
          severity: 'low',
          wanted: 'exceptions in the policy, with a reason, an owner and an expiry date',
          found: `a comment that silences ${rule} for ${global ? 'the whole file' : 'the next instruction'}`,
          remedy: lintPragmas.remedy,
          location: { path, line, within: 'source' },
          owner: owners.ofLine(line),
        }
      }),
    )
    const denies = policy.lint.pragmas === 'deny'
    return {
      wanted: denies ? 'no such comment' : 'such comments are reported',
      found: `${pragmas.length} comment${pragmas.length === 1 ? '' : 's'}`,
      violations: denies ? found : [],
      remarks: denies ? [] : found,
    }
  },
}
