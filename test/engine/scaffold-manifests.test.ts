import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { scaffoldOf } from '../unit/scaffold/applications.ts'
import { customDefinitions } from './custom-resources.ts'
import {
  deploymentIn,
  forbiddenPods,
  podOf,
  type Deployment,
  type KubernetesObject,
  type ServiceMonitor,
} from './kubernetes-objects.ts'
import { schemaLocation, writeDefinedSchemas } from './kubernetes-schemas.ts'
import { composeDigests, manifestTools, overlay, type ManifestTools } from './manifest-tools.ts'
import { allKinds, customKinds, odd, ofCloudRun, ofKubernetes, scaffolds } from './scaffolds.ts'

let tools: ManifestTools
beforeAll(async () => {
  tools = await manifestTools()
})
afterAll(() => tools.end())

describe('the tools say no', () => {
  it('hadolint to a base without a version', async () => {
    expect(await tools.hadolint('FROM debian\n')).toEqual([expect.objectContaining({ code: 'DL3006' })])
  })

  it('actionlint to a key that GitHub does not know', async () => {
    const workflow = 'on: push\njobs: {a: {runs-on: ubuntu-24.04, step: [{run: "true"}]}}\n'
    expect(await tools.actionlint({ '.github/workflows/a.yaml': workflow })).toContain('unexpected key "step"')
  })

  it.each([
    ['a misspelt key', 'services: {a: {image: a, readonly: true}}\n', 'readonly'],
    ['a network that is not there', 'services: {a: {image: a, networks: [edge]}}\n', 'undefined network edge'],
    ['a secret that is not there', 'services: {a: {image: a, secrets: [password]}}\n', 'undefined secret'],
    ['a digest that nobody gave', 'services: {a: {image: "a@${DIGEST:?set it}"}}\n', 'set it'],
  ])('Compose to %s', async (_what, text, said) => {
    expect(await tools.compose({ 'compose.yaml': `name: a\n${text}` })).toContain(said)
  })

  it('kustomize to a file that is not there', async () => {
    const { files } = await scaffoldOf('go')
    const { 'deploy/kubernetes/base/service.yaml': _, ...others } = files
    expect(await tools.complaints('kustomize', ['build', overlay], others)).toContain('service.yaml')
  })
})

describe('a scaffold is what its tools read', () => {
  it.each(scaffolds)('%s', async (_title, make) => {
    const made = await make()
    const { files, application } = made
    const said = await Promise.all([
      tools.hadolint(files['Dockerfile'] ?? ''),
      tools.actionlint(files),
      application.targets.includes('compose') ? tools.compose(files) : '',
      application.targets.includes('kubernetes') ? tools.objectsOf(files) : [],
    ])
    expect(said.slice(0, 3)).toEqual([[], '', ''])
    expect(said[3].map(({ kind }) => kind).toSorted()).toEqual(
      application.targets.includes('kubernetes') ? allKinds(made) : [],
    )
  })

  it('a Compose file starts nothing before each digest is given', async () => {
    const { files } = await odd()
    for (const missing of ['ORDERS_DIGEST', 'POSTGRES_DIGEST', 'REDIS_DIGEST'])
      expect(await tools.compose(files, { ...composeDigests, [missing]: '' })).toContain(
        `required variable ${missing} is missing a value`,
      )
  })
})

// The exhaustive tests ask a complete API server, which takes minutes to compile and rarely changes.
describe("Kubernetes' own types, Pod Security's own library and the definitions of custom resources", () => {
  const own = { registered: true, invalid: '', forbidden: '' }
  let schemas: string

  beforeAll(async () => {
    schemas = tools.written({})
    writeDefinedSchemas(await customDefinitions(), schemas)
  })

  const kubeconform = (objects: readonly object[]) =>
    tools.complaints('kubeconform', ['-strict', '-schema-location', schemaLocation(schemas), 'objects.yaml'], {
      'objects.yaml': objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    })

  it.each(ofKubernetes)(
    'have nothing against %s, and let its pods into a restricted namespace',
    async (_title, make) => {
      const made = await make()
      const objects = await tools.objectsOf(made.files)
      const answers = await tools.podSecurity([...objects, podOf(deploymentIn(objects))])
      const custom = objects.filter((_, index) => answers[index]?.registered === false)
      expect(custom.map(({ kind }) => kind).toSorted()).toEqual(customKinds(made))
      expect(answers.filter(({ registered }) => registered)).toEqual(
        [...objects.filter((object) => !custom.includes(object)), { kind: 'Pod' }].map(({ kind }) => ({
          ...own,
          pods: kind === 'Deployment' || kind === 'Pod',
        })),
      )
      expect(await kubeconform(custom)).toBe('')
    },
  )

  it.each(ofCloudRun)('have nothing against the Knative service of %s', async (_title, make) => {
    const { files } = await make()
    expect(await kubeconform([parse(files['deploy/cloud-run/service.yaml'] ?? '') as object])).toBe('')
  })

  describe('say no', () => {
    let objects: KubernetesObject[]
    beforeAll(async () => {
      objects = await tools.objectsOf((await odd()).files)
    })

    it.each(forbiddenPods)('to a pod that %s, and to its Deployment', async (_what, said, change) => {
      const deployment = structuredClone(deploymentIn(objects))
      change(deployment.spec.template)
      const answers = await tools.podSecurity([deployment, podOf(deployment)])
      for (const answer of answers)
        expect(answer).toEqual({
          ...own,
          pods: true,
          forbidden: expect.stringMatching(
            new RegExp(`^violates PodSecurity "restricted:latest": .*${said}`),
          ) as string,
        })
    })

    it('to a misspelt field of a pod', async () => {
      const deployment = structuredClone(deploymentIn(objects))
      Object.assign(deployment.spec.template.spec.containers[0], { readinessprobe: {} })
      const [answer] = await tools.podSecurity([deployment])
      expect(answer?.invalid).toContain('unknown field "spec.template.spec.containers[0].readinessprobe"')
    })

    it('to a value of another type', async () => {
      const deployment: Deployment = structuredClone(deploymentIn(objects))
      Object.assign(deployment.spec, { replicas: 'three' })
      const [answer] = await tools.podSecurity([deployment])
      expect(answer?.invalid).toContain('cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas')
    })

    it.each<[string, string, (object: ServiceMonitor) => void]>([
      [
        'a misspelt field of a custom resource',
        "additional properties 'sampleLimits' not allowed",
        ({ spec }) => void Object.assign(spec, { sampleLimits: 1 }),
      ],
      [
        'a duration that is not valid',
        '/spec/endpoints/0/interval',
        ({ spec }) => void Object.assign(spec.endpoints[0], { interval: 'often' }),
      ],
    ])('to %s', async (_what, said, change) => {
      const monitor = structuredClone(objects.find(({ kind }) => kind === 'ServiceMonitor')) as ServiceMonitor
      change(monitor)
      expect(await kubeconform([monitor])).toContain(said)
    })
  })
})
