import type { Violation } from '../../model/index.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { nameOfStage } from '../name-of-stage.ts'
import { repositoryOf } from '../../formats/image-reference.ts'

/** Only listed bases, in every stage: a build stage also decides what ends up in the image. */
export const baseAllowed: Rule = {
  id: 'base-allowed',
  title: 'Every base comes from an allowed repository',
  needs: ['base'],
  settings: ['base.allow'],
  severities: ['medium'],
  remedy: 'Build on a base from base.allow, or add the repository there after reviewing it.',
  source: 'CIS Docker Benchmark 1.6.0, 4.2; NIST SP 800-190, 4.1.5',
  judge({ policy, evidence }) {
    const { allow } = policy.base
    const images = collectedOf(evidence, 'base').map(({ platform, value }) => ({
      platform,
      images: value.images,
      text:
        [...new Set(value.images.map(({ reference }) => repositoryOf(reference)))].toSorted().join(', ') || 'no base',
    }))
    const violations = images.flatMap(({ platform, images: bases }) =>
      bases
        .filter(
          ({ reference, pinnedBy }) =>
            pinnedBy !== 'scratch' && !allow.some((entry) => matches(entry, repositoryOf(reference))),
        )
        .map(({ reference, stage, location }): Violation => ({
          id: repositoryOf(reference),
          subject: nameOfStage(stage),
          severity: 'medium',
          platform,
          wanted: `one of ${allow.join(', ')}`,
          found: reference,
          remedy: baseAllowed.remedy,
          location,
          owner: ownersOn(evidence, platform).ofLine(location.line),
        })),
    )
    return { wanted: allow.join(', '), found: onEveryPlatform(images), violations }
  },
}

function matches(entry: string, repository: string): boolean {
  return entry.endsWith('/*') ? repository.startsWith(entry.slice(0, -1)) : repository === entry
}
