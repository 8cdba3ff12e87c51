import type { Violation } from '../../model/index.ts'
import { ownerOfPath, ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/**
 * A compromised process can replace anything that every user can write. Directories with the sticky bit, such as /tmp,
 * are not findings.
 */
export const worldWritable: Rule = {
  id: 'world-writable',
  title: 'Nothing is world-writable',
  needs: ['configuration'],
  severities: ['medium'],
  remedy:
    'Remove the permission with chmod o-w in the instruction that adds the file, or with COPY --chmod; give a directory for temporary files the sticky bit.',
  source:
    'CIS Distribution Independent Linux Benchmark: no world-writable files, sticky bit on world-writable directories',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
      platform,
      value,
      files: value.worldWritable,
      owners: ownersOn(evidence, platform),
      text: `${value.worldWritable.length} ${value.worldWritable.length === 1 ? 'path' : 'paths'}`,
    }))
    const violations = images.flatMap(({ platform, value, files, owners }) =>
      files.map(({ path, mode }): Violation => ({
        id: path,
        subject: '',
        severity: 'medium',
        platform,
        wanted: 'not world-writable',
        found: `mode ${mode}`,
        remedy: worldWritable.remedy,
        location: { path, within: 'image' },
        owner: ownerOfPath(owners, value, path),
      })),
    )
    return { wanted: 'none', found: onEveryPlatform(images), violations }
  },
}
