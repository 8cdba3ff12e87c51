import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { awsUse } from '../../../src/scaffold/aws.ts'
import { requirementsWith } from './applications.ts'
import { records } from './records.ts'

interface Policy {
  Statement: Array<{ Sid: string; Action: string | string[]; Resource: string; Condition?: Record<string, object> }>
}

const policy = (text: string | undefined) => JSON.parse(text ?? '') as Policy
const eks = 'deploy/kubernetes/aws'
const account = (text: string | undefined) => parse(text ?? '') as Record<string, unknown>

describe('pods on EKS', () => {
  it('get a role by Pod Identity, tied to one service account of one cluster, and no token of the API', async () => {
    const { files } = await records()
    expect(JSON.parse(files[`${eks}/pod-identity-association.json`] ?? '')).toEqual({
      clusterName: 'CLUSTER',
      namespace: 'records',
      serviceAccount: 'records',
      roleArn: 'arn:aws:iam::000000000000:role/records',
    })
    expect(policy(files[`${eks}/trust-policy.json`]).Statement[0]?.Condition?.['StringEquals']).toMatchObject({
      'aws:SourceAccount': '000000000000',
      'aws:RequestTag/kubernetes-namespace': 'records',
      'aws:RequestTag/kubernetes-service-account': 'records',
    })
    const serviceAccount = account(files['deploy/kubernetes/base/service-account.yaml'])
    expect(serviceAccount).toMatchObject({ automountServiceAccountToken: false })
    expect(serviceAccount['metadata']).not.toHaveProperty('annotations')
  })

  it('get it by IRSA where that is answered: by the annotation, and by the issuer of the tokens', async () => {
    const { files } = await records({ identity: 'irsa' })
    expect(files).not.toHaveProperty([`${eks}/pod-identity-association.json`])
    expect(account(files['deploy/kubernetes/base/service-account.yaml'])['metadata']).toMatchObject({
      annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::000000000000:role/records' },
    })
    expect(files[`${eks}/trust-policy.json`]).toContain(
      '"oidc.eks.REGION.amazonaws.com/id/ISSUER-ID:sub": "system:serviceaccount:records:records"',
    )
    expect(files['deploy/kubernetes/base/network-policy.yaml']).not.toContain('169.254')
  })

  it('get nothing of that in another cluster, or without a client of AWS', async () => {
    const without = { 'requirements.txt': requirementsWith('uvicorn==0.54.0') }
    for (const { files } of [await records({ cluster: 'other' }), await records({}, without)])
      expect(Object.keys(files).filter((path) => path.startsWith(eks))).toEqual([])
  })
})

describe('the role of the application', () => {
  const statements = async (code: string, answers: object = {}) =>
    policy(
      (await records({ ...answers }, { 'app.py': `${application}${code}` })).files[`${eks}/role-policy.json`],
    ).Statement.map(({ Sid, Action, Resource }) => [Sid, Action, Resource])
  const application = 'import boto3\napp = FastAPI()\ns3 = boto3.client("s3")\n@app.get("/health")\n'

  it('may do what the code does, in one bucket, with its key', async () => {
    expect(await statements('s3.delete_object()\ns3.list_objects_v2()\n')).toEqual([
      ['Objects', 's3:DeleteObject', 'arn:aws:s3:::BUCKET/*'],
      ['Bucket', 's3:ListBucket', 'arn:aws:s3:::BUCKET'],
      ['KeyOfTheBucket', ['kms:Decrypt', 'kms:GenerateDataKey'], 'arn:aws:kms:REGION:000000000000:key/KEY-ID'],
    ])
  })

  it('names the bucket that is answered, and no key where no regime asks for one', async () => {
    const answers = { settings: { DOCUMENTS_BUCKET: 'clinic-documents' }, compliance: ['internal'] }
    expect(await statements('s3.get_object()\nos.environ["DOCUMENTS_BUCKET"]\n', answers)).toEqual([
      ['Objects', 's3:GetObject', 'arn:aws:s3:::clinic-documents/*'],
    ])
  })

  it('may read and write where no call is recognised, and that is said', async () => {
    const { files, notes } = await records({}, { 'app.py': application })
    expect(policy(files[`${eks}/role-policy.json`]).Statement[0]?.Action).toEqual([
      's3:AbortMultipartUpload',
      's3:GetObject',
      's3:PutObject',
    ])
    expect(notes.join('\n')).toContain('no call of it was recognised')
    expect(files['deploy/settings.md']).toContain('Narrow it.')
  })

  it('may do nothing where the code does not show for which service its client is', async () => {
    const { files, notes } = await records({}, { 'app.py': application.replace('"s3"', 'name') })
    expect(files).not.toHaveProperty([`${eks}/role-policy.json`])
    expect(notes.join('\n')).toContain('its role may do nothing until you give it a policy')
  })

  it('on ECS is not the one that starts the task, and each has its own policy', async () => {
    const { files } = await records({ image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/clinic/records' })
    const task = JSON.parse(files['deploy/ecs/task-definition.json'] ?? '') as Record<string, string>
    expect(task['taskRoleArn']).not.toBe(task['executionRoleArn'])
    // What the collector in the task needs comes after what the code calls.
    expect(policy(files['deploy/ecs/task-role-policy.json']).Statement.slice(0, -1)).toEqual(
      policy(files[`${eks}/role-policy.json`]).Statement,
    )
    expect(
      policy(files['deploy/ecs/execution-role-policy.json']).Statement.map(({ Sid, Resource }) => [Sid, Resource]),
    ).toEqual([
      ['Logs', 'arn:aws:logs:REGION:000000000000:log-group:/ecs/records:log-stream:*'],
      ['Secrets', 'arn:aws:secretsmanager:REGION:000000000000:secret:records/*'],
      ['Settings', 'arn:aws:ssm:REGION:000000000000:parameter/records/*'],
      ['RegistryToken', '*'],
      ['Image', 'arn:aws:ecr:eu-central-1:123456789012:repository/clinic/records'],
    ])
  })
})

describe('services of AWS other than S3', () => {
  const python = (code: string) =>
    records({}, { 'app.py': `import boto3\napp = FastAPI()\n@app.get("/health")\ndef h(): ...\n${code}\n` })

  it('are named with what their calls need, wherever the code is said to talk to something', async () => {
    const { files, notes } = await python(
      'sqs = boto3.client("sqs")\nsqs.send_message(QueueUrl=url)\nsqs.receive_message()\nboto3.resource("dynamodb").Table("a").put_item()',
    )
    const permissions =
      'dynamodb:PutItem on its tables and their indexes; sqs:SendMessage, sqs:ReceiveMessage on its queues'
    expect(notes.join('\n')).toContain(
      `It talks to DynamoDB, SQS of AWS, for which its role gets nothing here: add ${permissions} to its policy`,
    )
    expect(notes.join('\n')).not.toContain('does not show for which service')
    expect(files['DEPLOYMENT.md']).toContain('DynamoDB, SQS.')
    expect(files['DEPLOYMENT.md']).not.toContain('No client of')
    expect(files['deploy/settings.md']).toContain(
      '- SQS (`boto3`): its role on AWS has nothing for it. Add sqs:SendMessage',
    )
    expect(files['deploy/questions.md']).toContain('permissions for DynamoDB, SQS')
    expect(files['deploy/kubernetes/base/network-policy.yaml']).toContain('endpoints of DynamoDB and SQS in')
  })

  it('are named beside S3, whose permissions the role has', async () => {
    const { files, notes } = await python(
      's3 = boto3.client("s3")\ns3.get_object()\nsns = boto3.client("sns")\nsns.publish(TopicArn=t)',
    )
    expect(policy(files[`${eks}/role-policy.json`]).Statement[0]?.Action).toBe('s3:GetObject')
    expect(notes.join('\n')).toContain('add sns:Publish on its topics to its policy')
    expect(notes.join('\n')).not.toContain('It also talks to')
  })

  it('are none of which something is claimed where the code names none', async () => {
    const lines = ['boto3', 'botocore', 'jmespath', 'python-dateutil', 's3transfer', 'six', 'urllib3', 'uvicorn']
    const { files } = await records(
      {},
      {
        'requirements.txt': requirementsWith(...lines.map((name) => `${name}==1.0.0`)),
        'app.py': 'app = FastAPI()\n@app.get("/health")\ndef h(): ...\nclient = boto3.client(name)\n',
      },
    )
    expect(files['DEPLOYMENT.md']).toContain('Its client of AWS (boto3) is for a service that the code does not show.')
  })

  it.each<[libraries: string[], code: string, services: string[]]>([
    [
      ['@aws-sdk/client-sqs', '@aws-sdk/lib-dynamodb'],
      'new SendMessageCommand({}); new QueryCommand({})',
      ['DynamoDB dynamodb:Query', 'SQS sqs:SendMessage'],
    ],
    [['aws-sdk'], 'const kms = new AWS.KMS()\nkms.decrypt({}).promise()', ['KMS ']],
    [
      ['github.com/aws/aws-sdk-go-v2/service/sqs', 'github.com/aws/aws-sdk-go-v2/service/sts'],
      'client.DeleteMessage(ctx, &sqs.DeleteMessageInput{})',
      ['SQS sqs:DeleteMessage'],
    ],
    [['sqs'], 'import software.amazon.awssdk.services.sqs.SqsClient;\nclient.sendMessage(r);', ['SQS sqs:SendMessage']],
    [
      ['aws-config', 'aws-sdk-secretsmanager'],
      'client.get_secret_value().send()',
      ['Secrets Manager secretsmanager:GetSecretValue'],
    ],
    [['aws-sdk-eventbridge', 'aws-sdk-sesv2'], 'client.put_events()', ['EventBridge events:PutEvents', 'SES ']],
    [['aiobotocore'], 'session.create_client("kinesis").put_records()', ['Kinesis kinesis:PutRecords']],
    [['@aws-sdk/client-lambda'], 'client.send(new InvokeCommand({}))', ['Lambda lambda:InvokeFunction']],
    [['@aws-sdk/client-firehose'], 'new PutRecordBatchCommand({})', ['Firehose firehose:PutRecordBatch']],
    [['@aws-sdk/client-sns'], 'new PublishBatchCommand({})', ['SNS sns:Publish']],
    [['@aws-sdk/client-sqs'], 'new DeleteMessageBatchCommand({})', ['SQS sqs:DeleteMessage']],
    [
      ['boto3'],
      'q = boto3.resource("sqs").get_queue_by_name()\nq.send_messages(Entries=e)\nq.receive_messages()\nq.delete_messages(Entries=e)',
      ['SQS sqs:SendMessage sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueUrl'],
    ],
    [['@aws-sdk/client-textract'], '', ['textract of AWS ']],
  ])('%j show theirs', (libraries, text, services) => {
    const use = awsUse(new Set(libraries), [{ path: 'a', text }], false)
    expect(use?.services.map(({ title, actions }) => `${title} ${actions.join(' ')}`)).toEqual(services)
  })
})

it('a service that is not known is one of AWS once', async () => {
  const { notes } = await records({}, { 'more.py': 'client = boto3.client("redshift")\n' })
  expect(notes.join('\n')).toMatch(/It talks to (?:\w+, )*redshift of AWS, for which/)
})

describe('outgoing traffic', () => {
  const egress = async (answers: Record<string, unknown>) => {
    const { files } = await records(answers)
    const [, allow] = parseAllDocuments(files['deploy/kubernetes/base/network-policy.yaml'] ?? '').map(
      (document) => document.toJS() as { spec: { egress: Array<{ to: object[]; ports: Array<{ port: number }> }> } },
    )
    return allow?.spec.egress.map(({ to, ports }) => [JSON.stringify(to), ports.map(({ port }) => port)])
  }

  it('goes to DNS, the collector, the database, the endpoints of AWS and the Pod Identity agent, and nowhere else', async () => {
    expect(await egress({})).toEqual([
      [expect.stringContaining('kube-dns'), [53, 53]],
      [expect.stringContaining('observability'), [4318]],
      ['[{"ipBlock":{"cidr":"192.0.2.0/24"}}]', [5432]],
      ['[{"ipBlock":{"cidr":"198.51.100.0/24"}}]', [443]],
      ['[{"ipBlock":{"cidr":"169.254.170.23/32"}},{"ipBlock":{"cidr":"fd00:ec2::23/128"}}]', [80]],
    ])
  })

  it('goes to the database in its namespace in another cluster', async () => {
    expect((await egress({ cluster: 'other' }))?.[2]).toEqual([expect.stringContaining('"data"'), [5432]])
  })
})
