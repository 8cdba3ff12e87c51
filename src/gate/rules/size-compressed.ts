import { formatBytes, parseBytes } from '../../policy/units.ts'
import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** The size that every pull transfers. It has no limit unless the policy sets one. */
export const sizeCompressed: Rule = {
  id: 'size-compressed',
  title: 'Compressed size is within the budget',
  needs: ['size'],
  settings: ['size.compressed'],
  remedy: 'Make the layers smaller as for the unpacked size, or set size.compressed.',
  source: 'Loadline: size.compressed, as a registry stores the layers',
  judge({ policy, evidence }) {
    const limit = policy.size.compressed
    const images = collectedOf(evidence, 'size').map(({ platform, value }) => ({ platform, value, text: formatBytes(value.compressed) }))
    const wanted = limit === undefined ? 'no limit set' : `at most ${limit}`
    const violations = images
      .filter(({ value }) => limit !== undefined && !(value.compressed <= parseBytes(limit)))
      .map(({ platform, value }): Violation => {
        const [largest] = value.layers.toSorted((left, right) => right.compressed - left.compressed || (left.digest < right.digest ? -1 : 1))
        const cause = largest === undefined ? '' : `; largest layer: ${formatBytes(largest.compressed)} by ${largest.createdBy || 'an unnamed step'}`
        return { id: 'size-compressed', subject: '', severity: 'medium', platform, wanted, found: `${formatBytes(value.compressed)} (${value.compressed} bytes)${cause}`, remedy: sizeCompressed.remedy }
      })
    return { wanted, found: onEveryPlatform(images), violations }
  },
}
