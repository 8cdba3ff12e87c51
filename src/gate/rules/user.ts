import type { Violation } from '../../model/index.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, type Rule } from '../rule.ts'

/** The container must not run as root, and the user must be a number that a cluster can check (`runAsNonRoot` cannot check a name). */
export const user: Rule = {
  id: 'user',
  title: 'Runs as an unprivileged user',
  needs: ['configuration'],
  settings: ['configuration.minimumUid'],
  severities: ['high', 'medium'],
  remedy:
    'End the Dockerfile with USER and a numeric ID, e.g. USER 65532:65532, and give that user only the files it needs.',
  source: 'CIS Docker Benchmark 1.6.0, 4.1; Kubernetes Pod Security Standards, restricted',
  judge({ policy, evidence }) {
    const lowest = policy.configuration.minimumUid
    const images = collectedOf(evidence, 'configuration')
    const violations = images.flatMap(({ platform, value }): Violation[] => {
      const name = value.user.split(':')[0] ?? ''
      const uid = /^\d+$/.test(name) ? Number(name) : undefined
      if (uid !== undefined && uid >= lowest) return []
      return [
        {
          id: 'user',
          subject: '',
          severity: uid === undefined && name !== '' && name !== 'root' ? 'medium' : 'high',
          platform,
          wanted: `a numeric user id of ${lowest} or more`,
          found: name === '' ? 'no USER: the container runs as root' : `USER ${value.user}`,
          remedy: user.remedy,
          ...(name === '' ? {} : { owner: ownersOn(evidence, platform).ofSetting('USER') }),
        },
      ]
    })
    return {
      wanted: `user id ${lowest} or more`,
      found: [...new Set(images.map(({ value }) => value.user || 'root'))].join(', '),
      violations,
    }
  },
}
