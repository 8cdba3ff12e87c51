import type { Violation } from '../../model/index.ts'
import { notApplicable } from '../missing-evidence.ts'
import type { Rule } from '../rule.ts'

const asked = { lint: 'a Dockerfile that was linted', base: 'a known base' } as const

/**
 * An existing image has nothing to lint and does not say what it is built on: no rule about either applies. A policy
 * accepts that by the level of this rule, or by an exception, which expires.
 */
export const dockerfile: Rule = {
  id: 'dockerfile',
  title: 'A Dockerfile was linted and says what the image is built on',
  needs: [],
  severities: ['high'],
  remedy:
    'Pass the directory of the Dockerfile with the image, or build from it; if there is none, set rules.dockerfile to warn with the reason, or add an exception.',
  source: 'Loadline: what could not be checked has not passed (fail closed)',
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
      wanted: 'linted, with a known base',
      found: violations.length === 0 ? 'both' : `without: ${violations.map(({ id }) => id).join(', ')}`,
      violations,
    }
  },
}
