import type { Violation } from '../../model/index.ts'
import { ownersInSource } from '../owners.ts'
import { collectedLint, type Rule } from '../rule.ts'

/** A download without a checksum is whatever the server returns that day; a repository's tags and branches move too. */
export const addUrl: Rule = {
  id: 'add-url',
  title: 'ADD downloads only with a checksum or a commit',
  needs: ['lint'],
  severities: ['medium'],
  remedy:
    'Download it in a RUN step of a separate stage, verify it there (sha256sum --check, git checkout <commit>), and COPY --from that stage; or keep the file in the source.',
  source: 'CIS Docker Benchmark 1.6.0, 4.9',
  judge({ policy, evidence }) {
    const { downloads } = collectedLint(evidence)
    const owners = ownersInSource(evidence)
    const path = policy.build.dockerfile
    const violations = downloads
      .filter(({ verified }) => !verified)
      .map(({ address, line }): Violation => ({
        id: address,
        subject: `${path}:${line}`,
        severity: 'medium',
        wanted: 'a checksum or a commit for what ADD downloads',
        found: `ADD ${address}`,
        remedy: addUrl.remedy,
        location: { path, line, within: 'source' },
        owner: owners.ofLine(line),
      }))
    return {
      wanted: 'a checksum or a commit for each',
      found:
        downloads.length === 0
          ? 'no downloads'
          : `${downloads.length - violations.length} of ${downloads.length} pinned`,
      violations,
    }
  },
}
