import type { Application } from '../../application.ts'
import { yamlFile } from '../../yaml-file.ts'
import { roleOf } from './identity.ts'
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

/** A dedicated identity, without a token of the cluster's API: the application does not talk to that. */
export function serviceAccount(application: Application): string {
  const { identity } = application
  const annotations = identity === 'irsa' ? { annotations: { 'eks.amazonaws.com/role-arn': roleOf(application) } } : {}
  return yamlFile(
    `A dedicated identity, without a token for the cluster's API: the application does not talk to that.${tokens(application)}`,
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { ...metadata(application), ...annotations },
      automountServiceAccountToken: false,
    },
  )
}

/** How a pod without that token still gets credentials of AWS. */
function tokens({ name, identity }: Application): string {
  if (identity === undefined) return ''
  return identity === 'irsa'
    ? ' Credentials of AWS come by the annotation: a webhook of EKS adds a projected token to each pod, for sts.amazonaws.com alone, which the client exchanges there. That setting does not prevent it, and the API server does not accept that token.'
    : ` Credentials of AWS come by EKS Pod Identity, and nothing here says so: the association in deploy/kubernetes/aws ties ${name} to its role, a webhook of EKS adds a projected token to each new pod, for pods.eks.amazonaws.com alone, and the agent on the node (169.254.170.23) exchanges it. That setting does not prevent it, and the API server does not accept that token.`
}
