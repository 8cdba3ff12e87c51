import type { Violation } from '../../model/index.ts'
import { ownerOfPath, ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** Programs that run with the rights of their owner are the usual way from an unprivileged user to root. */
export const setuid: Rule = {
  id: 'setuid',
  title: 'No setuid or setgid programs',
  needs: ['configuration'],
  severities: ['medium'],
  remedy: 'Remove the file, or its bits with chmod a-s in the instruction that brings it; a distroless base has none.',
  source: 'CIS Docker Benchmark 1.6.0, 4.8',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
      platform,
      value,
      files: value.setuid,
      owners: ownersOn(evidence, platform),
      text: `${value.setuid.length} ${value.setuid.length === 1 ? 'file' : 'files'}`,
    }))
    const violations = images.flatMap(({ platform, value, files, owners }) =>
      files.map(({ path, mode }): Violation => ({
        id: path,
        subject: '',
        severity: 'medium',
        platform,
        wanted: 'no setuid or setgid bit',
        found: `mode ${mode}`,
        remedy: setuid.remedy,
        location: { path, within: 'image' },
        owner: ownerOfPath(owners, value, path),
      })),
    )
    return { wanted: 'none', found: onEveryPlatform(images), violations }
  },
}
