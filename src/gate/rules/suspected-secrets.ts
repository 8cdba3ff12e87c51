import type { Violation } from '../../model/index.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** The instruction that sets each of them. */
const settings = { environment: 'ENV', label: 'LABEL', history: 'ARG' } as const

const places = {
  environment: 'an environment variable',
  label: 'a label',
  history: 'a build argument in the history',
} as const

/** Values that look like credentials in what `docker inspect` and `docker history` show everybody. */
export const suspectedSecrets: Rule = {
  id: 'suspected-secrets',
  title: 'No credentials in environment, labels or history',
  needs: ['configuration'],
  severities: ['high'],
  remedy:
    'Revoke the credential; remove it from ENV, LABEL or ARG and use RUN --mount=type=secret, or the environment of the running container.',
  source: 'CIS Docker Benchmark 1.6.0, 4.10',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'configuration')
    const violations = images.flatMap(({ platform, value }) =>
      value.suspectedSecrets.map(({ name, where }): Violation => ({
        id: name,
        subject: where,
        severity: 'high',
        platform,
        wanted: 'no value that looks like a credential',
        found: `${places[where]}, ${name}, whose value looks like a credential`,
        remedy: suspectedSecrets.remedy,
        owner: ownersOn(evidence, platform).ofSetting(settings[where], name),
      })),
    )
    return {
      wanted: 'none',
      found: onEveryPlatform(
        images.map(({ platform, value }) => ({ platform, text: `${value.suspectedSecrets.length} suspected` })),
      ),
      violations,
    }
  },
}
