import { formatBytes, parseBytes } from '../../model/units.ts'
import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { tellWasted } from '../wasted-files.ts'

/** Bytes that everybody pulls but no container sees, because a later layer overwrites or removes them. */
export const wastedBytes: Rule = {
  id: 'wasted-bytes',
  title: 'Little is wasted between layers',
  needs: ['size'],
  settings: ['size.wasted'],
  severities: ['low'],
  remedy:
    'Remove the files that it names in the RUN instruction that brings them; chown and chmod with COPY --chown and --chmod, not in a layer of their own.',
  source: 'Dive, highestWastedBytes: 20 MB is its default',
  judge({ policy, evidence }) {
    const limit = policy.size.wasted
    const wanted = `at most ${limit}`
    const images = collectedOf(evidence, 'size').map(({ platform, value }) => ({
      platform,
      value,
      text: formatBytes(value.wasted),
    }))
    const violations = images
      .filter(({ value }) => !(value.wasted <= parseBytes(limit)))
      .map(({ platform, value }): Violation => ({
        id: 'wasted-bytes',
        subject: '',
        severity: 'low',
        platform,
        wanted,
        found: `${formatBytes(value.wasted)} (${value.wasted} bytes)${tellWasted(value)}`,
        remedy: wastedBytes.remedy,
      }))
    return { wanted, found: onEveryPlatform(images), violations }
  },
}
