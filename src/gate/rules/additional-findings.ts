import { severities, type Violation } from '../../model/index.ts'
import { countBySeverity, sayLimits } from '../by-severity.ts'
import { overLimit } from '../over-limit.ts'
import type { Rule } from '../rule.ts'

/** What other scanners found counts like what Loadline's own found, against the same thresholds and by itself: it is added, and nothing is taken for it. */
export const additionalFindings: Rule = {
  id: 'additional-findings',
  title: 'What other scanners found is within the thresholds',
  needs: [],
  settings: severities.map((severity) => `vulnerabilities.${severity}`),
  severities,
  remedy:
    'Fix what the other scanner names, or accept the risk by an exception; for a file about another image, scan this one and give that file.',
  source: 'SARIF 2.1.0, OASIS standard; thresholds as those of the rule vulnerabilities',
  judge({ policy, evidence }) {
    const limits = policy.vulnerabilities
    const wanted = `${sayLimits(limits)}, about this image`
    const reports = evidence.additional ?? []
    if (reports.length === 0)
      return {
        wanted,
        found: 'not judged: no findings of another scanner were given (--additional-sarif)',
        violations: [],
        notJudged: true,
      }
    const digests = new Set(evidence.platforms.map(({ archive }) => archive.digest))
    // Where there is no image, the rule evidence says so; nothing can be about another one.
    const strange = reports.filter(
      ({ images }) => digests.size > 0 && images.length > 0 && !images.some((digest) => digests.has(digest)),
    )
    const elsewhere = strange.map(({ name, scanner, images }): Violation => ({
      id: 'another-image',
      subject: name,
      severity: 'unknown',
      wanted: 'a file about the image that is judged',
      found: `${scanner.name} says that it is about ${images.join(', ')}`,
      remedy: additionalFindings.remedy,
    }))
    const violations = reports.flatMap(({ scanner, findings }) =>
      findings
        .filter(({ severity }) => limits[severity] !== 'unlimited')
        .map(({ id, severity, title, where }): Violation => ({
          id,
          subject: where === '' ? scanner.name : where,
          severity,
          wanted: `at most ${limits[severity]} ${severity}`,
          found: `${scanner.name}: ${title === '' ? 'no description' : title}`,
          remedy: additionalFindings.remedy,
        })),
    )
    const counts = reports.map(
      ({ scanner, findings, images }) =>
        `${scanner.name}: ${countBySeverity(findings)}${images.length === 0 ? ', of an image that it does not name' : ''}`,
    )
    return {
      wanted,
      found: counts.join('; '),
      violations: [...violations, ...elsewhere],
      overLimit: (remaining) => [
        ...remaining.filter(({ id }) => id === 'another-image'),
        ...overLimit(
          remaining.filter(({ id }) => id !== 'another-image'),
          ({ severity }) => [{ group: severity, limit: limits[severity] }],
        ),
      ],
    }
  },
}
