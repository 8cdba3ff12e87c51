import { fileURLToPath } from 'node:url'
import { kyvernoVersion, policyControllerVersion } from '../../src/admission/index.ts'
import type { ProgramsOnDemand } from '../../toolchain/programs-on-demand.ts'

const goDirectory = fileURLToPath(new URL('./go/', import.meta.url))

// Programs of others that are compiled only to check ours. What each takes was measured on 2 busy cores, from nothing.

/** Kyverno's command line, which applies a policy with the engine that answers in a cluster: 8 min 12 s. */
export const kyvernoProgram: ProgramsOnDemand<'kyverno'> = {
  goDirectory,
  module: 'kyverno',
  programs: {
    kyverno: { version: `v${kyvernoVersion}`, package: 'github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno' },
  },
  seldom: true,
}

/** policy-controller's own tester: 6 min 8 s. */
export const policyControllerProgram: ProgramsOnDemand<'tester'> = {
  goDirectory,
  module: 'policy-controller',
  programs: {
    tester: { version: `v${policyControllerVersion}`, package: 'github.com/sigstore/policy-controller/cmd/tester' },
  },
  seldom: true,
}

/** A Kubernetes API server and the database that it keeps its objects in: 3 min 20 s. */
export const kubernetesPrograms: ProgramsOnDemand<'apiServer' | 'etcd'> = {
  goDirectory,
  module: 'kubernetes',
  programs: {
    apiServer: { version: 'v1.34.2', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
    // The version with which that API server is tested.
    etcd: { version: 'v3.6.4', package: 'go.etcd.io/etcd/server/v3' },
  },
  seldom: true,
}

/** act, which runs workflows of GitHub on this machine. */
export const actProgram: ProgramsOnDemand<'act'> = {
  goDirectory,
  module: 'act',
  programs: { act: { version: 'v0.2.82', package: 'github.com/nektos/act' } },
  seldom: true,
}

/** The OpenTelemetry collector with the parts that take OTLP and write it out. */
export const collectorProgram: ProgramsOnDemand<'collector'> = {
  goDirectory,
  module: 'collector',
  programs: { collector: { version: 'v0.165.0', package: '.' } },
  seldom: true,
}
