import type { Application } from '../../application.ts'
import type { RequestMetrics } from '../../instruments.ts'
import { errorShare, slowest } from './objectives.ts'

interface Panel {
  title: string
  unit: string
  expr: string
  legend: string
}

/** A Grafana dashboard, as Grafana exports it. The sidecar of the Grafana chart loads ConfigMaps with the label grafana_dashboard. */
export function dashboard(application: Application): string {
  const { name, requests } = application
  const panels = [...(requests === undefined ? [] : ofRequests(application, requests)), ...ofPlatform(application)]
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

/** Rate, errors and latency of requests. */
function ofRequests(application: Application, requests: RequestMetrics): Panel[] {
  const { name } = application
  const seconds = slowest(application, requests)
  return [
    {
      title: 'Requests a second',
      unit: 'reqps',
      expr: `sum by (${requests.status}) (rate(${requests.count}{namespace="${name}", service="${name}"}[5m]))`,
      legend: `{{${requests.status}}}`,
    },
    { title: 'Share of errors', unit: 'percentunit', expr: errorShare(application, requests, '5m'), legend: 'errors' },
    ...(seconds === undefined
      ? []
      : [{ title: 'Seconds of the slowest hundredth', unit: 's', expr: seconds, legend: 'p99' }]),
  ]
}

/** What every cluster measures of the pods. */
function ofPlatform({ name }: Application): Panel[] {
  const pods = `namespace="${name}", container="${name}"`
  return [
    {
      title: 'Replicas that serve',
      unit: 'short',
      expr: `sum(kube_deployment_status_replicas_available{namespace="${name}", deployment="${name}"})`,
      legend: 'available',
    },
    {
      title: 'Restarts in an hour',
      unit: 'short',
      expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total{${pods}}[1h]))`,
      legend: '{{pod}}',
    },
    {
      title: 'CPU',
      unit: 'cores',
      expr: `sum by (pod) (rate(container_cpu_usage_seconds_total{${pods}}[5m]))`,
      legend: '{{pod}}',
    },
    {
      title: 'Share of CPU periods throttled',
      unit: 'percentunit',
      expr: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${pods}}[5m])) / sum by (pod) (rate(container_cpu_cfs_periods_total{${pods}}[5m]))`,
      legend: '{{pod}}',
    },
    {
      title: 'Memory',
      unit: 'bytes',
      expr: `max by (pod) (container_memory_working_set_bytes{${pods}})`,
      legend: '{{pod}}',
    },
    {
      title: 'Network received',
      unit: 'Bps',
      expr: `sum by (pod) (rate(container_network_receive_bytes_total{namespace="${name}", pod=~"${name}-.*"}[5m]))`,
      legend: '{{pod}}',
    },
  ]
}
