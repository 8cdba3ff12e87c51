import type { LintFinding, Severity, Violation } from '../../model/index.ts'
import { ownersInSource } from '../owners.ts'
import { collectedLint, type Rule } from '../rule.ts'

type Level = LintFinding['level']

const levels: readonly Level[] = ['error', 'warning', 'info', 'style']
const severityOf: Readonly<Record<Level, Severity>> = { error: 'high', warning: 'medium', info: 'low', style: 'low' }

/** The linter reports nothing at the policy's level or above. */
export const lintLevel: Rule = {
  id: 'lint-level',
  title: 'The Dockerfile passes the linter',
  needs: ['lint'],
  settings: ['lint.failOn'],
  severities: ['high', 'medium', 'low'],
  remedy: "Change the line as the linked page of the linter's rule explains.",
  source: 'CIS Docker Benchmark 1.6.0, 4.7 and 4.9; hadolint and ShellCheck rules',
  judge({ policy, evidence }) {
    const { findings } = collectedLint(evidence)
    const owners = ownersInSource(evidence)
    const denied = levels.slice(0, levels.indexOf(policy.lint.failOn) + 1)
    const violations = findings
      .filter(({ level }) => denied.includes(level))
      .map((finding): Violation => {
        const url = documentationOf(finding.id)
        return {
          id: finding.id,
          subject: `${finding.location.path}${finding.location.line === undefined ? '' : `:${finding.location.line}`}`,
          severity: severityOf[finding.level],
          wanted: `nothing at the level ${policy.lint.failOn} or above`,
          found: `${finding.level}: ${finding.message}`,
          remedy: lintLevel.remedy,
          location: finding.location,
          owner: owners.ofLine(finding.location.line),
          ...(url === undefined ? {} : { url }),
        }
      })
    const counts = levels.map((level) => `${findings.filter((finding) => finding.level === level).length} ${level}`)
    return { wanted: `0 at the level ${policy.lint.failOn} or above`, found: counts.join(', '), violations }
  },
}

function documentationOf(id: string): string | undefined {
  if (/^DL\d{4}$/.test(id)) return `https://github.com/hadolint/hadolint/wiki/${id}`
  if (/^SC\d{4}$/.test(id)) return `https://www.shellcheck.net/wiki/${id}`
  return undefined
}
