import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { parse } from 'yaml'
import type { KubernetesObject } from './kubernetes-objects.ts'

/** Kinds that a cluster learns from somebody else's Go module. */
interface CustomResources {
  module: string
  version: string
  /** What Go says of the module's content: whoever serves something else is found out. */
  sum: string
  files: readonly string[]
}

const published: readonly CustomResources[] = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    files: [
      'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
      'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
    ],
  },
  {
    module: 'github.com/external-secrets/external-secrets',
    version: 'v1.3.2',
    sum: 'h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=',
    files: ['config/crds/bases/external-secrets.io_externalsecrets.yaml'],
  },
  {
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.4.1',
    sum: 'h1:NPxFutNkKNa8UfLd2CMlEuhIPMQgDQ6DXNKG9sHbJU8=',
    files: ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
  },
  {
    // Cloud Run offers its API.
    module: 'knative.dev/serving',
    version: 'v0.46.0',
    sum: 'h1:OF4Jt+6xY4nw0lFb9G3rEEJPZcNx1k2Kf1IhhJp/Rg4=',
    files: ['config/core/300-resources/service.yaml'],
  },
]

/** How an object defines a kind. */
export interface Definition extends KubernetesObject {
  spec: {
    group: string
    names: { kind: string }
    versions: Array<{ name: string; served: boolean; schema: { openAPIV3Schema: object } }>
  }
}

/** The kinds of operators, of the Gateway API and of Knative that a scaffold uses, as their own releases define them. */
export async function customDefinitions(): Promise<Definition[]> {
  const found = await Promise.all(
    published.map(async (resources) => {
      const directory = await moduleDirectory(resources)
      return resources.files.map((file) => parse(readFileSync(join(directory, file), 'utf8')) as Definition)
    }),
  )
  return found.flat()
}

/** The content of a module, as the machine's own Go gets it. */
async function moduleDirectory({ module, version, sum }: CustomResources): Promise<string> {
  const { stdout } = await execa('go', ['mod', 'download', '-json', `${module}@${version}`], {
    cwd: tmpdir(),
    env: { GOWORK: 'off' },
  })
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string }
  if (Sum !== sum) throw new Error(`wanted ${module} ${version} with the sum ${sum}, got ${Sum}`)
  return Dir
}
