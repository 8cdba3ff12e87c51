import type { Application } from '../../application.ts'
import { authority } from '../../database-tls.ts'
import { yamlFile } from '../../yaml-file.ts'
import { noDigestYet } from '../environment.ts'
import { selector } from './names.ts'

/** What is the same in every environment. */
export function baseKustomization(application: Application, resources: readonly string[]): string {
  return yamlFile(
    'The parts that all environments share. Do not apply this directory itself: an overlay sets the namespace and the image.',
    {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      labels: [{ pairs: { 'app.kubernetes.io/part-of': application.name }, includeSelectors: false }],
      resources,
      configMapGenerator: [
        {
          name: `${application.name}-dashboard`,
          files: ['dashboard.json'],
          options: { disableNameSuffixHash: true, labels: { ...selector(application), grafana_dashboard: '1' } },
        },
      ],
    },
  )
}

/** The certificates of the database's authority, beside the overlay. */
export const authorityFile = 'database-authority.pem'

/** Production: its namespace, and the image by digest. */
export function productionKustomization({ name, image, databaseTls }: Application): string {
  return yamlFile(
    `Render with "kubectl kustomize", check, then apply. A release inserts its digest here: kustomize edit set image ${image}=${image}@sha256:...`,
    {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: name,
      resources: ['namespace.yaml', '../../base'],
      images: [{ name: image, digest: noDigestYet }],
      ...(databaseTls === undefined
        ? {}
        : {
            configMapGenerator: [{ name: `${name}-database-authority`, files: [`${authority.file}=${authorityFile}`] }],
          }),
    },
  )
}

/** The namespace, in which only restricted pods start. */
export function namespace(application: Application): string {
  const level = (mode: string) => [`pod-security.kubernetes.io/${mode}`, 'restricted'] as const
  return yamlFile(
    'Only pods that meet the restricted standard start here, whoever applies them: https://kubernetes.io/docs/concepts/security/pod-security-standards/.',
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: application.name,
        labels: {
          ...Object.fromEntries([level('enforce'), level('audit'), level('warn')]),
          // A pod counts as ready only once the load balancer has it: a rollout waits for that.
          ...(application.host !== undefined && application.cluster === 'eks'
            ? { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' }
            : {}),
        },
      },
    },
  )
}
