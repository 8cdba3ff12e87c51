import type { Application } from '../../application.ts'
import { startLimit } from '../../resources.ts'
import { yamlFile } from '../../yaml-file.ts'
import type { Alert } from './alert.ts'
import { metadata } from './names.ts'
import { objectives } from './objectives.ts'

/** Alerts on what every cluster measures, in the namespace of production; those on requests only where a library measures them. */
export function prometheusRule(application: Application): string {
  const { name, requests } = application
  const title = name
    .split('-')
    .map((part) => `${part[0]?.toUpperCase()}${part.slice(1)}`)
    .join('')
  const group = (suffix: string, alerts: readonly Alert[]) => ({
    name: `${name}.${suffix}`,
    rules: alerts.map(({ suffix: alert, minutes, severity, summary, description, expr }) => ({
      alert: `${title}${alert}`,
      expr,
      for: `${minutes}m`,
      labels: { severity, service: name },
      annotations: { summary, description, runbook: 'DEPLOYMENT.md, section "Runbook"' },
    })),
  })
  const aboutRequests =
    requests === undefined
      ? 'There is none on errors and latency, because no library that names its metrics measures requests: the names are yours.'
      : 'Those on requests use the names of the library that measures them.'
  return yamlFile(
    `Alerts on what kube-state-metrics and the kubelet measure, in the namespace ${name} alone. ${aboutRequests} There is none on /tmp, because no series says how full a volume in memory is: what is in it counts as memory.`,
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: metadata(application),
      spec: {
        groups: [
          group('availability', availability(application)),
          ...(requests === undefined ? [] : [group('objectives', objectives(application, requests))]),
          group('saturation', saturation(application)),
        ],
      },
    },
  )
}

function availability(application: Application): Alert[] {
  const { name, metrics } = application
  const deployment = `namespace="${name}", deployment="${name}"`
  const unscraped: Alert = {
    suffix: 'NotScraped',
    expr: `absent(up{namespace="${name}", service="${name}"} == 1)`,
    minutes: 5,
    severity: 'warning',
    summary: `No replica of ${name} answers Prometheus`,
    description: 'If replicas serve, the network policy, the ServiceMonitor or the metrics path is wrong.',
  }
  return [
    {
      suffix: 'Down',
      expr: `kube_deployment_status_replicas_available{${deployment}} == 0`,
      minutes: 2,
      severity: 'critical',
      summary: `No replica of ${name} is available`,
      description: 'Look at the events and the last log lines of its pods.',
    },
    ...(metrics === undefined ? [] : [unscraped]),
    {
      suffix: 'ReplicasMissing',
      expr: `kube_deployment_status_replicas_available{${deployment}} < kube_deployment_spec_replicas{${deployment}}`,
      minutes: 10,
      severity: 'warning',
      summary: `${name} has fewer replicas than desired`,
      description: 'A release that does not become ready, a node without room, or a failing dependency.',
    },
    notReady(application),
    {
      suffix: 'Restarts',
      expr: `increase(kube_pod_container_status_restarts_total{namespace="${name}", container="${name}"}[15m]) > 2`,
      minutes: 5,
      severity: 'critical',
      summary: `${name} restarts repeatedly`,
      description:
        "The liveness probe fails, the process exits, or it is out of memory: the container's last state says which.",
    },
  ]
}

/** Minutes in which a node that is new to the image has it. */
const minutesToPull = 2

/** A start that takes longer than it may. Pods that have ended are never ready, and no start. */
function notReady(application: Application): Alert {
  const { name } = application
  const seconds = startLimit(application)
  return {
    suffix: 'NotReady',
    expr: `min by (pod) (kube_pod_container_status_ready{namespace="${name}", container="${name}"}) == 0 unless on (pod) (kube_pod_status_phase{namespace="${name}", phase=~"Failed|Succeeded"} == 1)`,
    minutes: Math.ceil(seconds / 60) + minutesToPull,
    severity: 'warning',
    summary: `A replica of ${name} is not ready for longer than a start may take`,
    description: `A start may take ${seconds} seconds. It is slower than that, or what it needs does not answer: the events of the pod say which probe fails.`,
  }
}

function saturation({ name }: Application): Alert[] {
  const pods = `namespace="${name}", container="${name}"`
  return [
    {
      suffix: 'MemoryNearLimit',
      expr: `max by (pod) (container_memory_working_set_bytes{${pods}}) / max by (pod) (kube_pod_container_resource_limits{${pods}, resource="memory"}) > 0.9`,
      minutes: 10,
      severity: 'warning',
      summary: `${name} uses more than nine tenths of its memory`,
      description:
        'It will be killed when it reaches the limit, to which what is in /tmp counts. Raise the limit or find the leak.',
    },
    {
      suffix: 'Evicted',
      expr: `sum(kube_pod_status_reason{namespace="${name}", reason="Evicted"}) > 0`,
      minutes: 1,
      severity: 'warning',
      summary: `A replica of ${name} was evicted`,
      description:
        'Its log took more than the 1 GiB that it may have on the disk of the node, or the node ran out of something: the message of the pod says which.',
    },
    {
      suffix: 'Throttled',
      expr: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${pods}}[5m])) / sum by (pod) (rate(container_cpu_cfs_periods_total{${pods}}[5m])) > 0.25`,
      minutes: 15,
      severity: 'warning',
      summary: `${name} waits for CPU in a quarter of its periods`,
      description: 'Raise the CPU limit, or lower the load on each replica.',
    },
    {
      suffix: 'AtMostReplicas',
      expr: `kube_horizontalpodautoscaler_status_current_replicas{namespace="${name}", horizontalpodautoscaler="${name}"} >= kube_horizontalpodautoscaler_spec_max_replicas{namespace="${name}", horizontalpodautoscaler="${name}"}`,
      minutes: 15,
      severity: 'warning',
      summary: `${name} runs the maximum number of replicas`,
      description: 'More load cannot be met with more replicas: raise maxReplicas or the resources of each.',
    },
  ]
}
