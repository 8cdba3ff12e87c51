import type { Violation } from '../../model/index.ts'
import { ownerOfPath, ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** A way into the container that bypasses the runtime, with its own keys that nobody rotates. */
export const sshServer: Rule = {
  id: 'ssh-server',
  title: 'No SSH server',
  needs: ['configuration'],
  severities: ['high'],
  remedy: 'Do not install an SSH server; enter a container through the runtime (docker exec, kubectl debug).',
  source: 'CIS Docker Benchmark 1.6.0, 5.7',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
      platform,
      value,
      paths: value.sshServers,
      owners: ownersOn(evidence, platform),
      text: value.sshServers.toSorted().join(', ') || 'none',
    }))
    const violations = images.flatMap(({ platform, value, paths, owners }) =>
      paths.map((path): Violation => ({
        id: path,
        subject: '',
        severity: 'high',
        platform,
        wanted: 'none in the shipped image',
        found: path,
        remedy: sshServer.remedy,
        location: { path, within: 'image' },
        owner: ownerOfPath(owners, value, path),
      })),
    )
    return { wanted: 'none', found: onEveryPlatform(images), violations }
  },
}
