import { sizeBudgets } from '../../policy/fixed-numbers.ts'
import { formatBytes } from '../../model/units.ts'
import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { breaks, sayLimit, sizeLimit } from '../size-limit.ts'

/** The size that every node unpacks and every scan reads. */
export const sizeUnpacked: Rule = {
  id: 'size-unpacked',
  title: 'Unpacked size is within the budget',
  needs: ['size'],
  settings: ['size.unpacked', 'image.class'],
  severities: ['medium'],
  remedy:
    'Choose a smaller base, copy only what runs into the last stage, and remove the largest files that it names; or set size.unpacked.',
  source: `Loadline: ${sizeBudgets.interpreted} for interpreted images, ${sizeBudgets.compiled} for compiled ones; CIS Docker Benchmark 1.6.0, 4.3`,
  judge({ policy, evidence }) {
    const limit = sizeLimit(policy.size.unpacked, sizeBudgets[policy.image.class])
    const byClass = limit.deny !== undefined && sizeLimit(policy.size.unpacked).deny === undefined
    const wanted = `${sayLimit(limit)}${byClass ? `, for the class ${policy.image.class}` : ''}`
    const images = collectedOf(evidence, 'size').map(({ platform, value }) => ({
      platform,
      value,
      broken: breaks(limit, value.unpacked),
      text: formatBytes(value.unpacked),
    }))
    const tell = ({ platform, value }: (typeof images)[number]): Violation => {
      const largest = value.largest
        .toSorted((left, right) => right.bytes - left.bytes || (left.path < right.path ? -1 : 1))
        .slice(0, 3)
      const causes = largest.map(({ path, bytes }) => `${path} ${formatBytes(bytes)}`).join(', ')
      return {
        id: 'size-unpacked',
        subject: '',
        severity: 'medium',
        platform,
        wanted,
        found: `${formatBytes(value.unpacked)} (${value.unpacked} bytes)${causes === '' ? '' : `; largest: ${causes}`}`,
        remedy: sizeUnpacked.remedy,
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
