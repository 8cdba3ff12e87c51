import type { Violation } from '../../model/index.ts'
import type { Rule } from '../rule.ts'
import { answerOnRuns, onEveryRun, runsOf } from '../runs.ts'

/** A write refused by a read-only root is lost in production: a log, a cache, an upload. Each one is reported by its path. */
export const runtimeRefusedWrites: Rule = {
  id: 'runtime-refused-writes',
  title: 'Writes only where it may',
  needs: ['runtime'],
  settings: ['runtime.required', 'runtime.tmpfs'],
  severities: ['medium'],
  remedy: 'Stop writing there, or write to a directory listed in runtime.tmpfs and provided in production.',
  source: 'CIS Docker Benchmark 1.6.0, 5.13; Kubernetes readOnlyRootFilesystem',
  judge({ policy, evidence }) {
    const runs = runsOf(evidence)
    const wanted =
      policy.runtime.tmpfs.length === 0 ? 'no write at all' : `no write outside ${policy.runtime.tmpfs.join(', ')}`
    const violations = runs.flatMap(({ platform, run }) =>
      run.refusedWrites.map(({ path, why, call, count }): Violation => ({
        id: path,
        subject: '',
        severity: 'medium',
        platform,
        wanted,
        found: `${call} was refused${count > 1 ? `, ${count} times` : ''}: ${why === 'read-only' ? 'the root is read-only' : 'its user has no permission'}`,
        remedy: runtimeRefusedWrites.remedy,
        location: { path, within: 'image' },
      })),
    )
    return answerOnRuns(policy, runs, {
      wanted,
      found: onEveryRun(runs, ({ refusedWrites }) =>
        refusedWrites.length === 0 ? 'none' : `${refusedWrites.length} refused`,
      ),
      violations,
    })
  },
}
