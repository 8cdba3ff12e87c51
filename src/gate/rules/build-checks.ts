import type { Lint, Violation } from '../../model/index.ts'
import { buildChecks as known } from '../../policy/build-checks.ts'
import { ownersInSource } from '../owners.ts'
import { collectedLint, type Rule } from '../rule.ts'

type Remark = Lint['checks'][number]

/** BuildKit reads the Dockerfile for the build itself, and says where it may be built otherwise than it looks. */
export const buildChecks: Rule = {
  id: 'build-checks',
  title: "BuildKit's build checks are clean",
  needs: ['lint'],
  settings: ['lint.buildChecks'],
  severities: ['medium'],
  remedy:
    'Change the line as the linked page of the check explains, or write an exception with a reason and a last day.',
  source: 'Dockerfile reference, build checks (docker build --check)',
  judge({ policy, evidence }) {
    const { checks } = collectedLint(evidence)
    const { deny } = policy.lint.buildChecks
    const names: readonly string[] = known
    // A check that this Loadline does not know came with a newer BuildKit: nobody has decided that it may pass.
    const denies = ({ id }: Remark) => deny === 'all' || (deny as readonly string[]).includes(id) || !names.includes(id)
    const owners = ownersInSource(evidence)
    const tell = ({ id, message, location, url }: Remark): Violation => ({
      id,
      subject: `${location.path}${location.line === undefined ? '' : `:${location.line}`}`,
      severity: 'medium',
      wanted: 'nothing that BuildKit warns of',
      found: message,
      remedy: buildChecks.remedy,
      location,
      owner: owners.ofLine(location.line),
      ...(url === undefined ? {} : { url }),
    })
    return {
      wanted:
        deny === 'all'
          ? '0 warnings'
          : `0 warnings of ${deny.length === 0 ? 'checks that nobody knows' : deny.join(', ')}`,
      found: `${checks.length} warning${checks.length === 1 ? '' : 's'}`,
      violations: checks.filter(denies).map(tell),
      remarks: checks.filter((check) => !denies(check)).map(tell),
    }
  },
}
