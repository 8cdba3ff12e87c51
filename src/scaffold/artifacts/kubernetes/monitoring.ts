import type { Application } from '../../application.ts'
import { replicas } from '../../runtimes.ts'
import { yamlFile } from '../../yaml-file.ts'
import { metadata, selector } from './names.ts'

/** Tells the Prometheus operator where the metrics are. https://prometheus-operator.dev/docs/api-reference/api/ */
export function serviceMonitor(application: Application): string {
  return yamlFile('For the Prometheus operator. Its selectors must match this namespace and these labels.', {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: metadata(application),
    spec: {
      selector: { matchLabels: selector(application) },
      endpoints: [{ port: 'http', path: application.metrics, interval: '30s', scrapeTimeout: '10s' }],
      sampleLimit: 10_000,
    },
  })
}

/** Alerts on what every cluster measures; alerts on requests need the application's own metric names. */
export function prometheusRule(application: Application): string {
  const { name } = application
  const title = name
    .split('-')
    .map((part) => `${part[0]?.toUpperCase()}${part.slice(1)}`)
    .join('')
  const pods = `container="${name}"`
  const alert = (
    suffix: string,
    expr: string,
    minutes: number,
    severity: 'critical' | 'warning',
    summary: string,
    description: string,
  ) => ({
    alert: `${title}${suffix}`,
    expr,
    for: `${minutes}m`,
    labels: { severity, service: name },
    annotations: { summary, description, runbook: 'DEPLOYMENT.md, section "Runbook"' },
  })
  return yamlFile(
    'Alerts on what kube-state-metrics and the kubelet measure for every application. Objectives for errors and latency need the names of your own metrics: add them here.',
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: metadata(application),
      spec: {
        groups: [
          {
            name: `${name}.availability`,
            rules: [
              alert(
                'Down',
                `absent(up{service="${name}"} == 1)`,
                2,
                'critical',
                `No replica of ${name} answers Prometheus`,
                'Either no replica is running, or the network policy or the metrics path is wrong.',
              ),
              alert(
                'ReplicasMissing',
                `kube_deployment_status_replicas_available{deployment="${name}"} < kube_deployment_spec_replicas{deployment="${name}"}`,
                10,
                'warning',
                `${name} has fewer replicas than desired`,
                'A release that does not become ready, a node without room, or a failing dependency.',
              ),
              alert(
                'Restarts',
                `increase(kube_pod_container_status_restarts_total{${pods}}[15m]) > 2`,
                5,
                'critical',
                `${name} restarts repeatedly`,
                "The liveness probe fails, the process exits, or it is out of memory: the container's last state says which.",
              ),
            ],
          },
          {
            name: `${name}.saturation`,
            rules: [
              alert(
                'MemoryNearLimit',
                `max by (namespace, pod) (container_memory_working_set_bytes{${pods}}) / max by (namespace, pod) (kube_pod_container_resource_limits{${pods}, resource="memory"}) > 0.9`,
                10,
                'warning',
                `${name} uses more than nine tenths of its memory`,
                'It will be killed when it reaches the limit. Raise the limit or find the leak.',
              ),
              alert(
                'Throttled',
                `sum by (namespace, pod) (rate(container_cpu_cfs_throttled_periods_total{${pods}}[5m])) / sum by (namespace, pod) (rate(container_cpu_cfs_periods_total{${pods}}[5m])) > 0.25`,
                15,
                'warning',
                `${name} waits for CPU in a quarter of its periods`,
                'Raise the CPU limit, or lower the load on each replica.',
              ),
              alert(
                'AtMostReplicas',
                `kube_horizontalpodautoscaler_status_current_replicas{horizontalpodautoscaler="${name}"} >= ${replicas.most}`,
                15,
                'warning',
                `${name} runs the maximum number of replicas`,
                'More load cannot be met with more replicas: raise maxReplicas or the resources of each.',
              ),
            ],
          },
        ],
      },
    },
  )
}

/** A Grafana dashboard, as Grafana exports it. The sidecar of the Grafana chart loads ConfigMaps with the label grafana_dashboard. */
export function dashboard(application: Application): string {
  const { name } = application
  const panels: ReadonlyArray<{ title: string; unit: string; expr: string; legend: string }> = [
    {
      title: 'Replicas that serve',
      unit: 'short',
      expr: `sum(kube_deployment_status_replicas_available{deployment="${name}"})`,
      legend: 'available',
    },
    {
      title: 'Restarts in an hour',
      unit: 'short',
      expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total{container="${name}"}[1h]))`,
      legend: '{{pod}}',
    },
    {
      title: 'CPU',
      unit: 'cores',
      expr: `sum by (pod) (rate(container_cpu_usage_seconds_total{container="${name}"}[5m]))`,
      legend: '{{pod}}',
    },
    {
      title: 'Share of CPU periods throttled',
      unit: 'percentunit',
      expr: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{container="${name}"}[5m])) / sum by (pod) (rate(container_cpu_cfs_periods_total{container="${name}"}[5m]))`,
      legend: '{{pod}}',
    },
    {
      title: 'Memory',
      unit: 'bytes',
      expr: `max by (pod) (container_memory_working_set_bytes{container="${name}"})`,
      legend: '{{pod}}',
    },
    {
      title: 'Network received',
      unit: 'Bps',
      expr: `sum by (pod) (rate(container_network_receive_bytes_total{pod=~"${name}-.*"}[5m]))`,
      legend: '{{pod}}',
    },
  ]
  const source = { type: 'prometheus', uid: '${datasource}' }
  const board = {
    uid: name,
    title: name,
    tags: ['application'],
    schemaVersion: 39,
    version: 1,
    editable: false,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }] },
    panels: panels.map(({ title, unit, expr, legend }, index) => ({
      id: index + 1,
      title,
      type: 'timeseries',
      datasource: source,
      gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: [{ refId: 'A', datasource: source, expr, legendFormat: legend }],
    })),
  }
  return `${JSON.stringify(board, undefined, 2)}\n`
}
