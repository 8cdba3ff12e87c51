import type { Application } from '../../application.ts'
import { noAuthorityYet } from '../database-authority.ts'
import { deployment } from './deployment.ts'
import { authorityFile, baseKustomization, namespace, productionKustomization } from './kustomization.ts'
import { prometheusRule } from './alerts.ts'
import { dashboard } from './dashboard.ts'
import { serviceMonitor } from './monitoring.ts'
import { networkPolicy } from './network-policy.ts'
import { awsIdentity } from './identity.ts'
import { horizontalPodAutoscaler, podDisruptionBudget } from './scaling.ts'
import { service, serviceAccount } from './service.ts'

/** Every object, by file; those that stand for nothing are left out. */
const objects = {
  'deployment.yaml': deployment,
  'horizontal-pod-autoscaler.yaml': horizontalPodAutoscaler,
  'network-policy.yaml': networkPolicy,
  'pod-disruption-budget.yaml': podDisruptionBudget,
  'prometheus-rule.yaml': prometheusRule,
  'service-account.yaml': serviceAccount,
  'service-monitor.yaml': serviceMonitor,
  'service.yaml': service,
} as const satisfies Record<string, (application: Application) => string>

/** Nothing is scraped where nothing would answer. */
function objectsOf({ metrics }: Application): Array<[file: string, make: (application: Application) => string]> {
  return Object.entries(objects).filter(([file]) => metrics !== undefined || file !== 'service-monitor.yaml')
}

/** A base with every object, and an overlay for production. */
export function kubernetes(application: Application): Record<string, string> {
  return {
    ...Object.fromEntries(
      objectsOf(application).map(([file, make]) => [`deploy/kubernetes/base/${file}`, make(application)]),
    ),
    ...awsIdentity(application),
    'deploy/kubernetes/base/dashboard.json': dashboard(application),
    'deploy/kubernetes/base/kustomization.yaml': baseKustomization(
      application,
      objectsOf(application).map(([file]) => file),
    ),
    ...(application.databaseTls === undefined
      ? {}
      : { [`deploy/kubernetes/overlays/production/${authorityFile}`]: noAuthorityYet(application) }),
    'deploy/kubernetes/overlays/production/kustomization.yaml': productionKustomization(application),
    'deploy/kubernetes/overlays/production/namespace.yaml': namespace(application),
  }
}
