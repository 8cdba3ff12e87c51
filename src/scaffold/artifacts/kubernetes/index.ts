import type { Application } from '../../application.ts'
import { noAuthorityYet } from '../database-authority.ts'
import { deployment } from './deployment.ts'
import { authorityFile, baseKustomization, namespace, productionKustomization } from './kustomization.ts'
import { prometheusRule } from './alerts.ts'
import { dashboard } from './dashboard.ts'
import { serviceMonitor } from './monitoring.ts'
import { networkPolicy } from './network-policy.ts'
import { httpRoute, ingress } from './exposure.ts'
import { externalSecrets } from './external-secrets.ts'
import { awsIdentity } from './identity.ts'
import { horizontalPodAutoscaler, podDisruptionBudget } from './scaling.ts'
import { service, serviceAccount } from './service.ts'

/** Every object, by file; undefined for one that would stand for nothing. */
const objects: Readonly<Record<string, (application: Application) => string | undefined>> = {
  'deployment.yaml': deployment,
  'external-secrets.yaml': externalSecrets,
  'horizontal-pod-autoscaler.yaml': horizontalPodAutoscaler,
  'http-route.yaml': httpRoute,
  'ingress.yaml': ingress,
  'network-policy.yaml': networkPolicy,
  'pod-disruption-budget.yaml': podDisruptionBudget,
  'prometheus-rule.yaml': prometheusRule,
  'service-account.yaml': serviceAccount,
  'service-monitor.yaml': serviceMonitor,
  'service.yaml': service,
}

/** A base with every object, and an overlay for production. */
export function kubernetes(application: Application): Record<string, string> {
  const made = Object.entries(objects).flatMap(([file, make]) => {
    const text = make(application)
    return text === undefined ? [] : [[file, text] as const]
  })
  return {
    ...Object.fromEntries(made.map(([file, text]) => [`deploy/kubernetes/base/${file}`, text])),
    ...awsIdentity(application),
    'deploy/kubernetes/base/dashboard.json': dashboard(application),
    'deploy/kubernetes/base/kustomization.yaml': baseKustomization(
      application,
      made.map(([file]) => file),
    ),
    ...(application.databaseTls === undefined
      ? {}
      : { [`deploy/kubernetes/overlays/production/${authorityFile}`]: noAuthorityYet(application) }),
    'deploy/kubernetes/overlays/production/kustomization.yaml': productionKustomization(application),
    'deploy/kubernetes/overlays/production/namespace.yaml': namespace(application),
  }
}
