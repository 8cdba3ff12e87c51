import type { Runtime, Violation } from '../../model/index.ts'
import type { Rule } from '../rule.ts'
import { answerOnRuns, onEveryRun, runsOf, wasStarted } from '../runs.ts'

/**
 * A process that ignores its stop signal is killed mid-work at every rollout. A container's first process ignores every
 * signal without a handler.
 */
export const runtimeStop: Rule = {
  id: 'runtime-stop',
  title: 'Stops when asked to',
  needs: ['runtime'],
  settings: ['runtime.required', 'runtime.stopSeconds'],
  severities: ['medium'],
  remedy:
    'Handle the stop signal in the process that ENTRYPOINT starts: finish open requests, then exit with 0. In shell form the shell gets the signal, not the program.',
  source: 'Docker and Kubernetes: SIGTERM, a grace period, then SIGKILL',
  judge({ policy, evidence }) {
    const runs = runsOf(evidence)
    const wanted = `ended within ${policy.runtime.stopSeconds} s, with exit code 0 or by the signal itself`
    const violations = runs.flatMap(({ platform, run: { stop } }): Violation[] => {
      if (stop === undefined || endedWell(stop)) return []
      return [
        {
          id: stop.forced ? 'killed' : 'exit-code',
          subject: stop.signal,
          severity: 'medium',
          platform,
          wanted,
          found: tell(stop),
          remedy: runtimeStop.remedy,
        },
      ]
    })
    const answer = {
      wanted,
      found: onEveryRun(runs, ({ stop }) => (stop === undefined ? 'never ready, so not asked to stop' : tell(stop))),
      violations,
    }
    // An image that was never ready has not been shown to stop well.
    if (runs.some(wasStarted) && runs.every(({ run }) => run.stop === undefined))
      return policy.runtime.required ? { ...answer, notJudged: true } : answerOnRuns(policy, runs, answer)
    return answerOnRuns(policy, runs, answer)
  },
}

type Stop = NonNullable<Runtime['stop']>

const numbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGWINCH: 28,
}

function endedWell({ forced, exit, signal }: Stop): boolean {
  return !forced && (exit.code === 0 || exit.signal === signal || exit.code === 128 + (numbers[signal] ?? Number.NaN))
}

function tell({ signal, seconds, exit, forced }: Stop): string {
  if (forced) return `still running ${seconds.toFixed(1)} s after ${signal}, then killed`
  return `${exit.signal === undefined ? `exit code ${exit.code}` : `ended by ${exit.signal}`} within ${seconds.toFixed(1)} s of ${signal}`
}
