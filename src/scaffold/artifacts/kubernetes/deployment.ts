import type { Application } from '../../application.ts'
import { runtimeOf } from '../../resources.ts'
import { stopSeconds, user } from '../../runtimes.ts'
import { yamlFile } from '../../yaml-file.ts'
import {
  deploymentEnvironment,
  doubled,
  named,
  noDigestYet,
  openSettings,
  outsideHost,
  secretVariables,
} from '../environment.ts'
import { probes } from '../probes.ts'
import { metadata, neighbours, selector } from './names.ts'
import { volumesOf } from './volumes.ts'

/** The Deployment: passes Pod Security "restricted", spreads over zones and nodes, and removes no replica before a new one serves. */
export function deployment(application: Application): string {
  const { name, image, port, cluster } = application
  const { cpu, memory } = runtimeOf(application)
  const { mounts, volumes } = volumesOf(application)
  const spread = (topologyKey: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selector(application) },
    matchLabelKeys: ['pod-template-hash'],
  })
  return yamlFile(
    'The image has no digest yet, so nothing starts: a release sets it in the overlay. The number of replicas is left to the HorizontalPodAutoscaler, so that applying this file does not undo its decision.',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(application),
      spec: {
        revisionHistoryLimit: 5,
        // Long enough for a slow node to pull, start and pass its probes.
        progressDeadlineSeconds: 600,
        selector: { matchLabels: selector(application) },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: { labels: selector(application), annotations: { 'kubectl.kubernetes.io/default-container': name } },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: stopSeconds.beforeSignal + stopSeconds.atMost,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: user,
              runAsGroup: user,
              fsGroup: user,
              fsGroupChangePolicy: 'OnRootMismatch',
              seccompProfile: { type: 'RuntimeDefault' },
              // A node without AppArmor refuses a pod that asks for it: those of EKS (Amazon Linux, Bottlerocket) have SELinux.
              ...(cluster === 'eks' ? {} : { appArmorProfile: { type: 'RuntimeDefault' } }),
            },
            topologySpreadConstraints: [spread('topology.kubernetes.io/zone'), spread('kubernetes.io/hostname')],
            containers: [
              {
                name,
                image: `${image}@${noDigestYet}`,
                imagePullPolicy: 'IfNotPresent',
                ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
                env: environmentOf(application),
                // Only the container's log is written to the node's disk.
                resources: {
                  requests: { cpu: `${cpu.request}m`, memory: `${memory}Mi` },
                  limits: { cpu: `${cpu.limit}m`, memory: `${memory}Mi`, 'ephemeral-storage': '1Gi' },
                },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  privileged: false,
                  capabilities: { drop: ['ALL'] },
                },
                ...probes(application, 'http'),
                // The image has no "sleep" program; the kubelet itself waits (Kubernetes 1.30 and newer).
                lifecycle: { preStop: { sleep: { seconds: stopSeconds.beforeSignal } } },
                volumeMounts: mounts,
              },
            ],
            volumes,
          },
        },
      },
    },
  )
}

/** The environment of the container: values, secrets, and what nobody has said, without which it does not start. */
function environmentOf(application: Application): object[] {
  const { name } = application
  const environment = deploymentEnvironment(application, {
    collector: `https://collector.${neighbours.tracing}.svc`,
    hostOf: (service) => (application.cluster === 'eks' ? outsideHost(service) : `${service}.${neighbours.data}.svc`),
  })
  return [
    ...(application.tracing === undefined ? [] : whichPod),
    ...named(doubled(environment, /\$[$(]/)),
    ...secretVariables(application).map(({ name: variable, group, key }) => ({
      name: variable,
      valueFrom: { secretKeyRef: { name: `${name}-${group}`, key } },
    })),
    ...openSettings(application).map((setting) => ({
      name: setting.name,
      valueFrom: { configMapKeyRef: { name: `${name}-settings`, key: setting.name } },
    })),
  ]
}

/** What tells one replica's traces from another's. */
const whichPod = [
  { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  {
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    value: 'k8s.namespace.name=$(POD_NAMESPACE),k8s.pod.name=$(POD_NAME),service.instance.id=$(POD_NAME)',
  },
]
