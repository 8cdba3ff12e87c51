import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { complianceNames } from '../../src/scaffold/index.ts'
import { applications, scaffoldOf } from '../unit/scaffold/applications.ts'
import { cloudInputs, type CloudCall } from './cloud-inputs.ts'

let faultsOf: (calls: readonly CloudCall[]) => Promise<string[][]>

beforeAll(async () => {
  faultsOf = await cloudInputs()
})

/** The call that each file is the input of. */
const callOf: Record<string, string> = {
  'deploy/cloud-run/service.yaml': 'google run.v1 Service',
  'deploy/ecs/log-retention.json': 'aws logs PutRetentionPolicy',
  'deploy/ecs/scalable-target.json': 'aws application-autoscaling RegisterScalableTarget',
  'deploy/ecs/scaling-policy.json': 'aws application-autoscaling PutScalingPolicy',
  'deploy/ecs/service.json': 'aws ecs CreateService',
  'deploy/ecs/task-definition.json': 'aws ecs RegisterTaskDefinition',
}

describe('what the libraries of AWS and Google say of the inputs of their calls', () => {
  it('no to a misspelt field, a wrong type, an unknown word, a field that is missing, and what Cloud Run leaves out of Knative', async () => {
    const service = (container: object) => ({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      spec: { template: { spec: { containers: [{ image: 'a', ...container }] } } },
    })
    const bad: Array<[CloudCall, string]> = [
      [
        ['aws ecs CreateService', { serviceName: 'a', launchTyp: 'FARGATE' }],
        'Unknown parameter in input: "launchTyp"',
      ],
      [['aws ecs CreateService', { serviceName: 1 }], 'Invalid type for parameter serviceName'],
      [
        ['aws ecs CreateService', { serviceName: 'a', launchType: 'FARGAT' }],
        'CreateService.launchType: wanted one of EC2, FARGATE',
      ],
      [
        ['aws ecs RegisterTaskDefinition', { containerDefinitions: [] }],
        'Missing required parameter in input: "family"',
      ],
      [
        ['google run.v1 Service', service({ imagePullPolicies: 'Always' })],
        'Service.spec.template.spec.containers: unknown field imagePullPolicies',
      ],
      [['google run.v1 Service', service({ ports: [{ containerPort: '8080' }] })], 'wanted integer, found "8080"'],
      [['google run.v1 Service', service({ livenessProbe: { exec: { command: ['true'] } } })], 'exec is not supported'],
    ]
    const said = await faultsOf(bad.map(([call]) => call))
    for (const [index, [call, wanted]] of bad.entries())
      expect(said[index]?.join('\n'), JSON.stringify(call)).toContain(wanted)
  })

  it.each(applications)('nothing against any file of the scaffold of %s', async (stack) => {
    const made = await Promise.all(
      [['internal'], complianceNames.filter((name) => name !== 'internal')].map((compliance) =>
        scaffoldOf(stack, { targets: ['ecs', 'cloud-run'], compliance }),
      ),
    )
    const files = made
      .flatMap((scaffold) => Object.entries(scaffold.files))
      .filter(([path]) => /^deploy\/(ecs|cloud-run)\//.test(path))
    expect(new Set(files.map(([path]) => path))).toEqual(new Set(Object.keys(callOf)))
    const said = await faultsOf(files.map(([path, text]): CloudCall => [callOf[path] ?? '', parse(text)]))
    expect(said.flat()).toEqual([])
  })
})
