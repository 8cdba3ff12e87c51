import { programsInImage } from '../programs-in-image.ts'
import type { Rule } from '../rule.ts'

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
    return programsInImage(evidence, {
      pathsIn: (configuration) => configuration.shells,
      severity: 'medium',
      remedy: shells.remedy,
      allowed: policy.configuration.shells === 'allow',
    })
  },
}
