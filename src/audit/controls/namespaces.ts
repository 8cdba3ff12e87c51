import type { Severity } from '../../model/index.ts'
import type { ControlId } from '../../policy/control-ids.ts'
import { isUnknown } from '../../formats/unknown-value.ts'
import type { SharedNamespace } from '../container.ts'
import { on, openTo, type Control } from '../control.ts'

/** A control that a namespace is not shared with the host. */
function own(id: ControlId, namespace: SharedNamespace, what: string, severity: Severity, remedy: string): Control {
  return {
    id,
    title: `The container has ${what} of its own`,
    severity,
    remedy,
    ofContainer(container) {
      const shared = container.namespaces[namespace]
      const isHost = shared?.value === 'host'
      if (shared !== undefined && isUnknown(shared.value))
        return [openTo(container, `possibly shares ${what} with the host`, shared)]
      if (shared !== undefined && shared.value.startsWith('container:'))
        return [on(container, 'manual', `shares ${what} with ${shared.value}, which is not seen from here`, shared)]
      // Kubernetes has no such setting: a pod shares the host's name with the host's network.
      if (namespace === 'uts' && container.platform === 'kubernetes')
        return [on(container, 'not-applicable', 'Kubernetes has no such setting')]
      // Neither Docker nor Kubernetes separates users unless the daemon or the pod says so.
      if (namespace === 'user' && shared === undefined)
        return [on(container, 'inherited', 'the daemon or the cluster decides')]
      return [
        on(container, isHost ? 'fail' : 'pass', isHost ? `shares ${what} with the host` : `${what} of its own`, shared),
      ]
    },
  }
}

export const network = own(
  'cis-5.10',
  'network',
  'a network',
  'high',
  'Remove the host network; publish the one port that is needed.',
)
export const processes = own('cis-5.16', 'pid', 'process ids', 'high', 'Remove the host process namespace.')
export const ipc = own('cis-5.17', 'ipc', 'shared memory', 'medium', 'Remove the host IPC namespace.')
export const uts = own('cis-5.21', 'uts', 'a host name', 'low', 'Remove the host UTS namespace.')
export const users = own(
  'cis-5.31',
  'user',
  'user ids',
  'high',
  "Remove userns host, so that the daemon's mapping applies; in Kubernetes set hostUsers: false.",
)

export const cgroup: Control = {
  id: 'cis-5.25',
  title: 'The container stays in the control group that the engine assigns',
  severity: 'medium',
  remedy: 'Remove the shared or named control group, unless exactly that one is needed.',
  ofContainer(container) {
    const shared = container.namespaces.cgroup
    const { cgroupParent } = container
    if (shared !== undefined && isUnknown(shared.value))
      return [openTo(container, "possibly sees the host's control groups", shared)]
    if (shared?.value === 'host') return [on(container, 'fail', "sees the host's control groups", shared)]
    if (cgroupParent !== undefined)
      return [
        on(container, 'manual', `placed below ${cgroupParent.value}; decide whether that is intended`, cgroupParent),
      ]
    return [on(container, 'pass', 'no other control group')]
  },
}

export const defaultBridge: Control = {
  id: 'cis-5.30',
  title: 'The container is not on the default bridge, where every container can reach every other',
  severity: 'medium',
  remedy: 'Create a network and join it: docker network create app, then --network app.',
  ofContainer(container) {
    if (container.platform === 'kubernetes') return [on(container, 'not-applicable', 'pods do not use Docker networks')]
    const mode = container.namespaces.network
    if (mode !== undefined && isUnknown(mode.value)) return [openTo(container, 'possibly on the default bridge', mode)]
    if (mode?.value === 'bridge' || mode?.value === 'default')
      return [on(container, 'fail', 'on the default bridge', mode)]
    if (container.platform === 'docker-run' && mode === undefined)
      return [on(container, 'fail', 'no --network: on the default bridge')]
    return [
      on(
        container,
        'pass',
        container.networks === undefined
          ? (mode?.value ?? "the project's own network")
          : `networks ${container.networks.value.join(', ')}`,
        container.networks ?? mode,
      ),
    ]
  },
}
