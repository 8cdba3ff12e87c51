import type { Application } from '../../application.ts'
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
    `Alerts on what kube-state-metrics and the kubelet measure, in the namespace ${name} alone. ${aboutRequests}`,
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

function availability({ name, metrics }: Application): Alert[] {
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

function saturation({ name }: Application): Alert[] {
  const pods = `namespace="${name}", container="${name}"`
  return [
    {
      suffix: 'MemoryNearLimit',
      expr: `max by (pod) (container_memory_working_set_bytes{${pods}}) / max by (pod) (kube_pod_container_resource_limits{${pods}, resource="memory"}) > 0.9`,
      minutes: 10,
      severity: 'warning',
      summary: `${name} uses more than nine tenths of its memory`,
      description: 'It will be killed when it reaches the limit. Raise the limit or find the leak.',
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
