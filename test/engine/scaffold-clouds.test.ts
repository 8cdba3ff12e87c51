import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { complianceNames } from '../../src/scaffold/index.ts'
import { applications, scaffoldOf } from '../unit/scaffold/applications.ts'
import { records } from '../unit/scaffold/records.ts'
import { cloudInputs, type CloudCall } from './cloud-inputs.ts'
import { filledIn, policyLinter } from './iam-policies.ts'

let faultsOf: (calls: readonly CloudCall[]) => Promise<string[][]>
let findingsOf: (policies: readonly string[]) => Promise<string[][]>

beforeAll(async () => {
  faultsOf = await cloudInputs()
  findingsOf = await policyLinter()
})

/** The call that each file is the input of. */
const callOf: Record<string, string> = {
  'deploy/cloud-run/service.yaml': 'google run.v1 Service',
  'deploy/ecs/log-retention.json': 'aws logs PutRetentionPolicy',
  'deploy/ecs/scalable-target.json': 'aws application-autoscaling RegisterScalableTarget',
  'deploy/ecs/scaling-policy.json': 'aws application-autoscaling PutScalingPolicy',
  'deploy/ecs/service.json': 'aws ecs CreateService',
  'deploy/ecs/task-definition.json': 'aws ecs RegisterTaskDefinition',
  'deploy/kubernetes/aws/pod-identity-association.json': 'aws eks CreatePodIdentityAssociation',
}

/** Policies are texts within calls, of which the library of AWS knows no form. */
const isPolicy = (path: string) => path.endsWith('-policy.json') && callOf[path] === undefined

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
      .filter(([path]) => /^deploy\/(ecs|cloud-run)\//.test(path) && !isPolicy(path))
    expect(new Set(files.map(([path]) => path))).toEqual(
      new Set(Object.keys(callOf).filter((path) => !path.startsWith('deploy/kubernetes/'))),
    )
    const said = await faultsOf(files.map(([path, text]): CloudCall => [callOf[path] ?? '', parse(text)]))
    expect(said.flat()).toEqual([])
  })
})

describe('what a linter says of IAM policies', () => {
  it('no to an action and a condition that AWS does not have, and to a resource that is of another kind', async () => {
    const statement = (Action: string, Resource: string, Condition: object = {}) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource, Condition }] })
    expect(
      await findingsOf([
        statement('s3:GetObjects', 'arn:aws:s3:::a/*'),
        statement('s3:GetObject', 'arn:aws:s3:::a'),
        statement('s3:GetObject', '*'),
        statement('s3:GetObject', 'arn:aws:s3:::a/*', { StringEquals: { 's3:Prefixes': 'a' } }),
      ]),
    ).toEqual([
      ['UNKNOWN_ACTION: Unknown action s3:GetObjects'],
      [expect.stringContaining('RESOURCE_MISMATCH')],
      [expect.stringContaining('RESOURCE_STAR')],
      [expect.stringContaining('UNKNOWN_CONDITION_FOR_ACTION')],
    ])
  })

  it.each<[string, Record<string, unknown>]>([
    ['Pod Identity', {}],
    ['IRSA', { identity: 'irsa' }],
    ['no regime', { compliance: ['internal'] }],
  ])('nothing against the policies of roles for %s, once they are filled in', async (_title, answers) => {
    const { files } = await records({ targets: ['kubernetes', 'ecs'], ...answers })
    const policies = Object.entries(files).filter(([path]) => isPolicy(path))
    expect(policies.map(([path]) => path)).toEqual([
      'deploy/ecs/execution-role-policy.json',
      'deploy/ecs/task-role-policy.json',
      'deploy/ecs/trust-policy.json',
      'deploy/kubernetes/aws/role-policy.json',
      'deploy/kubernetes/aws/trust-policy.json',
    ])
    const findings = await findingsOf(policies.map(([, text]) => filledIn(text)))
    // The issuer of a cluster's tokens is nothing that the linter could know, and conditions are named after it.
    expect(findings.flat().filter((finding) => !finding.includes('oidc.eks.'))).toEqual([])
    const calls = Object.entries(files).flatMap(([path, text]): CloudCall[] =>
      callOf[path] === undefined ? [] : [[callOf[path], parse(text)]],
    )
    expect((await faultsOf(calls)).flat()).toEqual([])
  })
})
