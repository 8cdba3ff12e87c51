import { formatBytes } from '../../model/units.ts'
import type { Violation } from '../../model/index.ts'
import type { Rule } from '../rule.ts'
import { answerOnRuns, onEveryRun, runsOf } from '../runs.ts'
import { breaks, sayLimit, sizeLimit } from '../size-limit.ts'

/** An idle service needs the least memory it ever needs: one that reaches its limit while starting has none to spare under load. */
export const runtimeMemory: Rule = {
  id: 'runtime-memory',
  title: 'Memory stays within its limit',
  needs: ['runtime'],
  settings: ['runtime.required', 'runtime.memory', 'runtime.peakMemory'],
  severities: ['high', 'medium'],
  remedy: 'Raise runtime.memory and the limit in production, or make the application need less.',
  source: 'CIS Docker Benchmark 1.6.0, 5.11; Loadline: runtime.peakMemory',
  judge({ policy, evidence }) {
    const runs = runsOf(evidence)
    const limit = sizeLimit(policy.runtime.peakMemory, policy.runtime.memory)
    const wanted = sayLimit(limit)
    const seen = runs.map(({ platform, run }) => ({ platform, run, broken: breaks(limit, run.peakMemory) }))
    const peak = ({ platform, run }: (typeof seen)[number]): Violation => ({
      id: 'peak',
      subject: '',
      severity: 'medium',
      platform,
      wanted,
      found: `${formatBytes(run.peakMemory)} (${run.peakMemory} bytes) at most`,
      remedy: runtimeMemory.remedy,
    })
    return answerOnRuns(policy, runs, {
      wanted,
      found: onEveryRun(runs, ({ peakMemory, outOfMemory }) =>
        outOfMemory > 0 ? 'out of memory' : `${formatBytes(peakMemory)} at most`,
      ),
      violations: [
        ...seen
          .filter(({ run }) => run.outOfMemory > 0)
          .map(({ platform, run }): Violation => ({
            id: 'out-of-memory',
            subject: '',
            severity: 'high',
            platform,
            wanted: `no process killed for lack of memory, with ${policy.runtime.memory}`,
            found: `the kernel killed ${run.outOfMemory === 1 ? 'a process' : `${run.outOfMemory} processes`}`,
            remedy: runtimeMemory.remedy,
          })),
        ...seen.filter(({ run, broken }) => run.outOfMemory === 0 && broken === 'deny').map(peak),
      ],
      remarks: seen.filter(({ run, broken }) => run.outOfMemory === 0 && broken === 'warn').map(peak),
    })
  },
}
