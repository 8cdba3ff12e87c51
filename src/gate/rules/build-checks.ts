import type { Lint, Violation } from '../../model/index.ts'
import { buildChecks as known } from '../../policy/build-checks.ts'
import { ownersInSource } from '../owners.ts'
import { collectedLint, type Rule } from '../rule.ts'

type Remark = Lint['checks'][number]

/** BuildKit reads the Dockerfile for the build itself, and reports where the result may differ from what it looks like. */
export const buildChecks: Rule = {
  id: 'build-checks',
  title: "BuildKit's build checks are clean",
  needs: ['lint'],
  settings: ['lint.buildChecks'],
  severities: ['medium'],
  remedy: "Change the line as the check's linked page explains, or add an exception with a reason and an expiry date.",
  source: 'Dockerfile reference, build checks (docker build --check)',
  judge({ policy, evidence }) {
    const { checks } = collectedLint(evidence)
    const { deny } = policy.lint.buildChecks
    const names: readonly string[] = known
    // An unknown check came with a newer BuildKit: nobody has decided that it may pass.
    const denies = ({ id }: Remark) => deny === 'all' || (deny as readonly string[]).includes(id) || !names.includes(id)
    const owners = ownersInSource(evidence)
    const tell = ({ id, message, location, url }: Remark): Violation => ({
      id,
      subject: `${location.path}${location.line === undefined ? '' : `:${location.line}`}`,
      severity: 'medium',
      wanted: 'no BuildKit warning',
      found: message,
      remedy: buildChecks.remedy,
      location,
      owner: owners.ofLine(location.line),
      ...(url === undefined ? {} : { url }),
    })
    return {
      wanted: deny === 'all' ? '0 warnings' : `0 warnings of ${deny.length === 0 ? 'unknown checks' : deny.join(', ')}`,
      found: `${checks.length} warning${checks.length === 1 ? '' : 's'}`,
      violations: checks.filter(denies).map(tell),
      remarks: checks.filter((check) => !denies(check)).map(tell),
    }
  },
}
