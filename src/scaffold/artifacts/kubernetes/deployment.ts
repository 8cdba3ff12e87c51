import type { Application } from '../../application.ts'
import { backingServices } from '../../backing-services.ts'
import { authority } from '../../database-tls.ts'
import { runtimeOf } from '../../resources.ts'
import { stopSeconds, user } from '../../runtimes.ts'
import { yamlFile } from '../../yaml-file.ts'
import {
  deploymentEnvironment,
  named,
  noDigestYet,
  openSettings,
  outsideHost,
  passwordFiles,
  secretFolder,
  secretVariables,
} from '../environment.ts'
import { probes } from '../probes.ts'
import { collectorAuthority } from '../tracing.ts'
import { metadata, neighbours, selector } from './names.ts'

/** The Deployment: passes Pod Security "restricted", spreads over zones and nodes, and removes no replica before a new one serves. */
export function deployment(application: Application): string {
  const { name, image, port, cluster } = application
  const { cpu, memory, temporary } = runtimeOf(application)
  const secrets = secretsOf(application)
  const collector = collectorOf(application)
  const certificates = certificatesOf(application)
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
                volumeMounts: [
                  { name: 'temporary', mountPath: '/tmp' },
                  ...secrets.mounts,
                  ...certificates.mounts,
                  ...collector.mounts,
                ],
              },
            ],
            volumes: [
              { name: 'temporary', emptyDir: { medium: 'Memory', sizeLimit: `${temporary}Mi` } },
              ...secrets.volumes,
              ...certificates.volumes,
              ...collector.volumes,
            ],
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
    collector: `https://collector.${neighbours.tracing}.svc:4318`,
    hostOf: (service) => (application.cluster === 'eks' ? outsideHost(service) : `${service}.${neighbours.data}.svc`),
  })
  return [
    ...(application.tracing ? whichPod : []),
    ...named(environment),
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

/** The authority of the collector, without which the pod does not start: an operator that hands out authorities makes such a ConfigMap, or a person does. */
function collectorOf({ name, tracing }: Application): { mounts: object[]; volumes: object[] } {
  if (!tracing) return { mounts: [], volumes: [] }
  const { folder, file } = collectorAuthority
  const configMap = { name: `${name}-collector-authority`, items: [{ key: file, path: file }] }
  return {
    mounts: [{ name: 'collector-authority', mountPath: folder, readOnly: true }],
    volumes: [{ name: 'collector-authority', configMap }],
  }
}

/** The passwords that the code reads from files: one volume for all. */
function secretsOf(application: Application): { mounts: object[]; volumes: object[] } {
  const files = passwordFiles(application)
  if (files.length === 0) return { mounts: [], volumes: [] }
  const sources = files.map(({ service }) => ({
    secret: {
      name: `${application.name}-${service}`,
      items: [{ key: 'password', path: backingServices[service].secretFile }],
    },
  }))
  return {
    mounts: [{ name: 'secrets', mountPath: secretFolder, readOnly: true }],
    volumes: [{ name: 'secrets', projected: { defaultMode: 0o440, sources } }],
  }
}

/** The certificates of the database's authority, from the overlay: a changed one has another name, so that pods are replaced. */
function certificatesOf({ name, databaseTls }: Application): { mounts: object[]; volumes: object[] } {
  if (databaseTls === undefined) return { mounts: [], volumes: [] }
  return {
    mounts: [{ name: 'database-authority', mountPath: authority.folder, readOnly: true }],
    volumes: [{ name: 'database-authority', configMap: { name: `${name}-database-authority`, defaultMode: 0o444 } }],
  }
}
