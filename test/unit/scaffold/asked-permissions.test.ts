import { describe, expect, it } from 'vitest'
import { isFilledIn, targetNames } from '../../../src/scaffold/index.ts'
import { records } from './records.ts'

const role = 'deploy/kubernetes/aws/role-policy.json'
const task = 'deploy/ecs/task-role-policy.json'
const execution = 'deploy/ecs/execution-role-policy.json'
const app = (code: string) =>
  records({ targets: targetNames }, { 'app.py': `import boto3\napp = FastAPI()\n${code}\n@app.get("/health")\n` })
const storing = app('boto3.client("s3")')
const calling = app('boto3.client(name)')

interface Statement {
  Effect: string
  Action: string | string[]
  Resource: string | string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

async function accepts(
  made: typeof storing,
  path: string,
  change: (statements: Statement[]) => unknown[],
): Promise<boolean> {
  const generated = (await made).files[path] ?? ''
  const policy = JSON.parse(generated) as { Statement: Statement[] }
  return isFilledIn(path, JSON.stringify({ ...policy, Statement: change(policy.Statement) }), generated)
}

const allow = (action: string | string[], resource: string | string[]): Statement => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
})
const at = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`
const key = at('kms', 'key/01234567-89ab-cdef-0123-456789abcdef')
const otherKey = at('kms', 'key/11234567-89ab-cdef-0123-456789abcdef')
const queue = at('sqs', 'orders')
/** The key of the bucket, filled in. */
const filled = (statement: Statement): Statement =>
  statement.Condition === undefined
    ? statement
    : {
        ...statement,
        Resource: key,
        Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
      }
const objects = (...resources: string[]) => {
  return (statements: Statement[]) =>
    statements.map((own) => (own.Resource === 'arn:aws:s3:::BUCKET/*' ? { ...own, Resource: resources } : own))
}

describe('permissions that notes name', () => {
  it.each<[action: string, resource: string]>([
    ['sqs:SendMessage', queue],
    ['dynamodb:Query', at('dynamodb', 'table/orders/index/*')],
    ['secretsmanager:GetSecretValue', at('secretsmanager', 'secret:prod/db-AbCdEf')],
    ['ssm:GetParametersByPath', at('ssm', 'parameter/orders/*')],
    ['lambda:InvokeFunction', at('lambda', 'function:orders')],
    ['states:DescribeExecution', at('states', 'execution:orders:*')],
  ])('are accepted for the application: %s on %s', async (action, resource) => {
    expect(await accepts(storing, role, (own) => [...own, allow(action, resource)])).toBe(true)
    expect(await accepts(calling, task, (own) => [...own, allow(action, resource)])).toBe(true)
    expect(await accepts(storing, execution, (own) => [...own, allow(action, resource)])).toBe(false)
  })

  it.each<[action: string, resource: string]>([
    ['secretsmanager:GetSecretValue', at('secretsmanager', 'secret:*')],
    ['secretsmanager:GetSecretValue', at('secretsmanager', 'secret:a*')],
    ['secretsmanager:GetSecretValue', at('secretsmanager', 'secret:prod/db-??????')],
    ['secretsmanager:GetSecretValue', at('secretsmanager', 'secret:${aws:PrincipalTag/secret}')],
    ['secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:eu-west-1::secret:orders'],
    ['kms:Decrypt', at('kms', 'key/*')],
    ['kms:Decrypt', at('kms', 'key/0123*')],
    ['kms:Decrypt', 'arn:aws:kms:::a*'],
    ['ssm:GetParametersByPath', at('ssm', 'parameter/*')],
    ['sqs:SendMessage', at('sqs', '*')],
    ['dynamodb:GetItem', at('dynamodb', 'table/*')],
    ['kms:Decrypt', queue],
    ['lambda:Invoke', at('lambda', 'function:orders')],
    ['lambda:UpdateFunctionCode', at('lambda', 'function:orders')],
    ['ec2:TerminateInstances', at('ec2', 'instance/i-0123456789')],
    ['s3:PutBucketPolicy', 'arn:aws:s3:::orders'],
    ['s3:GetObject', 'arn:aws:s3:::a*'],
    ['s3:GetObject', 'arn:aws:s3:::orders*/*'],
    ['sqs:sendmessage*', queue],
  ])('are not accepted for a class of resources, nor others: %s on %s', async (action, resource) => {
    for (const [made, path] of [
      [storing, role],
      [calling, task],
      [storing, execution],
    ] as const)
      expect(await accepts(made, path, (own) => [...own.map(filled), allow(action, resource)])).toBe(false)
  })

  it.each<[string, object]>([
    ['all but one resource', { Effect: 'Allow', Action: 'sqs:SendMessage', NotResource: queue }],
    ['all but one action', { Effect: 'Allow', NotAction: 'sqs:SendMessage', Resource: queue }],
    ['a principal', { ...allow('sqs:SendMessage', queue), Principal: '*' }],
    ['another spelling of a key', { ...allow('sqs:SendMessage', queue), resource: '*' }],
    ['a resource that is none', { ...allow('sqs:SendMessage', queue), Resource: [] }],
    ['a second resource', allow('sqs:SendMessage', [queue, at('sqs', '*')])],
  ])('are not accepted with %s', async (_, statement) => {
    expect(await accepts(storing, role, (own) => [...own, statement])).toBe(false)
    expect(await accepts(calling, task, (own) => [...own, statement])).toBe(false)
  })

  it('are those of one bucket for S3, where the code does not show what is called', async () => {
    const added = (...resources: string[]) =>
      accepts(calling, task, (own) => [...own, ...resources.map((resource) => allow('s3:GetObject', resource))])
    expect(await added('arn:aws:s3:::orders/*')).toBe(true)
    expect(await added('arn:aws:s3:::orders/*', 'arn:aws:s3:::payroll/*')).toBe(false)
  })
})

describe('one bucket stays one', () => {
  it.each<[resources: string[], accepted: boolean]>([
    [['arn:aws:s3:::orders/*'], true],
    [['arn:aws:s3:::orders/in/*', 'arn:aws:s3:::orders/out/*'], true],
    [['arn:aws:s3:::orders/*', 'arn:aws:s3:::payroll/*', 'arn:aws:s3:::backups/*'], false],
    [['arn:aws:s3:::BUCKET/*', 'arn:aws:s3:::orders/*', 'arn:aws:s3:::payroll/a'], false],
  ])('in %j', async (resources, accepted) => {
    expect(await accepts(storing, role, objects(...resources))).toBe(accepted)
    expect(await accepts(storing, task, objects(...resources))).toBe(accepted)
  })

  it('in several statements, and in those of its objects and itself', async () => {
    const twice = (own: Statement[]) => [
      ...objects('arn:aws:s3:::orders/*')(own),
      ...objects('arn:aws:s3:::payroll/*')(own),
    ]
    expect(await accepts(storing, role, twice)).toBe(false)
    const listing = app('s3 = boto3.client("s3")\ns3.get_object()\ns3.list_objects_v2()')
    const named = (bucket: string) => (own: Statement[]) =>
      objects('arn:aws:s3:::orders/*')(own).map((statement) =>
        statement.Resource === 'arn:aws:s3:::BUCKET' ? { ...statement, Resource: bucket } : statement,
      )
    expect(await accepts(listing, role, named('arn:aws:s3:::orders'))).toBe(true)
    expect(await accepts(listing, role, named('arn:aws:s3:::payroll'))).toBe(false)
  })
})

describe('what is given under a condition', () => {
  const unguarded = ({ Effect, Action, Resource }: Statement) => ({ Effect, Action, Resource })
  it('is not given without it, nor under another', async () => {
    const changes: Array<(own: Statement[]) => unknown[]> = [
      (own) => own.map(filled).map(unguarded),
      (own) => [...own.map(filled), allow('kms:Decrypt', key)],
      (own) => [...own, allow('kms:Decrypt', key)],
      (own) => [...own.filter(({ Condition }) => Condition === undefined), allow('kms:Decrypt', otherKey)],
      ...[
        { StringLike: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
        { StringEqualsIfExists: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
        { StringEquals: { 'kms:ViaService': '*' } },
        { StringEquals: { 'kms:ViaService': ['s3.eu-west-1.amazonaws.com', 'ec2.eu-west-1.amazonaws.com'] } },
        { StringEquals: { toString: 's3.eu-west-1.amazonaws.com' } },
      ].map(
        (Condition) => (own: Statement[]) =>
          own.map(filled).map((one) => (one.Condition === undefined ? one : { ...one, Condition })),
      ),
    ]
    for (const change of changes) expect(await accepts(storing, role, change)).toBe(false)
    expect(await accepts(storing, role, (own) => own.map(filled))).toBe(true)
  })

  it('leaves room for another key, which a note names', async () => {
    expect(await accepts(storing, role, (own) => [...own.map(filled), allow('kms:Decrypt', otherKey)])).toBe(true)
  })
})
