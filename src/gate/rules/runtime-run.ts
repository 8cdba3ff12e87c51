import type { Violation } from '../../model/index.ts'
import { onEveryPlatform, type Rule } from '../rule.ts'
import { notWanted, runsOf, wasStarted } from '../runs.ts'

/**
 * Nothing is proven about an image that was not started. One that production would refuse, that has nothing to start,
 * or that this engine cannot run is reported as such, and never passes silently.
 */
export const runtimeRun: Rule = {
  id: 'runtime-run',
  title: 'Was started as in production',
  needs: ['runtime'],
  settings: ['runtime.required'],
  severities: ['high', 'unknown'],
  remedy:
    'Give the image a numeric user, an existing ENTRYPOINT and a HEALTHCHECK or a probe in the policy, and run each platform on an engine of its architecture.',
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
          return tell('high', 'End the Dockerfile with USER and a numeric ID of at least configuration.minimumUid.')
        case 'not-started':
          return tell('high', 'Correct the ENTRYPOINT, or define in runtime.probe how to check whether it is ready.')
        case 'not-run':
        case 'not-asked':
          return tell(
            'unknown',
            'Run on an engine of this architecture, or accept it for this platform with an exception that has an owner and an expiry date.',
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
