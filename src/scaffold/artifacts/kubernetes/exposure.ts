import type { Application } from '../../application.ts'
import { regulated } from '../../compliance.ts'
import { yamlFile } from '../../yaml-file.ts'
import { arn } from '../aws-policies.ts'
import { stopSeconds } from '../../runtimes.ts'
import { metadata, neighbours } from './names.ts'

/**
 * The way in from outside on EKS: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/. Undefined where nobody outside reaches the application, or the
 * cluster is another.
 */
export function ingress(application: Application): string | undefined {
  const { name, host, cluster, ready, compliance } = application
  if (host === undefined || cluster !== 'eks') return undefined
  const attributes = {
    'deletion_protection.enabled': 'true',
    'routing.http.drop_invalid_header_fields.enabled': 'true',
    ...(regulated(compliance) ? { 'access_logs.s3.enabled': 'true', 'access_logs.s3.bucket': 'ACCESS-LOGS' } : {}),
  }
  return yamlFile(
    `For the AWS Load Balancer Controller: HTTPS alone, with a certificate of ACM for ${host}, to the pods themselves. Replace account, REGION and CERTIFICATE-ID${regulated(compliance) ? ', and ACCESS-LOGS by the bucket for its logs' : ''}. TLS ends at the load balancer.`,
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        ...metadata(application),
        annotations: Object.fromEntries(
          Object.entries({
            scheme: 'internet-facing',
            'target-type': 'ip',
            'listen-ports': '[{"HTTPS":443}]',
            'certificate-arn': arn('acm', 'certificate/CERTIFICATE-ID'),
            // TLS 1.3 and 1.2, with forward secrecy and authenticated encryption alone.
            'ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
            // A load balancer of HTTP asks by HTTP: any answer below 500 shows that the process serves.
            ...(ready === 'tcp' ? { 'success-codes': '200-499' } : { 'healthcheck-path': ready }),
            'target-group-attributes': `deregistration_delay.timeout_seconds=${stopSeconds.open}`,
            'load-balancer-attributes': Object.entries(attributes)
              .map((attribute) => attribute.join('='))
              .join(','),
          }).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value]),
        ),
      },
      spec: {
        ingressClassName: 'alb',
        rules: [
          {
            host,
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } }],
            },
          },
        ],
      },
    },
  )
}

/**
 * The way in from outside in another cluster: https://gateway-api.sigs.k8s.io/api-types/httproute/. Ingress is frozen, and its most used controller has been retired; the Gateway belongs to the
 * cluster, with its certificates.
 */
export function httpRoute(application: Application): string | undefined {
  const { name, host, cluster } = application
  if (host === undefined || cluster === 'eks') return undefined
  return yamlFile(
    `For a Gateway of the cluster that has a listener "https" with a certificate for ${host}: its name and namespace are to be replaced by yours. Its proxies must run in the namespace that the NetworkPolicy lets in.`,
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: metadata(application),
      spec: {
        parentRefs: [{ name: 'gateway', namespace: neighbours.ingress, sectionName: 'https' }],
        hostnames: [host],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [{ name, port: 80 }],
          },
        ],
      },
    },
  )
}
