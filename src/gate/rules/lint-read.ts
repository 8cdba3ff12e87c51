import type { Violation } from '../../model/index.ts'
import { ownersInSource } from '../owners.ts'
import { collectedLint, type Rule } from '../rule.ts'

/**
 * hadolint has its own parser. A file that BuildKit builds but hadolint cannot parse is not linted at all, from the
 * first line to the last.
 */
export const lintRead: Rule = {
  id: 'lint-read',
  title: 'The linter could read the Dockerfile',
  needs: ['lint'],
  settings: ['lint.unread'],
  severities: ['low'],
  remedy:
    'Rewrite the named line so that hadolint can parse it too: after the end of a here-document it requires an empty line.',
  source: "Loadline: a check that did not run proves nothing; BuildKit's build checks still judge the file",
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
              found: `hadolint could not parse line ${unread.line} and did not lint the file: ${unread.message}`,
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
