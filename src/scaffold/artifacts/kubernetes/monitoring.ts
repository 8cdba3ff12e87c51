import type { Application } from '../../application.ts'
import { yamlFile } from '../../yaml-file.ts'
import { metadata, selector } from './names.ts'

/** Tells the Prometheus operator where the metrics are; undefined if nothing would answer. https://prometheus-operator.dev/docs/api-reference/api/ */
export function serviceMonitor(application: Application): string | undefined {
  if (application.metrics === undefined) return undefined
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
