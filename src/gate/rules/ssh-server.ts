import { programsInImage } from '../programs-in-image.ts'
import type { Rule } from '../rule.ts'

/** A way into the container that bypasses the runtime, with its own keys that nobody rotates. */
export const sshServer: Rule = {
  id: 'ssh-server',
  title: 'No SSH server',
  needs: ['configuration'],
  severities: ['high'],
  remedy: 'Do not install an SSH server; enter a container through the runtime (docker exec, kubectl debug).',
  source: 'CIS Docker Benchmark 1.6.0, 5.7',
  judge({ evidence }) {
    return programsInImage(evidence, {
      pathsIn: (configuration) => configuration.sshServers,
      severity: 'high',
      remedy: sshServer.remedy,
    })
  },
}
