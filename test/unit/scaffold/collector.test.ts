import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isFilledIn } from '../../../src/scaffold/index.ts'
import { scaffoldOf } from './applications.ts'
import { records } from './records.ts'
import { awsFaults, documentsOf, objectFaults } from './schemas.ts'

const task = 'deploy/ecs/task-definition.json'
const run = 'deploy/cloud-run/service.yaml'
const digest = /@sha256:0{64}$/
const traced = records({ targets: ['ecs', 'cloud-run'] })

interface Container {
  name: string
  image: string
  env?: Array<{ name: string; value: string }>
  environment?: Array<{ name: string; value: string }>
  [key: string]: unknown
}

const taskOf = (text = '') =>
  JSON.parse(text) as { cpu: string; memory: string; containerDefinitions: [Container, Container] }
const revisionOf = (text = '') =>
  (
    parse(text) as {
      spec: {
        template: { metadata: { annotations: Record<string, string> }; spec: { containers: [Container, Container] } }
      }
    }
  ).spec.template

/** The configuration that a collector is given in its environment. */
function configurationOf({ env, environment }: Container): Record<string, unknown> {
  const text = (env ?? environment ?? []).find(({ value }) => value.startsWith('{'))?.value
  return parse(text ?? '') as Record<string, unknown>
}

describe('an application that is traced', () => {
  it('has the collector that it sends to in its ECS task, hardened and within the size of the task', async () => {
    const { files } = await traced
    const { cpu, memory, containerDefinitions } = taskOf(files[task])
    const [application, collector] = containerDefinitions
    expect(application.environment).toContainEqual({
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      value: 'http://127.0.0.1:4318',
    })
    expect(application['dependsOn']).toEqual([{ containerName: 'records-collector', condition: 'START' }])
    expect(collector).toMatchObject({
      name: 'records-collector',
      essential: false,
      user: '65532:65532',
      readonlyRootFilesystem: true,
      privileged: false,
      linuxParameters: { capabilities: { drop: ['ALL'] } },
      healthCheck: { command: ['CMD', '/healthcheck'] },
      logConfiguration: { options: { 'awslogs-group': '/ecs/records' } },
    })
    expect(collector.image).toMatch(/^public\.ecr\.aws\/aws-observability\/aws-otel-collector@/)
    expect(collector.image).toMatch(digest)
    const sum = (key: string) => Number(application[key]) + Number(collector[key])
    expect([sum('cpu'), sum('memory')]).toEqual([Number(cpu), Number(memory)])
    expect(Number(application['memory'])).toBeGreaterThanOrEqual(384)
    expect(awsFaults(task, JSON.parse(files[task] ?? ''))).toEqual([])
  })

  it('has it in its Cloud Run instance, started before it and probed', async () => {
    const { files } = await traced
    const { metadata, spec } = revisionOf(files[run])
    expect(metadata.annotations['run.googleapis.com/container-dependencies']).toBe('{"records":["records-collector"]}')
    const [application, collector] = spec.containers
    expect(application.env).toContainEqual({ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://127.0.0.1:4318' })
    expect(collector).toMatchObject({
      name: 'records-collector',
      resources: { limits: { cpu: '1', memory: '512Mi' } },
      startupProbe: { httpGet: { path: '/', port: 13_133 } },
      livenessProbe: { httpGet: { path: '/', port: 13_133 } },
    })
    // A second container with a port would be one that requests go to.
    expect(collector).not.toHaveProperty('ports')
    expect(collector.image).toMatch(/\/google-cloud-opentelemetry-collector\/otelcol-google@/)
    expect(collector.image).toMatch(digest)
    expect(documentsOf(files[run] ?? '').flatMap(objectFaults)).toEqual([])
  })

  it('reaches it on loopback alone, and what it gets goes to the tracing of the cloud', async () => {
    const { files } = await traced
    const receiver = { otlp: { protocols: { http: { endpoint: '127.0.0.1:4318' } } } }
    expect(configurationOf(taskOf(files[task]).containerDefinitions[1])).toMatchObject({
      receivers: receiver,
      exporters: { awsxray: { region: 'REGION' } },
      service: { pipelines: { traces: { receivers: ['otlp'], exporters: ['awsxray'] } } },
    })
    expect(configurationOf(revisionOf(files[run]).spec.containers[1])).toMatchObject({
      receivers: receiver,
      exporters: { googlecloud: {} },
      service: { pipelines: { traces: { receivers: ['otlp'], exporters: ['googlecloud'] } } },
    })
  })

  it('may write traces, by the role of its task, and nothing else for that', async () => {
    const { files } = await traced
    const policy = JSON.parse(files['deploy/ecs/task-role-policy.json'] ?? '') as { Statement: object[] }
    expect(policy.Statement).toContainEqual({
      Sid: 'Traces',
      Effect: 'Allow',
      Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      Resource: '*',
    })
    const inCluster = (await records()).files['deploy/kubernetes/aws/role-policy.json']
    expect(inCluster).not.toContain('xray')
  })

  it('has a document that says where traces go, by which version, and what they need', async () => {
    const document = (await traced).files['DEPLOYMENT.md'] ?? ''
    for (const said of ['v0.50.0', '0.160.0', 'AWS X-Ray', 'Cloud Trace', '`roles/cloudtrace.agent`'])
      expect(document).toContain(said)
  })

  it('keeps the region and the digests that an administrator fills in', async () => {
    const { files } = await traced
    for (const path of [task, run]) {
      const generated = files[path] ?? ''
      const filled = generated
        .replaceAll('0'.repeat(64), 'ab'.repeat(32))
        .replaceAll('REGION', 'eu-central-1')
        .replaceAll('000000000000', '123456789012')
      expect(isFilledIn(path, filled, generated)).toBe(true)
      expect(isFilledIn(path, generated.replaceAll('127.0.0.1:4318', '0.0.0.0:4318'), generated)).toBe(false)
    }
  })
})

it('an application that is not traced has no second container, and no permission to write traces', async () => {
  const { files } = await scaffoldOf('go', { targets: ['ecs', 'cloud-run'], name: 'orders' })
  expect(taskOf(files[task]).containerDefinitions).toHaveLength(1)
  expect(revisionOf(files[run]).spec.containers).toHaveLength(1)
  expect(Object.values(files).join('')).not.toMatch(/container-dependencies|xray|otelcol/)
})
