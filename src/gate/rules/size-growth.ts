import { compareText, type EarlierSize, type Violation } from '../../model/index.ts'
import { formatBytes } from '../../model/units.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'
import { breaks, sayLimit, sizeLimit } from '../size-limit.ts'

/** How much the image grew since an earlier verdict. A budget alone lets it silently grow up to the budget. */
export const sizeGrowth: Rule = {
  id: 'size-growth',
  title: 'The image does not grow unnoticed',
  needs: ['size'],
  settings: ['size.growth'],
  severities: ['medium'],
  remedy: 'Check the new files and layers that it names: remove what is not needed, or set size.growth.',
  source: 'Loadline: size.growth, against the verdict that --baseline or --baseline-release gives',
  judge({ policy, evidence, baseline }) {
    const limit = sizeLimit(policy.size.growth)
    const images = collectedOf(evidence, 'size').map(({ platform, value }) => {
      const earlier = baseline?.sizes.find((size) => size.platform === platform)
      const by = earlier && value.unpacked - earlier.unpacked
      return {
        platform,
        value,
        earlier,
        broken: by === undefined ? undefined : breaks(limit, by),
        text:
          by === undefined
            ? 'not compared'
            : by > 0
              ? `${formatBytes(by)} more`
              : by < 0
                ? `${formatBytes(-by)} less`
                : 'the same',
      }
    })
    const wanted = policy.size.growth === undefined ? sayLimit(limit) : `${sayLimit(limit)} more than in the baseline`
    if (policy.size.growth === undefined)
      return { wanted, found: baseline === undefined ? 'not compared' : onEveryPlatform(images), violations: [] }

    const tell = ({ platform, value, earlier, text }: (typeof images)[number]): Violation => ({
      id: 'size-growth',
      subject: '',
      severity: 'medium',
      platform,
      wanted,
      found: earlier
        ? `${text}: ${formatBytes(earlier.unpacked)} became ${formatBytes(value.unpacked)}${causes(earlier, value)}`
        : 'no earlier size for this platform to compare with',
      remedy: earlier
        ? sizeGrowth.remedy
        : 'Pass the verdict of an earlier run with --baseline, or name the last release with --baseline-release; for the first image, set the rule to warn until there is one (rules.size-growth, with a reason).',
    })
    // A size without a comparison is not known to be fine; if the limit only warns, so does this.
    const isMissing = (image: (typeof images)[number]) => image.earlier === undefined
    return {
      wanted,
      found: onEveryPlatform(images),
      violations: images
        .filter((image) => image.broken === 'deny' || (isMissing(image) && limit.deny !== undefined))
        .map(tell),
      remarks: images
        .filter((image) => image.broken === 'warn' || (isMissing(image) && limit.deny === undefined))
        .map(tell),
    }
  },
}

/** The largest new or grown files among those that the verdicts list, and the largest new layer. */
function causes(earlier: EarlierSize, present: Omit<EarlierSize, 'platform'>): string {
  const before = new Map(earlier.largest.map(({ path, bytes }) => [path, bytes]))
  const files = present.largest
    .map(({ path, bytes }) => ({ path, by: bytes - (before.get(path) ?? 0) }))
    .filter(({ by }) => by > 0)
    .toSorted((left, right) => right.by - left.by || compareText(left.path, right.path))
    .slice(0, 3)
  const known = new Set(earlier.layers.map(({ diffId }) => diffId))
  const [layer] = present.layers
    .filter(({ diffId }) => !known.has(diffId))
    .toSorted((left, right) => right.unpacked - left.unpacked || compareText(left.diffId, right.diffId))
  return [
    files.length === 0
      ? ''
      : `; new among the largest files: ${files.map(({ path, by }) => `${path} +${formatBytes(by)}`).join(', ')}`,
    layer === undefined
      ? ''
      : `; largest new layer: ${formatBytes(layer.unpacked)} by ${layer.createdBy || 'an unnamed step'}`,
  ].join('')
}
