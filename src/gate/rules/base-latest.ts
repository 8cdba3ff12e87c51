import type { Violation } from '../../model/index.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { nameOfStage } from '../name-of-stage.ts'
import { namesDigest, parseImageReference } from '../../formats/image-reference.ts'

/** `latest` says nothing about the version, even with a digest; a digest alone names one image forever. */
export const baseLatest: Rule = {
  id: 'base-latest',
  title: 'No base is tagged latest',
  needs: ['base'],
  severities: ['low'],
  remedy: 'Name a version in the FROM line, e.g. python:3.11-slim-bookworm.',
  source: 'CIS Docker Benchmark 1.6.0, 4.2; hadolint DL3006 and DL3007',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'base').map(({ platform, value }) => {
      const latest = value.images.filter(({ reference, pinnedBy, written }) => {
        const tag = parseImageReference(reference)?.tag
        return pinnedBy !== 'scratch' && (tag === 'latest' || (tag === undefined && !namesDigest(written)))
      })
      return { platform, latest, text: `${latest.length} of ${value.images.length} without` }
    })
    const violations = images.flatMap(({ platform, latest }) =>
      latest.map(({ reference, stage, written, location }): Violation => ({
        id: reference,
        subject: nameOfStage(stage),
        severity: 'low',
        platform,
        wanted: 'a tag that names a version',
        found: written,
        remedy: baseLatest.remedy,
        location,
        owner: ownersOn(evidence, platform).ofLine(location.line),
      })),
    )
    return { wanted: 'a version in the tag of each', found: onEveryPlatform(images), violations }
  },
}
