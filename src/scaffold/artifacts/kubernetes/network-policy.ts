import type { Application } from '../../application.ts'
import { backingServices } from '../../backing-services.ts'
import { yamlFile } from '../../yaml-file.ts'
import { metadata, neighbours, selector } from './names.ts'

/** Nothing may talk to or from the namespace except what is listed here. */
export function networkPolicy(application: Application): string {
  const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } })
  const tcp = (port: number | string) => ({ protocol: 'TCP', port })
  const own = (suffix: string) => ({ ...metadata(application), name: `${application.name}-${suffix}` })
  return yamlFile(
    `Nothing may pass except what is needed: requests from the ingress${application.metrics === undefined ? '' : ', scrapes from monitoring'}, DNS lookups in the cluster${application.tracing ? ', traces to the collector' : ''}${application.needs.map((need) => `, ${backingServices[need].title}`).join('')}. The namespaces are selected by label; a database outside the cluster needs an ipBlock instead. This requires a CNI plugin that enforces network policies.`,
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: own('deny-all'),
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: own('allow'),
      spec: {
        podSelector: { matchLabels: selector(application) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [
              namespace(neighbours.ingress),
              ...(application.metrics === undefined ? [] : [namespace(neighbours.monitoring)]),
            ],
            ports: [tcp('http')],
          },
        ],
        egress: [
          {
            to: [{ ...namespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
            ports: [{ protocol: 'UDP', port: 53 }, tcp(53)],
          },
          ...(application.tracing ? [{ to: [namespace(neighbours.tracing)], ports: [tcp(4318)] }] : []),
          ...application.needs.map((need) => ({
            to: [namespace(neighbours.data)],
            ports: [tcp(backingServices[need].port)],
          })),
        ],
      },
    },
  )
}
