import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** Without a health check a runtime cannot tell a hanging process from a working one. */
export const healthcheck: Rule = {
  id: 'healthcheck',
  title: 'Has a health check',
  needs: ['configuration'],
  settings: ['configuration.healthcheck'],
  severities: ['medium'],
  remedy:
    'Add HEALTHCHECK CMD [...] in exec form. If only Kubernetes runs the image, which uses probes instead, set configuration.healthcheck to optional.',
  source: 'CIS Docker Benchmark 1.6.0, 4.6',
  judge({ policy, evidence }) {
    const required = policy.configuration.healthcheck === 'required'
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => {
      const test = value.healthcheck?.test ?? []
      const [kind, ...command] = test
      return {
        platform,
        works: (kind === 'CMD' || kind === 'CMD-SHELL') && command.some((word) => word.trim() !== ''),
        text: kind === undefined ? 'none' : test.join(' '),
      }
    })
    const violations = images
      .filter(({ works }) => required && !works)
      .map(({ platform, text }): Violation => ({
        id: 'healthcheck',
        subject: '',
        severity: 'medium',
        platform,
        wanted: 'a HEALTHCHECK with a command',
        found: text,
        remedy: healthcheck.remedy,
      }))
    return { wanted: required ? 'a HEALTHCHECK' : 'optional', found: onEveryPlatform(images), violations }
  },
}
