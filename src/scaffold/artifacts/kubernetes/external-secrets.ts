import type { Application } from '../../application.ts'
import { yamlFile } from '../../yaml-file.ts'
import { passwordFiles, secretVariables } from '../environment.ts'
import { metadata } from './names.ts'

/** Whether the application has secrets at all. */
function keysByGroup(application: Application): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>()
  const files = passwordFiles(application).map(({ service }) => ({ group: service, key: 'password' }))
  for (const { group, key } of [...files, ...secretVariables(application)])
    groups.set(group, (groups.get(group) ?? new Set()).add(key))
  return groups
}

/**
 * Copies secrets from a store into the namespace: https://external-secrets.io/latest/api/externalsecret/. A Secret outlives an outage of the store, and serves variables as well as files; the Secrets
 * Store CSI driver mounts files alone, and no pod starts while the store does not answer. Undefined if there are no secrets.
 */
export function externalSecrets(application: Application): string | undefined {
  const { name } = application
  const groups = [...keysByGroup(application)]
  if (groups.length === 0) return undefined
  const documents = groups.map(([group, keys]) => ({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { ...metadata(application), name: `${name}-${group}` },
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'secret-store' },
      // What is gone from the store must not stop pods that run: somebody removes the copy knowingly.
      target: { name: `${name}-${group}`, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      data: [...keys].map((key) => ({ secretKey: key, remoteRef: { key: `${name}/${group}/${key}` } })),
    },
  }))
  const names = groups.flatMap(([group, keys]) => [...keys].map((key) => `${name}/${group}/${key}`))
  return yamlFile(
    `For the External Secrets Operator: no secret is in this repository. Replace secret-store by the store of your cluster, and put ${names.join(', ')} into it. A variable takes a changed value when its pod is replaced.`,
    ...documents,
  )
}
