import type { Violation } from '../../model/index.ts'
import { ownersInSource } from '../owners.ts'
import { collectedLint, type Rule } from '../rule.ts'

/** hadolint has a reader of its own. What it cannot parse and BuildKit builds, it has no opinion of, from the first line to the last. */
export const lintRead: Rule = {
  id: 'lint-read',
  title: 'The linter could read the Dockerfile',
  needs: ['lint'],
  settings: ['lint.unread'],
  severities: ['low'],
  remedy:
    'Write the named line so that hadolint reads it as well: after the end of a here-document it wants an empty line.',
  source: "Loadline: a check that did not take place is no check; BuildKit's build checks judge the file meanwhile",
  judge({ policy, evidence }) {
    const { unread } = collectedLint(evidence)
    const path = policy.build.dockerfile
    const found =
      unread === undefined
        ? []
        : [
            {
              id: 'unread',
              subject: `${path}:${unread.line}`,
              severity: 'low',
              wanted: 'a Dockerfile that hadolint can read',
              found: `hadolint could not parse line ${unread.line} and said nothing of the file: ${unread.message}`,
              remedy: lintRead.remedy,
              location: { path, line: unread.line, within: 'source' },
              owner: ownersInSource(evidence).ofLine(unread.line),
            } satisfies Violation,
          ]
    const denies = policy.lint.unread === 'deny'
    return {
      wanted: denies ? 'read by hadolint' : 'what hadolint cannot read is reported',
      found: unread === undefined ? 'read' : `not read from line ${unread.line} on; BuildKit reads it`,
      violations: denies ? found : [],
      remarks: denies ? [] : found,
    }
  },
}
