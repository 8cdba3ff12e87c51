import type { Violation } from '../../model/index.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

const sshPort = 22

/** Only the ports of the policy are exposed, and never the one of SSH. */
export const exposedPorts: Rule = {
  id: 'exposed-ports',
  title: 'Exposes only the ports it needs',
  needs: ['configuration'],
  settings: ['configuration.ports'],
  severities: ['high', 'medium'],
  remedy:
    'Remove the EXPOSE instruction, or add the port to configuration.ports. Port 22 is never allowed: enter a container through the runtime, not with SSH.',
  source: 'CIS Docker Benchmark 1.6.0, 5.7 and 5.9',
  judge({ policy, evidence }) {
    const allowed = policy.configuration.ports
    const wanted =
      allowed === undefined
        ? `any but ${sshPort}`
        : allowed.length === 0
          ? 'none'
          : `only ${allowed.toSorted((left, right) => left - right).join(', ')}`
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
      platform,
      ports: value.exposedPorts,
      text: value.exposedPorts.toSorted().join(', ') || 'none',
    }))
    const violations = images.flatMap(({ platform, ports }) =>
      ports
        .filter((port) => !isAllowed(port, allowed))
        .map((port): Violation => ({
          id: port,
          subject: '',
          severity: numberOf(port) === sshPort ? 'high' : 'medium',
          platform,
          wanted,
          found: `EXPOSE ${port}`,
          remedy: exposedPorts.remedy,
          owner: ownersOn(evidence, platform).ofSetting('EXPOSE', port),
        })),
    )
    return { wanted, found: onEveryPlatform(images), violations }
  },
}

function isAllowed(port: string, allowed: readonly number[] | undefined): boolean {
  const number = numberOf(port)
  if (number === undefined || number === sshPort) return false
  return allowed === undefined || allowed.includes(number)
}

/** `8080/tcp` is 8080; anything other than a single port matches nothing. */
function numberOf(port: string): number | undefined {
  const digits = /^(\d{1,5})(\/(tcp|udp|sctp))?$/.exec(port)?.[1]
  const number = Number(digits)
  return digits !== undefined && number >= 1 && number <= 65_535 ? number : undefined
}
