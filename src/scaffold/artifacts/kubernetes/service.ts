import type { Application } from '../../application.ts'
import { yamlFile } from '../../yaml-file.ts'
import { metadata, selector } from './names.ts'

/** One address inside the cluster. */
export function service(application: Application): string {
  return yamlFile('Reachable from inside the cluster; outside traffic comes through the ingress.', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(application),
    spec: {
      type: 'ClusterIP',
      selector: selector(application),
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' }],
    },
  })
}

/** A dedicated identity, without a token: the application does not talk to the API server. */
export function serviceAccount(application: Application): string {
  return yamlFile('A dedicated identity, without a token: the application does not talk to the API server.', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(application),
    automountServiceAccountToken: false,
  })
}
