import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { tellWasted } from '../wasted-files.ts'

/** How little the layers duplicate or hide each other's files. */
export const layerEfficiency: Rule = {
  id: 'layer-efficiency',
  title: 'Layers are efficient',
  needs: ['size'],
  settings: ['size.efficiency'],
  severities: ['low'],
  remedy: 'Change and delete files in the instruction that creates them, or copy the result from an earlier stage.',
  source: 'Dive, lowestEfficiency: 0.9 is its default',
  judge({ policy, evidence }) {
    const wanted = `${policy.size.efficiency} or more`
    const images = collectedOf(evidence, 'size').map(({ platform, value }) => ({
      platform,
      value,
      text: String(Math.floor(value.efficiency * 10_000) / 10_000),
    }))
    const violations = images
      .filter(({ value }) => !(value.efficiency >= policy.size.efficiency))
      .map(({ platform, value, text }): Violation => ({
        id: 'layer-efficiency',
        subject: '',
        severity: 'low',
        platform,
        wanted,
        found: `${text}${tellWasted(value)}`,
        remedy: layerEfficiency.remedy,
      }))
    return { wanted, found: onEveryPlatform(images), violations }
  },
}
