import { fileURLToPath } from 'node:url'
import { compiled } from './compiled.ts'

/** kustomize, kubeconform, and the library by which Docker Compose reads its files: measured from nothing on 2 cores, 30 s. */
export function manifestPrograms(): Promise<Record<'kustomize' | 'kubeconform' | 'composeConfig', string>> {
  return compiled({
    goDirectory: fileURLToPath(new URL('./go/', import.meta.url)),
    module: 'manifests',
    programs: {
      kustomize: { version: 'v5.8.1', package: 'sigs.k8s.io/kustomize/kustomize/v5' },
      kubeconform: { version: 'v0.8.0', package: 'github.com/yannh/kubeconform/cmd/kubeconform' },
      composeConfig: { version: 'v2.16.2', package: './compose-config' },
    },
  })
}
