import { formatBytes } from '../../model/units.ts'
import type { Violation } from '../../model/index.ts'
import { ownerOfPath, ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** Package lists and downloads that are not needed at run time. */
export const packageCaches: Rule = {
  id: 'package-caches',
  title: 'No package caches',
  needs: ['configuration'],
  severities: ['low'],
  remedy:
    'Install with RUN --mount=type=cache, or delete the cache in the same RUN instruction (rm -rf /var/lib/apt/lists/*, pip --no-cache-dir, npm cache clean --force).',
  source: 'CIS Docker Benchmark 1.6.0, 4.3 and 4.7',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
      platform,
      value,
      owners: ownersOn(evidence, platform),
      caches: value.packageCaches,
      text:
        value.packageCaches.length === 0
          ? 'none'
          : `${value.packageCaches.length} with ${formatBytes(value.packageCaches.reduce((sum, { bytes }) => sum + bytes, 0))}`,
    }))
    const violations = images.flatMap(({ platform, value, caches, owners }) =>
      caches.map(({ path, bytes }): Violation => ({
        id: path,
        subject: '',
        severity: 'low',
        platform,
        wanted: 'no package cache',
        found: `${formatBytes(bytes)} in ${path}`,
        remedy: packageCaches.remedy,
        location: { path, within: 'image' },
        owner: ownerOfPath(owners, value, path),
      })),
    )
    return { wanted: 'none', found: onEveryPlatform(images), violations }
  },
}
