import { isUnknown } from '../../formats/unknown-value.ts'
import { on, openTo, type Control } from '../control.ts'

export const memory: Control = {
  id: 'cis-5.11',
  title: 'Memory is limited',
  severity: 'medium',
  remedy: 'Set a limit: deploy.resources.limits.memory, resources.limits.memory or --memory.',
  ofContainer: (container) => [limited(container, container.memory, 'memory')],
}

export const cpu: Control = {
  id: 'cis-5.12',
  title: 'CPU time is limited or weighted',
  severity: 'low',
  remedy: 'Set deploy.resources.limits.cpus, resources.requests.cpu or --cpus.',
  ofContainer: (container) => [limited(container, container.cpu, 'CPU time')],
}

export const processCount: Control = {
  id: 'cis-5.29',
  title: 'The number of processes is limited',
  severity: 'medium',
  remedy: 'Set pids_limit or --pids-limit, e.g. 100.',
  ofContainer(container) {
    if (container.platform === 'kubernetes')
      return [on(container, 'inherited', "the kubelet limits a pod's processes (podPidsLimit)")]
    if (container.platform === 'ecs')
      return [on(container, 'inherited', "ECS has no such setting: the host's daemon decides")]
    const { pids } = container
    return [limited(container, pids !== undefined && Number(pids.value) <= 0 ? undefined : pids, 'processes')]
  },
}

function limited(
  container: Parameters<typeof on>[0],
  fact: { value: string; path: string; line: number } | undefined,
  what: string,
) {
  if (fact !== undefined && isUnknown(fact.value)) return openTo(container, `${what}: ${fact.value}`, fact)
  const set = fact !== undefined && fact.value !== ''
  return on(container, set ? 'pass' : 'fail', set ? `${what}: ${fact.value}` : `no limit for ${what}`, fact)
}

export const ulimits: Control = {
  id: 'cis-5.19',
  title: "The daemon's limits are overridden only where needed",
  severity: 'low',
  remedy: "Explain in the file why a service needs a limit other than the daemon's.",
  neverFails: "Either the daemon's limits or others can be right.",
  ofContainer: (container) =>
    container.ulimits.length === 0
      ? [on(container, 'inherited', "the daemon's or node's limits apply")]
      : [
          on(
            container,
            'manual',
            `sets ${container.ulimits.map(({ value }) => value).join(', ')}; say whether that is needed`,
            container.ulimits[0],
          ),
        ],
}

export const restarts: Control = {
  id: 'cis-5.15',
  title: 'A container that keeps failing is not restarted forever',
  severity: 'low',
  remedy: 'Set restart: on-failure:5.',
  ofContainer(container) {
    if (container.platform === 'kubernetes') return [on(container, 'inherited', 'the kubelet backs off exponentially')]
    const { restart } = container
    if (restart === undefined || restart.value === 'no') return [on(container, 'pass', 'not restarted', restart)]
    if (isUnknown(restart.value)) return [openTo(container, `restart ${restart.value}`, restart)]
    const attempts = /^(?:on-failure|any):(\d+)$/.exec(restart.value)?.[1]
    const bounded = attempts !== undefined && Number(attempts) >= 1 && Number(attempts) <= 5
    return [on(container, bounded ? 'pass' : 'fail', `restart ${restart.value}`, restart)]
  },
}

export const runtimeHealth: Control = {
  id: 'cis-5.27',
  title: 'The health of the running container is checked',
  severity: 'low',
  remedy:
    "Define a health check where the container is deployed: healthcheck, --health-cmd, or a liveness and readiness probe. Kubernetes ignores the image's.",
  ofContainer(container) {
    if (container.endsByItself) return [on(container, 'not-applicable', 'a job that ends by itself')]
    const { healthCheck } = container
    if (healthCheck === undefined) return [on(container, 'fail', 'no health check is defined')]
    if (healthCheck.value === 'unknown')
      return [openTo(container, 'the health check is possibly off, or asks another host', healthCheck)]
    const isSet = healthCheck.value === 'set'
    return [on(container, isSet ? 'pass' : 'fail', saidOfHealth[healthCheck.value], healthCheck)]
  },
}

const saidOfHealth = {
  set: 'a health check is defined',
  disabled: 'the health check is switched off',
  elsewhere: 'its health check asks another host',
  constant: 'its health check can never fail',
}
