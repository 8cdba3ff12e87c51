import type { Runtime, Violation } from '../../model/index.ts'
import type { Rule } from '../rule.ts'
import { answerOnRuns, onEveryRun, runsOf, wasStarted } from '../runs.ts'

/** An image that does not become ready under production restrictions will not do so in production. */
export const runtimeReady: Rule = {
  id: 'runtime-ready',
  title: 'Becomes ready under hardening',
  needs: ['runtime'],
  settings: ['runtime.required', 'runtime.readySeconds'],
  severities: ['high'],
  remedy:
    'Read its last output, and start it by hand with a read-only root and without capabilities. Declare what it needs under runtime: services, environment, tmpfs, limits.',
  source: 'Loadline: runtime.readySeconds; Kubernetes startup and readiness probes',
  judge({ policy, evidence }) {
    const runs = runsOf(evidence)
    const wanted = `ready within ${policy.runtime.readySeconds} s`
    const violations = runs
      .filter((image) => wasStarted(image) && image.run.outcome !== 'ready')
      .map(({ platform, run }): Violation => ({
        id: run.outcome,
        subject: run.probe,
        severity: 'high',
        platform,
        wanted,
        found: [run.reason, ...causes(run)].join('; '),
        remedy: runtimeReady.remedy,
      }))
    return answerOnRuns(policy, runs, {
      wanted,
      found: onEveryRun(runs, (run) =>
        run.readySeconds === undefined ? run.reason : `after ${run.readySeconds.toFixed(1)} s`,
      ),
      violations,
    })
  },
}

/** Other observations that may be the cause. */
function causes({ outOfMemory, refusedCalls, refusedWrites, output }: Runtime): string[] {
  return [
    outOfMemory > 0 ? 'the kernel killed a process for lack of memory' : '',
    refusedCalls.length > 0 ? `refused system calls: ${refusedCalls.map(({ name }) => name).join(', ')}` : '',
    refusedWrites.length > 0
      ? `refused writes: ${refusedWrites
          .slice(0, 5)
          .map(({ path }) => path)
          .join(', ')}${refusedWrites.length > 5 ? ` and ${refusedWrites.length - 5} more` : ''}`
      : '',
    output.length > 0 ? `its last output: ${output.slice(-3).join(' / ')}` : '',
  ].filter((cause) => cause !== '')
}
