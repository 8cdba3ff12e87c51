import { severities, type SecretFinding, type Violation } from '../../model/index.ts'
import { doubtedOf, judgeKnown } from '../believed-secrets.ts'
import { ownersOn } from '../owners.ts'
import { overLimit } from '../over-limit.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { notLookedAt, notSearched, searchLine, unsearched } from '../secret-search.ts'

/** Credentials in any layer: everyone who can pull the image has them, even if a later layer deletes the file. */
export const secrets: Rule = {
  id: 'secrets',
  title: 'No credentials in the image',
  needs: ['secrets'],
  settings: ['secrets.allowed'],
  severities,
  remedy:
    'Revoke the credential, and pass its replacement to the build with RUN --mount=type=secret or to the container at run time.',
  source: 'CIS Docker Benchmark 1.6.0, 4.10; NIST SP 800-190, 4.1.4',
  judge({ policy, evidence }) {
    const limit = policy.secrets.allowed
    const images = collectedOf(evidence, 'secrets').map(({ platform, value: { findings, search } }) => {
      const owners = ownersOn(evidence, platform)
      const { known, own, doubted } = judgeKnown(search, owners)
      const all = [...findings, ...own]
      return {
        platform,
        text: `${all.length} found ${searchLine(search, known.length + doubted.length)}`,
        denied: unsearched(search, platform),
        remarks: [...notLookedAt(search, platform), ...doubtedOf(doubted, owners, platform)],
        violations: all.map((finding): Violation => ({
          ...placeAndKind(finding),
          platform,
          wanted: `at most ${limit} credentials`,
          remedy: secrets.remedy,
          owner: owners.ofLayer(finding.layer),
        })),
      }
    })
    return {
      wanted: `at most ${limit}`,
      found: onEveryPlatform(images),
      violations: images.flatMap(({ violations, denied }) => [...(limit === 'unlimited' ? [] : violations), ...denied]),
      remarks: images.flatMap(({ remarks }) => remarks),
      overLimit: (remaining) =>
        overLimit(remaining, ({ id }) => [id === notSearched ? { group: id, limit: 0 } : { group: '', limit }]),
    }
  },
}

function placeAndKind({ id, severity, title, category, location, through = [] }: SecretFinding) {
  return {
    id,
    subject: `${location.path}${location.line === undefined ? '' : `:${location.line}`}`,
    severity,
    found: `${title}${category === '' ? '' : ` (${category})`}${through.length === 0 ? '' : `, within ${through.join(', ')}`}`,
    location,
  }
}
