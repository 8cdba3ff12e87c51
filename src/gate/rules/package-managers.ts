import { programsInImage } from '../programs-in-image.ts'
import type { Rule } from '../rule.ts'

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
    return programsInImage(evidence, {
      pathsIn: (configuration) => configuration.packageManagers,
      severity: 'medium',
      remedy: packageManagers.remedy,
      allowed: policy.configuration.packageManagers === 'allow',
    })
  },
}
