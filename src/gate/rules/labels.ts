import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** Labels say what an image is and where its source is, long after the pipeline that built it is gone. */
export const labels: Rule = {
  id: 'labels',
  title: 'Required labels are set',
  needs: ['configuration'],
  settings: ['configuration.labels'],
  severities: ['low'],
  remedy: 'Add LABEL name="value" to the last stage of the Dockerfile, or change configuration.labels.',
  source: 'OCI Image Specification 1.1, annotations (org.opencontainers.image.*)',
  judge({ policy, evidence }) {
    const required = policy.configuration.labels
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => {
      const missing = required.filter(
        (name) => (Object.hasOwn(value.labels, name) ? (value.labels[name] ?? '') : '').trim() === '',
      )
      return {
        platform,
        value,
        missing,
        text: missing.length === 0 ? 'all set' : `missing: ${missing.toSorted().join(', ')}`,
      }
    })
    const violations = images.flatMap(({ platform, value, missing }) =>
      missing.map((name): Violation => ({
        id: name,
        subject: '',
        severity: 'low',
        platform,
        wanted: `the label ${name}, not empty`,
        found: Object.hasOwn(value.labels, name) ? 'an empty value' : 'no such label',
        remedy: labels.remedy,
      })),
    )
    return { wanted: required.join(', ') || 'no label', found: onEveryPlatform(images), violations }
  },
}
