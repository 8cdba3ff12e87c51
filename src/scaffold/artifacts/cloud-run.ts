import type { Application } from '../application.ts'
import { backingServices, type BackingService } from '../backing-services.ts'
import { authority } from '../database-tls.ts'
import { runtimeOf } from '../resources.ts'
import { replicas } from '../runtimes.ts'
import { yamlFile } from '../yaml-file.ts'
import { besideContainer, instanceCollector, startsAfterCollector } from './collector.ts'
import {
  deploymentEnvironment,
  named,
  noDigestYet,
  openSettings,
  outsideHost,
  passwordFiles,
  secretFolder,
  secretVariables,
} from './environment.ts'
import { probes } from './probes.ts'

/**
 * The Cloud Run service: https://cloud.google.com/run/docs/reference/yaml/v1. The platform itself gives each instance a
 * sandbox, no privilege and no capability to add.
 */
export function cloudRun(application: Application): string {
  const { name, image, port, databaseTls } = application
  const files = passwordFiles(application)
  const { cpu, memory, temporary } = runtimeOf(application)
  // Below 512 MiB the second generation of the platform does not start.
  const memoryLimit = Math.max(512, memory)
  return yamlFile(
    'Replace PROJECT. The image has no digest yet, so it cannot be deployed: a release inserts its own. Requests come only through the load balancer; outgoing traffic goes through your network.' +
      (databaseTls === undefined
        ? ''
        : ` Put the certificates of the database's authority into the secret ${name}-database-authority.`),
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
            annotations: ofRevision(application),
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
                env: environmentOf(application),
                resources: { limits: { cpu: String(Math.max(1, cpu.limit / 1000)), memory: `${memoryLimit}Mi` } },
                ...probesOf(application),
                volumeMounts: [
                  { name: 'temporary', mountPath: '/tmp' },
                  ...files.map(({ service }) => ({ name: service, mountPath: `${secretFolder}/${service}` })),
                  ...(databaseTls === undefined ? [] : [{ name: 'database-authority', mountPath: authority.folder }]),
                ],
              },
              ...instanceCollector(application),
            ],
            volumes: [
              { name: 'temporary', emptyDir: { medium: 'Memory', sizeLimit: `${temporary}Mi` } },
              ...files.map(({ service }) => secretVolume(application, service)),
              ...(databaseTls === undefined ? [] : [authorityVolume(application)]),
            ],
          },
        },
        traffic: [{ percent: 100, latestRevision: true }],
      },
    },
  )
}

/** How many instances there are, what they run in, and which network they are in. */
function ofRevision(application: Application): Record<string, string> {
  return {
    'autoscaling.knative.dev/minScale': String(replicas.least),
    'autoscaling.knative.dev/maxScale': String(replicas.most),
    'run.googleapis.com/execution-environment': 'gen2',
    'run.googleapis.com/startup-cpu-boost': 'true',
    'run.googleapis.com/network-interfaces': '[{"network":"default","subnetwork":"default"}]',
    'run.googleapis.com/vpc-access-egress': 'all-traffic',
    ...startsAfterCollector(application),
  }
}

/** The environment of the container; a secret that is missing, or a setting that nobody has said, keeps a revision from starting. */
function environmentOf(application: Application): object[] {
  const { name } = application
  const environment = deploymentEnvironment(application, {
    collector: besideContainer,
    hostOf: outsideHost,
    secretsIn: (service) => `${secretFolder}/${service}`,
  })
  const open = openSettings(application).map((setting) => ({
    name: setting.name,
    group: 'settings',
    key: setting.name,
  }))
  const fromStore = [...secretVariables(application), ...open].map(({ name: variable, group, key }) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: `${name}-${group}-${key}`, key: '1' } },
  }))
  return [...named(environment), ...fromStore]
}

function secretVolume({ name }: Application, service: BackingService): object {
  const items = [{ key: '1', path: backingServices[service].secretFile }]
  return { name: service, secret: { secretName: `${name}-${service}`, items } }
}

/** The certificates of the database's authority are public, and a secret is how the platform mounts a file. */
function authorityVolume({ name }: Application): object {
  const items = [{ key: '1', path: authority.file }]
  return { name: 'database-authority', secret: { secretName: `${name}-database-authority`, items } }
}

/** The platform opens connections only to see whether a container has started: https://cloud.google.com/run/docs/configuring/healthchecks. */
function probesOf(application: Application): object {
  const { startupProbe, readinessProbe, livenessProbe } = probes(application, application.port)
  return {
    startupProbe,
    ...(application.ready === 'tcp' ? {} : { readinessProbe }),
    ...(application.health === 'tcp' ? {} : { livenessProbe }),
  }
}
