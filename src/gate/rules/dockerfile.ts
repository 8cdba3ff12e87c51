import type { Violation } from '../../model/index.ts'
import { notApplicable } from '../missing-evidence.ts'
import type { Rule } from '../rule.ts'

const asked = { lint: 'a Dockerfile that was linted', base: 'a base that is known' } as const

/**
 * An image that existed before has nothing to lint and does not say what it is built on: no rule about either is asked. Whether that is enough, a policy says by the level of this rule,
 * or by an exception, which has a last day.
 */
export const dockerfile: Rule = {
  id: 'dockerfile',
  title: 'A Dockerfile was linted and says what the image is built on',
  needs: [],
  severities: ['high'],
  remedy:
    'Give the directory of the Dockerfile beside the image, or build from it; where there is none, set rules.dockerfile to warn with the reason, or make an exception.',
  source: 'Loadline: what nobody could look at has not passed (fail closed)',
  judge({ evidence }) {
    const violations = notApplicable(evidence, ['lint', 'base']).map(({ kind, reason }): Violation => ({
      id: kind,
      subject: '',
      severity: 'high',
      wanted: asked[kind as keyof typeof asked],
      found: reason,
      remedy: dockerfile.remedy,
    }))
    return {
      wanted: 'linted, and its base is known',
      found: violations.length === 0 ? 'both' : `without: ${violations.map(({ id }) => id).join(', ')}`,
      violations,
    }
  },
}
