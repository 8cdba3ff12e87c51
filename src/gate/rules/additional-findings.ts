import { severities, type Violation } from '../../model/index.ts'
import { countBySeverity, sayLimits } from '../by-severity.ts'
import { overLimit } from '../over-limit.ts'
import type { Rule } from '../rule.ts'

/** Other scanners' findings count like Loadline's own, against the same thresholds but separately: they are added, and replace nothing. */
export const additionalFindings: Rule = {
  id: 'additional-findings',
  title: "Other scanners' findings are within the thresholds",
  needs: [],
  settings: severities.map((severity) => `vulnerabilities.${severity}`),
  severities,
  remedy:
    'Fix what the other scanner reports, or accept the risk with an exception; if the file is about a different image, scan this one and pass that file.',
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
    // Without an image, the rule evidence reports that; nothing can be about a different one.
    const strange = reports.filter(
      ({ images }) => digests.size > 0 && images.length > 0 && !images.some((digest) => digests.has(digest)),
    )
    const elsewhere = strange.map(({ name, scanner, images }): Violation => ({
      id: 'another-image',
      subject: name,
      severity: 'unknown',
      wanted: 'a file about the judged image',
      found: `${scanner.name} reports on ${images.join(', ')}`,
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
