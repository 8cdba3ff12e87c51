import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { customDefinitions } from '../engine/custom-resources.ts'
import {
  deploymentIn,
  forbiddenPods,
  podOf,
  type Deployment,
  type KubernetesObject,
  type Pod,
  type ServiceMonitor,
} from '../engine/kubernetes-objects.ts'
import { schemaLocation } from '../engine/kubernetes-schemas.ts'
import { manifestTools, type ManifestTools } from '../engine/manifest-tools.ts'
import { odd, ofCloudRun, ofKubernetes } from '../engine/scaffolds.ts'
import { startApiServer, type Answer, type ApiServer } from './kubernetes/api-server.ts'
import { installDefinitions } from './kubernetes/install-definitions.ts'
import { writePublishedSchemas } from './kubernetes/published-schemas.ts'

describe('a real API server', () => {
  let server: ApiServer
  let tools: ManifestTools

  beforeAll(async () => {
    server = await startApiServer()
    await installDefinitions(server, await customDefinitions())
    tools = await manifestTools()
  })

  afterAll(async () => {
    tools.end()
    await server.stop()
  })

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

  it.each(ofKubernetes)(
    'takes every object of %s, without a warning, and its pod into a namespace that is restricted',
    async (title, make) => {
      const objects = await namespaceOf(
        await tools.objectsOf((await make()).files),
        `scaffold-${ofKubernetes.findIndex(([other]) => other === title)}`,
      )
      for (const object of objects.filter(({ kind }) => kind !== 'Namespace' && kind !== 'ServiceAccount'))
        expect({ kind: object.kind, ...(await server.create(object, dryRun)) }).toEqual({
          kind: object.kind,
          ...created,
        })
      expect(await server.create(podOf(deploymentIn(objects)), dryRun)).toEqual(created)
    },
  )

  it.each(ofCloudRun)('takes the Knative service of %s', async (_title, make) => {
    const { files } = await make()
    expect(
      await server.create(parse(files['deploy/cloud-run/service.yaml'] ?? '') as KubernetesObject, dryRun),
    ).toEqual(created)
  })

  it('publishes the schemas by which kubeconform agrees, and refuses a misspelt field', async () => {
    const rendered = (
      await Promise.all(ofKubernetes.map(async ([, make]) => tools.objectsOf((await make()).files)))
    ).flat()
    const directory = tools.written({})
    await writePublishedSchemas(server, rendered, directory)
    const kubeconform = (documents: readonly unknown[]) =>
      tools.complaints('kubeconform', ['-strict', '-schema-location', schemaLocation(directory), 'objects.yaml'], {
        'objects.yaml': documents.map((document) => JSON.stringify(document)).join('\n---\n'),
      })
    expect(await kubeconform(rendered)).toBe('')
    const deployment = deploymentIn(rendered)
    const misspelt = { ...deployment, spec: { ...deployment.spec, replica: 3 } }
    expect(await kubeconform([misspelt])).toContain("additional properties 'replica' not allowed")
  })

  describe('says no', () => {
    let pod: Pod
    let objects: KubernetesObject[]

    beforeAll(async () => {
      objects = await namespaceOf(await tools.objectsOf((await odd()).files), 'bad')
      pod = podOf(deploymentIn(objects))
    })

    it.each(forbiddenPods)('to a pod that %s, and warns of its Deployment', async (_what, said, change) => {
      const changed = structuredClone(pod)
      change(changed)
      expect(await server.create(changed, dryRun)).toMatchObject({
        status: 403,
        said: expect.stringMatching(new RegExp(`violates PodSecurity "restricted:latest".*${said}`)) as string,
      })
      const deployment = structuredClone(deploymentIn(objects))
      change(deployment.spec.template)
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
        'a duration that is not valid',
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
