import type { Application } from '../../application.ts'
import { deployment } from './deployment.ts'
import { baseKustomization, namespace, productionKustomization } from './kustomization.ts'
import { dashboard, prometheusRule, serviceMonitor } from './monitoring.ts'
import { networkPolicy } from './network-policy.ts'
import { horizontalPodAutoscaler, podDisruptionBudget } from './scaling.ts'
import { service, serviceAccount } from './service.ts'

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

/** A base with every object, and an overlay for production. */
export function kubernetes(application: Application): Record<string, string> {
  return {
    ...Object.fromEntries(
      Object.entries(objects).map(([file, make]) => [`deploy/kubernetes/base/${file}`, make(application)]),
    ),
    'deploy/kubernetes/base/dashboard.json': dashboard(application),
    'deploy/kubernetes/base/kustomization.yaml': baseKustomization(application, Object.keys(objects)),
    'deploy/kubernetes/overlays/production/kustomization.yaml': productionKustomization(application),
    'deploy/kubernetes/overlays/production/namespace.yaml': namespace(application),
  }
}
