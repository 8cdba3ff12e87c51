import type { Application } from '../application.ts'
import { runtimeOf } from '../resources.ts'

/** The probes of the application's container, by HTTP on a port given by number or name, or by a connection to it. Cloud Run requires each timeout to be shorter than its period. */
export function probes(application: Application, port: number | string) {
  const { health, ready } = application
  const probe = (path: string, timing: Record<string, number>) => ({
    ...(path === 'tcp' ? { tcpSocket: { port } } : { httpGet: { path, port } }),
    ...timing,
  })
  return {
    startupProbe: probe(health, {
      periodSeconds: 3,
      timeoutSeconds: 2,
      failureThreshold: runtimeOf(application).startSeconds * 2,
    }),
    readinessProbe: probe(ready, { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2, successThreshold: 1 }),
    livenessProbe: probe(health, { periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 }),
  }
}
