import type { Application } from '../application.ts'
import { runtimes } from '../runtimes.ts'

/** The probes of the application's container, by HTTP on a port given by number or name, or by a connection to it. Cloud Run requires each timeout to be shorter than its period. */
export function probes({ health, ready, language }: Application, port: number | string) {
  const probe = (path: string, timing: Record<string, number>) => ({
    ...(path === 'tcp' ? { tcpSocket: { port } } : { httpGet: { path, port } }),
    ...timing,
  })
  return {
    startupProbe: probe(health, {
      periodSeconds: 3,
      timeoutSeconds: 2,
      failureThreshold: runtimes[language].startSeconds * 2,
    }),
    readinessProbe: probe(ready, { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2, successThreshold: 1 }),
    livenessProbe: probe(health, { periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 }),
  }
}
