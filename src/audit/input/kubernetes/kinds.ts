/** Kinds of Kubernetes itself, and of what most clusters have beside it, that start no container by what is written in them. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  '': [
    'Binding',
    'ConfigMap',
    'Endpoints',
    'Event',
    'LimitRange',
    'Namespace',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  'kustomize.config.k8s.io': ['Kustomization', 'Component'],
}

/** Groups of which no kind starts one. */
const groups: readonly string[] = [
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'bitnami.com',
  'cert-manager.io',
  'certificates.k8s.io',
  'cilium.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions/Ingress',
  'external-secrets.io',
  'flowcontrol.apiserver.k8s.io',
  'gateway.networking.k8s.io',
  'internal.apiserver.k8s.io',
  'kyverno.io',
  'metallb.io',
  'monitoring.coreos.com/PodMonitor',
  'monitoring.coreos.com/PrometheusRule',
  'monitoring.coreos.com/ServiceMonitor',
  'networking.istio.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'policies.kyverno.io',
  'policy.sigstore.dev',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'security.istio.io',
  'snapshot.storage.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
  'traefik.io',
  'templates.gatekeeper.sh',
  'constraints.gatekeeper.sh',
]

/** True for a kind that holds no pod, by Kubernetes' own API. */
export function withoutPods(kind: string, apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  return kinds[group]?.includes(kind) === true || groups.includes(group) || groups.includes(`${group}/${kind}`)
}
