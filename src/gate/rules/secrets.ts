import { severities, type Violation } from '../../model/index.ts'
import { ownersOn } from '../owners.ts'
import { overLimit } from '../over-limit.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** Credentials in the files of any layer: whoever can pull the image has them, also when a later layer deletes the file. */
export const secrets: Rule = {
  id: 'secrets',
  title: 'No credentials in the image',
  needs: ['secrets'],
  settings: ['secrets.allowed'],
  severities,
  remedy:
    'Revoke the credential, and hand it to the build with RUN --mount=type=secret or to the container at run time.',
  source: 'CIS Docker Benchmark 1.6.0, 4.10; NIST SP 800-190, 4.1.4',
  judge({ policy, evidence }) {
    const limit = policy.secrets.allowed
    const images = collectedOf(evidence, 'secrets').map((image) => ({
      ...image,
      owners: ownersOn(evidence, image.platform),
    }))
    const violations = images.flatMap(({ platform, value, owners }) =>
      value.findings.map(({ id, severity, title, category, location, layer }): Violation => ({
        id,
        subject: `${location.path}${location.line === undefined ? '' : `:${location.line}`}`,
        severity,
        platform,
        wanted: `at most ${limit} credentials`,
        found: `${title}${category === '' ? '' : ` (${category})`}`,
        remedy: secrets.remedy,
        location,
        owner: owners.ofLayer(layer),
      })),
    )
    return {
      wanted: `at most ${limit}`,
      found: onEveryPlatform(
        images.map(({ platform, value }) => ({ platform, text: `${value.findings.length} found` })),
      ),
      violations: limit === 'unlimited' ? [] : violations,
      overLimit: (remaining) => overLimit(remaining, () => [{ group: '', limit }]),
    }
  },
}
