import type { Violation } from '../../model/index.ts'
import { onEveryPlatform, type Rule } from '../rule.ts'
import { notWanted, runsOf, wasStarted } from '../runs.ts'

/** What was not started was not proven. An image that production refuses, that has nothing to start, or that this engine cannot run is said to be so, and never passes in silence. */
export const runtimeRun: Rule = {
  id: 'runtime-run',
  title: 'Was started as in production',
  needs: ['runtime'],
  settings: ['runtime.required'],
  severities: ['high', 'unknown'],
  remedy:
    'Give the image a numeric user, an ENTRYPOINT that exists and a HEALTHCHECK or a probe in the policy, and run each platform on an engine of its kind.',
  source: 'Kubernetes Pod Security Standards, restricted; NIST SP 800-190, 4.4',
  judge({ policy, evidence }) {
    const runs = runsOf(evidence)
    const wanted = 'each image started without root, on a read-only root'
    if (!policy.runtime.required) return notWanted(wanted)
    const violations = runs.flatMap(({ platform, run }): Violation[] => {
      const tell = (severity: Violation['severity'], remedy: string): Violation[] => [
        { id: run.outcome, subject: '', severity, platform, wanted, found: run.reason, remedy },
      ]
      switch (run.outcome) {
        case 'refused':
          return tell(
            'high',
            'End the Dockerfile with USER and a numeric id that is not below configuration.minimumUid.',
          )
        case 'not-started':
          return tell('high', 'Correct the ENTRYPOINT, or say in runtime.probe how to ask whether it is ready.')
        case 'not-run':
        case 'not-asked':
          return tell(
            'unknown',
            'Run on an engine of this architecture, or accept it for this platform by an exception with an owner and a last day.',
          )
        default:
          return []
      }
    })
    return {
      wanted,
      found: onEveryPlatform(
        runs.map((image) => ({
          platform: image.platform,
          text: wasStarted(image) ? `as ${image.run.user}` : `not started: ${image.run.reason}`,
        })),
      ),
      violations,
    }
  },
}
