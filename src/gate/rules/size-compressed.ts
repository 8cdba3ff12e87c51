import { formatBytes } from '../../model/units.ts'
import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { breaks, sayLimit, sizeLimit } from '../size-limit.ts'

/** The size that every pull transfers. It has no limit unless the policy sets one. */
export const sizeCompressed: Rule = {
  id: 'size-compressed',
  title: 'Compressed size is within the budget',
  needs: ['size'],
  settings: ['size.compressed'],
  severities: ['medium'],
  remedy: 'Shrink the layers as for the unpacked size, or set size.compressed.',
  source: 'Loadline: size.compressed, as a registry stores the layers',
  judge({ policy, evidence }) {
    const limit = sizeLimit(policy.size.compressed)
    const wanted = sayLimit(limit)
    const images = collectedOf(evidence, 'size').map(({ platform, value }) => ({
      platform,
      value,
      broken: breaks(limit, value.compressed),
      text: formatBytes(value.compressed),
    }))
    const tell = ({ platform, value }: (typeof images)[number]): Violation => {
      const [largest] = value.layers.toSorted(
        (left, right) => right.compressed - left.compressed || (left.digest < right.digest ? -1 : 1),
      )
      const cause =
        largest === undefined
          ? ''
          : `; largest layer: ${formatBytes(largest.compressed)} by ${largest.createdBy || 'an unnamed step'}`
      return {
        id: 'size-compressed',
        subject: '',
        severity: 'medium',
        platform,
        wanted,
        found: `${formatBytes(value.compressed)} (${value.compressed} bytes)${cause}`,
        remedy: sizeCompressed.remedy,
      }
    }
    return {
      wanted,
      found: onEveryPlatform(images),
      violations: images.filter(({ broken }) => broken === 'deny').map(tell),
      remarks: images.filter(({ broken }) => broken === 'warn').map(tell),
    }
  },
}
