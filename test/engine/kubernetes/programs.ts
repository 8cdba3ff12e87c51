import { fileURLToPath } from 'node:url'
import { compiled } from '../compiled.ts'

/** A Kubernetes API server and the database that it keeps its objects in, compiled from their Go modules where the cache lacks them: measured on 2 cores, 3 min 20 s. */
export function kubernetesPrograms(): Promise<Record<'apiServer' | 'etcd', string>> {
  return compiled({
    goDirectory: fileURLToPath(new URL('./go/', import.meta.url)),
    module: 'kubernetes',
    programs: {
      apiServer: { version: 'v1.34.2', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
      // The version with which that API server is tested.
      etcd: { version: 'v3.6.4', package: 'go.etcd.io/etcd/server/v3' },
    },
  })
}
