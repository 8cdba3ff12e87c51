import type { Violation } from '../../model/index.ts'
import { ownerOfPath, ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** A shell is the first thing that an attacker who can run a command looks for. */
export const shells: Rule = {
  id: 'shells',
  title: 'No shell',
  needs: ['configuration'],
  settings: ['configuration.shells'],
  severities: ['medium'],
  remedy:
    'Build on a distroless base, or remove the shell in the last stage; use the exec form for ENTRYPOINT, CMD and HEALTHCHECK.',
  source: 'CIS Docker Benchmark 1.6.0, 4.3; NIST SP 800-190, 4.1.2',
  judge({ policy, evidence }) {
    const allows = policy.configuration.shells === 'allow'
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
      platform,
      value,
      paths: value.shells,
      owners: ownersOn(evidence, platform),
      text: value.shells.toSorted().join(', ') || 'none',
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
            remedy: shells.remedy,
            location: { path, within: 'image' },
            owner: ownerOfPath(owners, value, path),
          })),
    )
    return { wanted: allows ? 'allowed by the policy' : 'none', found: onEveryPlatform(images), violations }
  },
}
