/** A Kubernetes object, as far as it says what it is. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
}

/** A pod, as far as the tests change it. */
export interface Pod extends KubernetesObject {
  spec: {
    securityContext: Record<string, unknown>
    containers: [{ securityContext: Record<string, unknown>; resources: { limits: object } }]
    volumes: object[]
  }
}

export interface Deployment extends KubernetesObject {
  spec: { selector: { matchLabels: object }; template: { metadata: object; spec: Pod['spec'] } }
}

export interface ServiceMonitor extends KubernetesObject {
  spec: { endpoints: [object] }
}

export function deploymentIn(objects: readonly KubernetesObject[]): Deployment {
  return objects.find(({ kind }) => kind === 'Deployment') as Deployment
}

/** The pod that the controller of a Deployment would create. */
export function podOf(deployment: Deployment): Pod {
  const { metadata, spec } = structuredClone(deployment.spec.template)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: 'orders-1', namespace: deployment.metadata.namespace ?? '' },
    spec,
  }
}

/** Pods that a restricted namespace refuses: what is wrong, what is said, and how a good one becomes such. */
export const forbiddenPods: ReadonlyArray<[what: string, said: string, change: (pod: Pick<Pod, 'spec'>) => void]> = [
  [
    'is privileged',
    'privileged',
    ({ spec }) =>
      void Object.assign(spec.containers[0].securityContext, { privileged: true, allowPrivilegeEscalation: true }),
  ],
  [
    'keeps its capabilities',
    'unrestricted capabilities',
    ({ spec }) => void delete spec.containers[0].securityContext['capabilities'],
  ],
  ['may run as root', 'runAsNonRoot != true', ({ spec }) => void delete spec.securityContext['runAsNonRoot']],
  ['has no seccomp profile', 'seccompProfile', ({ spec }) => void delete spec.securityContext['seccompProfile']],
  [
    'mounts a directory of its node',
    'restricted volume types',
    ({ spec }) => void spec.volumes.push({ name: 'host', hostPath: { path: '/' } }),
  ],
  ['shares the network of its node', 'host namespaces', ({ spec }) => void Object.assign(spec, { hostNetwork: true })],
]
