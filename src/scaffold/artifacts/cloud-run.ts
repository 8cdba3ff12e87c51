import type { Application } from '../application.ts'
import { backingServices } from '../backing-services.ts'
import { replicas, runtimes } from '../runtimes.ts'
import { yamlFile } from '../yaml-file.ts'
import { deploymentEnvironment, named, noDigestYet, secretFolder } from './environment.ts'
import { probes } from './probes.ts'

/**
 * The Cloud Run service: https://cloud.google.com/run/docs/reference/yaml/v1. The platform itself gives each instance a
 * sandbox, no privilege and no capability to add.
 */
export function cloudRun(application: Application): string {
  const { name, image, port, needs, language } = application
  const { cpu, memory, temporary } = runtimes[language]
  // Below 512 MiB the second generation of the platform does not start.
  const memoryLimit = Math.max(512, memory)
  const environment = deploymentEnvironment(application, {
    collector: 'http://127.0.0.1:4318',
    hostOf: (service) => `${service}.${name}.internal`,
    secretsIn: (service) => `${secretFolder}/${service}`,
  })
  return yamlFile(
    'Replace PROJECT. The image has no digest yet, so it cannot be deployed: a release inserts its own. Requests come only through the load balancer; outgoing traffic goes through your network.',
    {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: {
        name,
        labels: { application: name },
        annotations: { 'run.googleapis.com/ingress': 'internal-and-cloud-load-balancing' },
      },
      spec: {
        template: {
          metadata: {
            labels: { application: name },
            annotations: {
              'autoscaling.knative.dev/minScale': String(replicas.least),
              'autoscaling.knative.dev/maxScale': String(replicas.most),
              'run.googleapis.com/execution-environment': 'gen2',
              'run.googleapis.com/startup-cpu-boost': 'true',
              'run.googleapis.com/network-interfaces': '[{"network":"default","subnetwork":"default"}]',
              'run.googleapis.com/vpc-access-egress': 'all-traffic',
            },
          },
          spec: {
            serviceAccountName: `${name}@PROJECT.iam.gserviceaccount.com`,
            containerConcurrency: 80,
            timeoutSeconds: 60,
            containers: [
              {
                name,
                image: `${image}@${noDigestYet}`,
                ports: [{ name: 'http1', containerPort: port }],
                env: named(environment),
                resources: { limits: { cpu: String(Math.max(1, cpu.limit / 1000)), memory: `${memoryLimit}Mi` } },
                ...probes(application, port),
                volumeMounts: [
                  { name: 'temporary', mountPath: '/tmp' },
                  ...needs.map((need) => ({ name: need, mountPath: `${secretFolder}/${need}` })),
                ],
              },
            ],
            volumes: [
              { name: 'temporary', emptyDir: { medium: 'Memory', sizeLimit: `${temporary}Mi` } },
              ...needs.map((need) => ({
                name: need,
                secret: {
                  secretName: `${name}-${need}`,
                  items: [{ key: '1', path: backingServices[need].secret.file }],
                },
              })),
            ],
          },
        },
        traffic: [{ percent: 100, latestRevision: true }],
      },
    },
  )
}
