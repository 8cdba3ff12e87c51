import { fileURLToPath } from 'node:url'
import type { ProgramsOnDemand } from '../../toolchain/programs-on-demand.ts'

const below = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What the tests need of other people's programs for manifests, and small ones of ours on other people's libraries: one call of the compiler. */
export const manifestPrograms: ProgramsOnDemand<'composeConfig' | 'kubeconform' | 'kustomize' | 'podSecurity'> = {
  goDirectory: below('./'),
  module: 'manifests',
  programs: {
    composeConfig: { version: 'v2.16.2', package: './compose-config' },
    kubeconform: { version: 'v0.8.0', package: 'github.com/yannh/kubeconform/cmd/kubeconform' },
    kustomize: { version: 'v5.8.1', package: 'sigs.k8s.io/kustomize/kustomize/v5' },
    podSecurity: { version: 'v0.34.2', package: './pod-security' },
  },
  seldom: true,
}

/** actionlint reads workflows as GitHub does. It needs an older YAML library than the others, hence a module of its own. */
export const actionlintProgram: ProgramsOnDemand<'actionlint'> = {
  goDirectory: below('./'),
  module: 'actionlint',
  programs: { actionlint: { version: 'v1.7.12', package: 'github.com/rhysd/actionlint/cmd/actionlint' } },
  seldom: true,
}

/** The client of registries that is not Loadline's own, and a small registry. */
export const craneProgram: ProgramsOnDemand<'crane'> = {
  goDirectory: below('./'),
  module: 'crane',
  programs: { crane: { version: 'v0.22.1', package: 'github.com/google/go-containerregistry/cmd/crane' } },
}

const lifecycleVersion = 'v0.21.14'

/** The lifecycle of Cloud Native Buildpacks, and the launcher that it puts into every image. */
export const buildpacksPrograms: ProgramsOnDemand<'lifecycle' | 'launcher'> = {
  goDirectory: below('../engine/buildpacks/go/'),
  module: 'buildpacks',
  programs: {
    lifecycle: { version: lifecycleVersion, package: 'github.com/buildpacks/lifecycle/cmd/lifecycle' },
    launcher: { version: lifecycleVersion, package: 'github.com/buildpacks/lifecycle/cmd/launcher' },
  },
  seldom: true,
}
