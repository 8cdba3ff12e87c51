import type { Application } from '../../application.ts'

/** Labels that select the pods of an application. They never change: a Deployment's selector cannot. */
export function selector({ name }: Pick<Application, 'name'>): Record<string, string> {
  return { 'app.kubernetes.io/name': name }
}

/** Labels that every object of the application has. */
export function metadata(application: Pick<Application, 'name'>): { name: string; labels: Record<string, string> } {
  return { name: application.name, labels: selector(application) }
}

/** Cluster namespaces that the application works with. The NetworkPolicy names them: change them there to yours. */
export const neighbours = { ingress: 'ingress', monitoring: 'monitoring', tracing: 'observability', data: 'data' }

/** Addresses outside the cluster that the NetworkPolicy names: those of documentation (RFC 5737), which nobody has, until an administrator fills in his own. */
export const outside = { data: '192.0.2.0/24', endpoints: '198.51.100.0/24', loadBalancer: '203.0.113.0/24' }
