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
