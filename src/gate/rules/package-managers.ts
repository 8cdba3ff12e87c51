import type { Violation } from '../../model/index.ts'
import { ownerOfPath, ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** With a package manager, an intruder can install the tools that were left out. */
export const packageManagers: Rule = {
  id: 'package-managers',
  title: 'No package manager',
  needs: ['configuration'],
  settings: ['configuration.packageManagers'],
  severities: ['medium'],
  remedy:
    'Install in a build stage and copy the result into a base without a package manager, or remove the package manager in the last instruction that runs as root.',
  source: 'CIS Docker Benchmark 1.6.0, 4.3',
  judge({ policy, evidence }) {
    const allows = policy.configuration.packageManagers === 'allow'
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
      platform,
      value,
      paths: value.packageManagers,
      owners: ownersOn(evidence, platform),
      text: value.packageManagers.toSorted().join(', ') || 'none',
    }))
    const violations = images.flatMap(({ platform, value, paths, owners }) =>
      allows
        ? []
        : paths.map((path): Violation => ({
            id: path,
            subject: '',
            severity: 'medium',
            platform,
            wanted: 'none in the shipped image',
            found: path,
            remedy: packageManagers.remedy,
            location: { path, within: 'image' },
            owner: ownerOfPath(owners, value, path),
          })),
    )
    return { wanted: allows ? 'allowed by the policy' : 'none', found: onEveryPlatform(images), violations }
  },
}
