import type { Application } from '../../application.ts'
import { listedHosts } from '../../called-hosts.ts'
import { backingServices } from '../../backing-services.ts'
import { collectorPort } from '../../traces.ts'
import { yamlFile } from '../../yaml-file.ts'
import { metadata, neighbours, outside, selector } from './names.ts'

const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } })
const addresses = (cidr: string) => ({ ipBlock: { cidr } })
const tcp = (port: number | string) => ({ protocol: 'TCP', port })

/** Nothing may talk to or from the namespace except what is listed here. */
export function networkPolicy(application: Application): string {
  const own = (suffix: string) => ({ ...metadata(application), name: `${application.name}-${suffix}` })
  return yamlFile(
    comment(application),
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
        ingress: ingress(application),
        egress: egress(application),
      },
    },
  )
}

function ingress({ metrics, host, cluster }: Application): object[] {
  // The load balancer of EKS sends to the pods themselves, from its own subnets.
  const front =
    host !== undefined && cluster === 'eks' ? addresses(outside.loadBalancer) : namespace(neighbours.ingress)
  return [{ from: [front, ...(metrics === undefined ? [] : [namespace(neighbours.monitoring)])], ports: [tcp('http')] }]
}

function egress({ tracing, needs, aws, cluster, identity }: Application): object[] {
  return [
    {
      to: [{ ...namespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
      ports: [{ protocol: 'UDP', port: 53 }, tcp(53)],
    },
    ...(tracing === undefined ? [] : [{ to: [namespace(neighbours.tracing)], ports: [tcp(collectorPort(tracing))] }]),
    ...needs.map((need) => ({
      to: [cluster === 'eks' ? addresses(outside.data) : namespace(neighbours.data)],
      ports: [tcp(backingServices[need].port)],
    })),
    ...(aws === undefined ? [] : [{ to: [addresses(outside.endpoints)], ports: [tcp(443)] }]),
    // https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
    ...(identity === 'pod-identity'
      ? [{ to: [addresses('169.254.170.23/32'), addresses('fd00:ec2::23/128')], ports: [tcp(80)] }]
      : []),
  ]
}

/** What passes, and what an administrator must fill in. */
function comment({ metrics, tracing, needs, aws, identity, host, hosts, cluster }: Application): string {
  const passes = [
    host !== undefined && cluster === 'eks' ? 'requests from the load balancer' : 'requests from the ingress',
    ...(metrics === undefined ? [] : ['scrapes from monitoring']),
    'DNS lookups in the cluster',
    ...(tracing === undefined ? [] : ['traces to the collector']),
    ...needs.map((need) => backingServices[need].title),
    ...(aws === undefined ? [] : ['HTTPS to AWS']),
    ...(identity === 'pod-identity' ? ['the Pod Identity agent of the node'] : []),
  ]
  const blocks = [
    ...(host !== undefined && cluster === 'eks' ? [`${outside.loadBalancer} by the subnets of the load balancer`] : []),
    ...(cluster === 'eks' && needs.length > 0 ? [`${outside.data} by those of the database`] : []),
    ...(aws === undefined
      ? []
      : [
          `${outside.endpoints} by those of the interface endpoints of ${endpointsOf(aws, identity)} in your VPC: a gateway endpoint has public addresses, which no policy can name`,
        ]),
  ]
  return [
    `Nothing may pass except what is needed: ${passes.join(', ')}.`,
    'The namespaces are selected by label.',
    ...(blocks.length === 0
      ? []
      : [`Replace ${blocks.join(', ')}. Nobody has these addresses, so nothing passes until then.`]),
    ...(cluster === 'eks' && needs.length > 0
      ? []
      : ['A database outside the cluster needs an ipBlock with its private subnets instead of the namespace.']),
    ...(hosts.length === 0
      ? []
      : [
          `The code goes to ${listedHosts(hosts)}, which nothing here allows: a policy knows no names. Add what lets it out, such as an egress gateway or proxy.`,
        ]),
    'This requires a CNI plugin that enforces network policies.',
  ].join(' ')
}

/** The services of AWS that are reached by endpoints, in words. */
function endpointsOf(
  { storage, services }: NonNullable<Application['aws']>,
  identity: Application['identity'],
): string {
  const titles = [
    ...(storage === undefined ? [] : ['S3']),
    ...services.map(({ title }) => title),
    ...(identity === 'irsa' ? ['STS'] : []),
  ]
  const all = titles.length === 0 ? ['the services that it calls'] : titles
  return all.length === 1 ? (all[0] as string) : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
