import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { parse } from 'yaml'
import type { ApiServer, KubernetesObject } from './api-server.ts'

/** Kinds that an API server learns from somebody else's Go module. */
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
    // Cloud Run offers its API.
    module: 'knative.dev/serving',
    version: 'v0.46.0',
    sum: 'h1:OF4Jt+6xY4nw0lFb9G3rEEJPZcNx1k2Kf1IhhJp/Rg4=',
    files: ['config/core/300-resources/service.yaml'],
  },
]

type Definition = KubernetesObject & { spec: { group: string; versions: Array<{ name: string; served: boolean }> } }

/** Teaches a server the kinds of the Prometheus operator and of Knative that a scaffold uses, as their own releases define them. */
export async function installCustomResources(server: ApiServer): Promise<void> {
  for (const resources of published) {
    const directory = await moduleDirectory(resources)
    for (const file of resources.files) {
      const definition = parse(readFileSync(join(directory, file), 'utf8')) as Definition
      const { status, said } = await server.create(definition)
      if (status !== 201) throw new Error(`${file} of ${resources.module} was refused: ${said}`)
      await served(server, definition)
    }
  }
}

/** Waits until the server says that it knows the kind, and how it looks. */
async function served(server: ApiServer, { spec: { group, versions } }: Definition): Promise<void> {
  const version = versions.find(({ served: offered }) => offered)?.name
  const path = `apis/${group}/${version}`
  for (let waited = 0; waited < 120; waited += 1) {
    const { paths } = await server.read<{ paths: Record<string, unknown> }>('/openapi/v3')
    if (path in paths) return
    await sleep(250)
  }
  throw new Error(`the API server does not serve ${path}`)
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
