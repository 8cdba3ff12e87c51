import type { Application } from '../../application.ts'
import { replicas } from '../../runtimes.ts'
import { yamlFile } from '../../yaml-file.ts'
import { metadata, selector } from './names.ts'

/** Follows the load: up at once, down slowly. */
export function horizontalPodAutoscaler(application: Application): string {
  return yamlFile(
    'Scales up at once, at most doubling; scales down by one a minute, after five quiet minutes. Memory is not used as a measure: runtimes rarely give it back.',
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadata(application),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: application.name },
        minReplicas: replicas.least,
        maxReplicas: replicas.most,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: replicas.targetCpuPercent } },
          },
        ],
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 30 }] },
          scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
        },
      },
    },
  )
}

/** Lets nodes be drained, one replica at a time. */
export function podDisruptionBudget(application: Application): string {
  return yamlFile(
    'One replica at a time may be evicted. One that is not ready may always be evicted: it must not prevent a node from being drained.',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(application),
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selector(application) },
      },
    },
  )
}
