import type { Code } from './settings/setting.ts'

/** A service of AWS other than S3 that an application talks to. */
export interface AwsService {
  title: string
  /** The client that shows it. */
  library: string
  /** IAM actions that its calls need; none if no call was recognised. */
  actions: readonly string[]
  /** What they are allowed on. */
  resource: string
}

/** A service by the names that the SDKs have for it, its operations, and what its permissions are on. */
interface Known {
  title: string
  names: readonly string[]
  iam: string
  resource: string
  /** What its resources are called in their ARNs, after the account and before their own name. */
  kinds: readonly string[]
  /** Operations that are actions of the same name, or an action and the operations that need it; those with a star have names that other code has too, and count with the SDK's own words alone. */
  operations: ReadonlyArray<string | readonly [action: string, ...operations: string[]]>
}

const known: readonly Known[] = [
  {
    title: 'SQS',
    names: ['sqs'],
    iam: 'sqs',
    resource: 'its queues',
    kinds: [''],
    operations: [
      // The plurals, and a queue by its name, are what boto3 calls them on a queue.
      ['SendMessage', 'SendMessage', 'SendMessageBatch', '*SendMessages'],
      ['ReceiveMessage', 'ReceiveMessage', 'ReceiveMessages'],
      ['DeleteMessage', 'DeleteMessage', 'DeleteMessageBatch', '*DeleteMessages'],
      ['ChangeMessageVisibility', 'ChangeMessageVisibility', 'ChangeMessageVisibilityBatch'],
      ['GetQueueUrl', 'GetQueueUrl', 'GetQueueByName'],
      'GetQueueAttributes',
    ],
  },
  {
    title: 'SNS',
    names: ['sns'],
    iam: 'sns',
    resource: 'its topics',
    kinds: [''],
    operations: [
      ['Publish', '*Publish', 'PublishBatch'],
      ['Subscribe', '*Subscribe'],
    ],
  },
  {
    title: 'DynamoDB',
    names: ['dynamodb', 'dynamodb-enhanced', 'lib-dynamodb'],
    iam: 'dynamodb',
    resource: 'its tables and their indexes',
    kinds: ['table/'],
    operations: [
      'GetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'BatchGetItem',
      'BatchWriteItem',
      ['Query', '*Query'],
      ['Scan', '*Scan'],
    ],
  },
  {
    title: 'KMS',
    names: ['kms'],
    iam: 'kms',
    resource: 'its key',
    kinds: ['key/'],
    operations: [
      ['Encrypt', '*Encrypt'],
      ['Decrypt', '*Decrypt'],
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      ['Sign', '*Sign'],
      ['Verify', '*Verify'],
    ],
  },
  {
    title: 'Secrets Manager',
    names: ['secretsmanager', 'secrets-manager'],
    iam: 'secretsmanager',
    resource: 'its secrets',
    kinds: ['secret:'],
    operations: ['GetSecretValue', 'PutSecretValue', 'DescribeSecret'],
  },
  {
    title: 'Systems Manager',
    names: ['ssm'],
    iam: 'ssm',
    resource: 'its parameters',
    kinds: ['parameter/'],
    operations: ['GetParameter', 'GetParameters', 'GetParametersByPath', 'PutParameter'],
  },
  {
    title: 'Kinesis',
    names: ['kinesis'],
    iam: 'kinesis',
    resource: 'its streams',
    kinds: ['stream/'],
    operations: ['PutRecord', 'PutRecords', 'GetRecords', 'GetShardIterator', 'ListShards', 'DescribeStreamSummary'],
  },
  {
    title: 'Firehose',
    names: ['firehose'],
    iam: 'firehose',
    resource: 'its streams',
    kinds: ['deliverystream/'],
    operations: ['PutRecord', 'PutRecordBatch'],
  },
  {
    title: 'EventBridge',
    names: ['events', 'eventbridge'],
    iam: 'events',
    resource: 'its event bus',
    kinds: ['event-bus/'],
    operations: ['PutEvents'],
  },
  {
    title: 'SES',
    names: ['ses', 'sesv2'],
    iam: 'ses',
    resource: 'its identity',
    kinds: ['identity/', 'configuration-set/', 'template/'],
    operations: ['SendEmail', 'SendRawEmail', 'SendTemplatedEmail'],
  },
  {
    title: 'Lambda',
    names: ['lambda'],
    iam: 'lambda',
    resource: 'the functions',
    kinds: ['function:'],
    operations: [['InvokeFunction', '*Invoke', 'InvokeWithResponseStream']],
  },
  {
    title: 'Step Functions',
    names: ['stepfunctions', 'sfn'],
    iam: 'states',
    resource: 'its state machines and their executions',
    kinds: ['stateMachine:', 'execution:'],
    operations: ['StartExecution', 'StartSyncExecution', 'DescribeExecution'],
  },
]

const actionOf = (operation: string | readonly [string, ...string[]]) =>
  typeof operation === 'string' ? operation : operation[0]

/** Every action that a note may tell people to add to the role. */
export const namedActions: ReadonlySet<string> = new Set(
  known.flatMap(({ iam, operations }) => operations.map((operation) => `${iam}:${actionOf(operation)}`)),
)

/** A name, or how several begin; neither a sign for any other nor a variable. The identifier of a key says nothing by its beginning. */
const ownName = { key: '(?:mrk-)?[0-9a-f-]{32,36}', other: '/?[A-Za-z0-9_](?:[^*?$\\s]*|[^*?$\\s]{2,}\\*)' }

const namedResources: ReadonlyMap<string, RegExp> = new Map(
  known.map(({ iam, kinds }) => [
    iam,
    new RegExp(
      `^arn:aws[a-z-]*:${iam}:[a-z]{2,4}(?:-[a-z]+)+-\\d:\\d{12}:(?:${kinds.join('|')})${iam === 'kms' ? ownName.key : ownName.other}$`,
    ),
  ]),
)

/** Whether a resource is one with a name, of a service of these actions. */
export function isNamedResource(resource: string, actions: readonly string[]): boolean {
  return actions.some((action) => namedResources.get(action.split(':')[0] ?? '')?.test(resource) === true)
}

/** Names that are no service with permissions of its own here: S3 has them elsewhere, and the rest are ways to credentials. */
const noService = /^(?:s3|s3-control|sts|sso|sso-oidc|cognito-identity|internal|config)$/

/** What libraries are called that are for one service, and where its name is in them. */
const ofOneService = [
  /^@aws-sdk\/client-([a-z0-9-]+)$/,
  /^@aws-sdk\/(lib-dynamodb)$/,
  /^github\.com\/aws\/aws-sdk-go(?:-v2)?\/service\/([a-z0-9]+)$/,
  /^aws-java-sdk-([a-z0-9]+)$/,
  /^spring-cloud-aws-starter-([a-z0-9-]+)$/,
  /^aws-sdk-([a-z0-9]+)$/,
]

/** Code that names a service, whatever the library. */
const inCode = [
  /\b(?:boto3|\w{0,40}[sS]ession(?:\(\))?)\s?\.(?:client|resource|create_client)\(\s*(?:service_name\s?=\s?)?["']([a-z0-9-]{2,40})["']/g,
  /\bnew AWS\.([A-Z][A-Za-z0-9]{1,40})\(/g,
  /\baws-sdk\/clients\/([a-z0-9]{2,40})\b/g,
  /\baws-sdk-go(?:-v2)?\/service\/([a-z0-9]{2,40})\b/g,
  /\bsoftware\.amazon\.awssdk\.services\.([a-z0-9]{2,40})\b/g,
  /\bcom\.amazonaws\.services\.([a-z0-9]{2,40})\b/g,
]

/** Every service of AWS but S3 that libraries or code name, by title. */
export function awsServices(libraries: ReadonlySet<string>, code: readonly Code[], client: string): AwsService[] {
  const byLibrary = [...libraries].flatMap((library) =>
    ofOneService.flatMap((form) => form.exec(library)?.[1] ?? []).map((name) => ({ name, library })),
  )
  const byCode = code.flatMap(({ text }) =>
    inCode.flatMap((form) =>
      [...text.matchAll(form)].map(([, name = '']) => ({
        name: name.toLowerCase().replace(/v2$/, ''),
        library: client,
      })),
    ),
  )
  const named = [...byLibrary, ...byCode].filter(({ name }) => !noService.test(name))
  const services = new Map<string, AwsService>()
  for (const { name, library } of named) {
    const service = serviceOf(name, library, code)
    if (!services.has(service.title)) services.set(service.title, service)
  }
  return [...services.values()].toSorted((a, b) => (a.title < b.title ? -1 : 1))
}

function serviceOf(name: string, library: string, code: readonly Code[]): AwsService {
  const service = known.find(({ names }) => names.includes(name))
  if (service === undefined) return { title: `${name} of AWS`, library, actions: [], resource: 'its resources' }
  const actions = service.operations
    .filter((operation) =>
      (typeof operation === 'string' ? [operation] : operation.slice(1)).some((own) =>
        code.some(({ text }) => callOf(own).test(text)),
      ),
    )
    .map((operation) => `${service.iam}:${actionOf(operation)}`)
  return { title: service.title, library, actions, resource: service.resource }
}

/** An operation in the spellings of all languages: send_message, sendMessage, SendMessageCommand. */
function callOf(operation: string): RegExp {
  const name = operation.replace('*', '')
  const words = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()
  const camel = `${name[0]?.toLowerCase()}${name.slice(1)}`
  if (!operation.startsWith('*')) return new RegExp(`\\b(?:${words}|${camel}|${name})(?:Command|Input|Request)?\\b`)
  // In Python the arguments of these are in capitals, which no other library has.
  return new RegExp(
    `\\b${name}(?:Command|Input|Request)\\b|\\.(?:${words}|${camel})\\(\\s*(?:[A-Z][a-z]\\w+\\s?=|\\*\\*)`,
  )
}

/** What must be added to the role, as a part of a sentence. */
export function permissionsFor({ title, actions, resource }: AwsService): string {
  return actions.length === 0
    ? `what it does in ${title} (no call was recognised) on ${resource}`
    : `${actions.join(', ')} on ${resource}`
}
