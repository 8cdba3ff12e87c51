import type { Runtime, Violation } from '../../model/index.ts'
import type { Rule } from '../rule.ts'
import { answerOnRuns, onEveryRun, runsOf, wasStarted } from '../runs.ts'

/** An image that does not become ready under the restrictions of production will not do so there. */
export const runtimeReady: Rule = {
  id: 'runtime-ready',
  title: 'Becomes ready under hardening',
  needs: ['runtime'],
  settings: ['runtime.required', 'runtime.readySeconds'],
  severities: ['high'],
  remedy:
    'Read its last output, and start it by hand with a read-only root and without capabilities. What it needs is declared in runtime: services, environment, tmpfs, limits.',
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

/** What else was seen that can be the cause. */
function causes({ outOfMemory, refusedCalls, refusedWrites, output }: Runtime): string[] {
  return [
    outOfMemory > 0 ? 'the kernel ended a process for want of memory' : '',
    refusedCalls.length > 0 ? `system calls that were refused: ${refusedCalls.map(({ name }) => name).join(', ')}` : '',
    refusedWrites.length > 0
      ? `writes that were refused: ${refusedWrites
          .slice(0, 5)
          .map(({ path }) => path)
          .join(', ')}${refusedWrites.length > 5 ? ` and ${refusedWrites.length - 5} more` : ''}`
      : '',
    output.length > 0 ? `it last said: ${output.slice(-3).join(' / ')}` : '',
  ].filter((cause) => cause !== '')
}
