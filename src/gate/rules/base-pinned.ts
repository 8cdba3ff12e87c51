import type { Violation } from '../../model/index.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { nameOfStage } from '../name-of-stage.ts'

/** A tag can point to something else tomorrow; a digest cannot. */
export const basePinned: Rule = {
  id: 'base-pinned',
  title: 'Every base is pinned by digest',
  needs: ['base'],
  settings: ['base.digest'],
  severities: ['medium'],
  remedy:
    'Write the digest into the FROM line (image:tag@sha256:...), or run "loadline lock", which writes it into the lock file.',
  source: 'CIS Docker Benchmark 1.6.0, 4.2; SLSA 1.0, build requirements; hadolint DL3006',
  judge({ policy, evidence }) {
    const required = policy.base.digest === 'required'
    const images = collectedOf(evidence, 'base').map(({ platform, value }) => {
      const loose = value.images.filter(
        ({ pinnedBy, digest }) => pinnedBy !== 'scratch' && (pinnedBy === 'nobody' || digest === undefined),
      )
      return { platform, loose, text: `${value.images.length - loose.length} of ${value.images.length} pinned` }
    })
    const violations = images.flatMap(({ platform, loose }) =>
      loose.map(({ stage, reference, written, digest, location }): Violation => ({
        id: reference,
        subject: nameOfStage(stage),
        severity: 'medium',
        platform,
        wanted: 'a digest in the Dockerfile or the lock file',
        found: `${written}, resolved by tag${digest === undefined ? '' : ` (today ${digest})`}`,
        remedy: basePinned.remedy,
        location,
        owner: ownersOn(evidence, platform).ofLine(location.line),
      })),
    )
    return {
      wanted: required ? 'a digest for each' : 'a digest is optional',
      found: onEveryPlatform(images),
      violations: required ? violations : [],
    }
  },
}
