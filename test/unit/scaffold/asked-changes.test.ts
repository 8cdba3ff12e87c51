import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { isFilledIn, targetNames } from '../../../src/scaffold/index.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, scaffoldOf } from './applications.ts'
import { records } from './records.ts'

const base = 'deploy/kubernetes/base'
const deployment = `${base}/deployment.yaml`
const policy = `${base}/network-policy.yaml`
const alerts = `${base}/prometheus-rule.yaml`
const autoscaler = `${base}/horizontal-pod-autoscaler.yaml`
const namespace = 'deploy/kubernetes/overlays/production/namespace.yaml'
const role = 'deploy/kubernetes/aws/role-policy.json'
const task = 'deploy/ecs/task-definition.json'
const service = 'deploy/ecs/service.json'
const run = 'deploy/cloud-run/service.yaml'

const clinic = records({ targets: targetNames, host: 'records.example.com' })
/** S3, and no call of it. */
const unknownCalls = 'import boto3\napp = FastAPI()\nboto3.client("s3")\n@app.get("/health")\n'
const storing = records({ targets: targetNames }, { 'app.py': unknownCalls })
/** S3, and a queue for which the role gets nothing. */
const queueing = records({ targets: targetNames }, { 'app.py': `${unknownCalls}boto3.client("sqs").send_message()\n` })
const allowed = (action: string, resource: string): Change => [
  role,
  ['"Statement": [', `"Statement": [{"Effect": "Allow", "Action": "${action}", "Resource": "${resource}"},`],
]
const queue = 'arn:aws:sqs:eu-central-1:123456789012:orders'
/** AWS, and no service of it. */
const calling = records({ targets: targetNames }, { 'app.py': unknownCalls.replace('"s3"', 'name') })
const shop = scaffoldOf('go', { targets: targetNames, name: 'orders' })

type Change = readonly [path: string, ...replaced: ReadonlyArray<readonly [from: string | RegExp, to: string]>]

/** Whether a file still counts as the generated one after these changes by hand. */
function accepts({ files }: Scaffold, [path, ...replaced]: Change): boolean {
  const generated = files[path] ?? ''
  const changed = replaced.reduce((text, [from, to]) => {
    expect(text).toMatch(from)
    return text.replace(from, to)
  }, generated)
  // What cannot be read would be drift for another reason.
  const documents = path.endsWith('.md') ? [] : parseAllDocuments(changed, { uniqueKeys: true })
  expect(documents.flatMap(({ errors }) => errors)).toEqual([])
  return isFilledIn(path, changed, generated)
}

const words = (text: string) => text.replaceAll(/\n#? */g, ' ')
const said = ({ files }: Scaffold) => words(Object.values(files).join('\n'))

const rule = (to: string, port: number) =>
  `      ports:\n        - protocol: TCP\n          port: 4318\n    - to:\n        - ${to}\n      ports:\n        - protocol: TCP\n          port: ${port}\n`
const afterCollector = /      ports:\n        - protocol: TCP\n          port: 4318\n/
const allows = (to: string, port = 27_017): Change => [policy, [afterCollector, rule(to, port)]]
const block = (cidr: string) => `ipBlock:\n            cidr: ${cidr}`
const neighbour = (name: string) =>
  `namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: ${name}`

const memory = 'set memory to the highest working set plus a third, the CPU request to the median'
const raise = 'raise maxReplicas or the resources of each'
const narrow = 'Narrow it.'
const traffic = 'give the revision a share of the traffic first'
const account = 'Replace the account, REGION, subnets, security group and target group'
const shares = (...lines: string[]): Change => [run, [/  traffic:\n(.*\n)*/, `  traffic:\n${lines.join('\n')}\n`]]

/** What generated texts ask people to change, and the change. */
const asked: ReadonlyArray<readonly [sentence: string, made: Promise<Scaffold>, change: Change]> = [
  [memory, clinic, [deployment, [/memory: 384Mi/g, 'memory: 512Mi'], ['cpu: 200m', 'cpu: 350m']]],
  [memory, clinic, [deployment, ['cpu: 200m', 'cpu: "0.05"'], [/memory: 384Mi/g, 'memory: 1Gi']]],
  [memory, clinic, ['compose.yaml', [/memory: 384M/g, 'memory: 640M'], ['cpus: "0.2"', 'cpus: "0.5"']]],
  [memory, clinic, ['loadline.yaml', ['memory: 384 MiB', 'memory: 640 MiB'], ['cpus: 1', 'cpus: 1.5']]],
  [memory, clinic, [run, ['cpu: "1"', 'cpu: "2"'], ['memory: 512Mi', 'memory: 1Gi']]],
  [
    memory,
    clinic,
    [
      task,
      ['"cpu": "256"', '"cpu": "512"'],
      ['"memory": "512"', '"memory": "1024"'],
      ['"cpu": 224', '"cpu": 448'],
      ['"memory": 384', '"memory": 896'],
    ],
  ],
  [memory, shop, [task, ['"cpu": "256"', '"cpu": "1024"'], ['"memory": "512"', '"memory": "2048"']]],
  ['Raise the limit or find the leak', shop, [deployment, [/memory: 128Mi/g, 'memory: 256Mi']]],
  ['Raise the CPU limit', shop, [deployment, ['cpu: 1000m', 'cpu: 2000m']]],
  [raise, clinic, [autoscaler, ['maxReplicas: 12', 'maxReplicas: 40']]],
  [raise, clinic, [autoscaler, ['minReplicas: 3', 'minReplicas: 6'], ['maxReplicas: 12', 'maxReplicas: 40']]],
  [raise, clinic, ['deploy/ecs/scalable-target.json', ['"MaxCapacity": 12', '"MaxCapacity": 30']]],
  [raise, clinic, [service, ['"desiredCount": 3', '"desiredCount": 5']]],
  [raise, clinic, [run, ['maxScale: "12"', 'maxScale: "30"']]],
  [
    narrow,
    storing,
    [role, ['"s3:AbortMultipartUpload",\n        "s3:GetObject",\n        "s3:PutObject"', '"s3:GetObject"']],
  ],
  [
    narrow,
    storing,
    [role, [/\[\n +"s3:AbortMultipartUpload",\n +"s3:GetObject",\n +"s3:PutObject"\n +\]/, '"s3:GetObject"']],
  ],
  [narrow, storing, [role, ['arn:aws:s3:::BUCKET/*', 'arn:aws:s3:::clinic-documents/incoming/*']]],
  [narrow, storing, [role, ['"arn:aws:s3:::BUCKET/*"', '["arn:aws:s3:::clinic/a/*", "arn:aws:s3:::clinic/b/*"]']]],
  [
    narrow,
    storing,
    [
      'deploy/ecs/task-role-policy.json',
      [
        '"Resource": "arn:aws:s3:::BUCKET/*"',
        '"Resource": "arn:aws:s3:::clinic/*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}',
      ],
    ],
  ],
  ['to its policy, with the names of yours', queueing, allowed('sqs:SendMessage', queue)],
  [
    'its role may do nothing until you give it a policy',
    calling,
    [
      'deploy/ecs/task-role-policy.json',
      [
        '"Statement": [',
        '"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-central-1:123456789012:orders"},',
      ],
    ],
  ],
  [
    'annotation wafv2-acl-arn',
    clinic,
    [
      `${base}/ingress.yaml`,
      [
        '    alb.ingress.kubernetes.io/scheme',
        '    alb.ingress.kubernetes.io/wafv2-acl-arn: arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/0a1b2c3d-0000-4000-8000-0123456789ab\n    alb.ingress.kubernetes.io/scheme',
      ],
    ],
  ],
  [
    'must a mesh or the node encrypt them?',
    clinic,
    [namespace, ['  labels:\n', '  labels:\n    istio.io/dataplane-mode: ambient\n']],
  ],
  [
    'must a mesh or the node encrypt them?',
    clinic,
    [namespace, ['  labels:\n', '  annotations:\n    linkerd.io/inject: enabled\n  labels:\n']],
  ],
  [
    'Each question needs an answer and a name',
    clinic,
    ['deploy/questions.md', [/- \[ \] (.*)/, '- [x] $1 Yes: A. Meier, 2026-11-24'], [/\n$/, '\nSee the contract.\n']],
  ],
  [
    traffic,
    clinic,
    shares(
      '    - percent: 90',
      '      revisionName: records-00007-abc',
      '    - percent: 10',
      '      latestRevision: true',
    ),
  ],
  [traffic, clinic, [run, ['    metadata:\n', '    metadata:\n      name: records-2026-11-24\n']]],
  [
    'give the traffic to the earlier revision',
    clinic,
    shares('    - percent: 100', '      revisionName: records-00006-xyz'),
  ],
  ['Rotate it in the store', clinic, [run, ['key: "1"', 'key: "2"']]],
  ['Each secret is taken in a pinned version', clinic, [run, [/key: "1"/g, 'key: "12"']]],
  [
    'Replace PROJECT and the network',
    clinic,
    [
      run,
      [/"default\\"/, '"projects/net-host/global/networks/shop\\"'],
      [/"default\\"/, '"projects/net-host/regions/europe-west3/subnetworks/run\\"'],
    ],
  ],
  [
    account,
    clinic,
    [
      service,
      [
        /"subnet-PRIVATE-A",\n +"subnet-PRIVATE-B",\n +"subnet-PRIVATE-C"/,
        '"subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"',
      ],
    ],
  ],
  [
    account,
    clinic,
    [
      service,
      ['"subnet-PRIVATE-A"', '"subnet-00000001", "subnet-00000002", "subnet-00000003"'],
      ['"subnet-PRIVATE-B"', '"subnet-00000004"'],
      ['"subnet-PRIVATE-C"', '"subnet-00000005"'],
    ],
  ],
  [account, clinic, [service, ['"sg-records"', '"sg-0a1b2c3d", "sg-0a1b2c3e"']]],
  [
    account,
    clinic,
    [task, [/arn:aws:/g, 'arn:aws-us-gov:'], [/REGION/g, 'us-gov-west-1'], [/000000000000/g, '123456789012']],
  ],
  [
    account,
    clinic,
    [
      'deploy/ecs/execution-role-policy.json',
      [/arn:aws:/g, 'arn:aws-cn:'],
      [/REGION/g, 'cn-north-1'],
      [/000000000000/g, '123456789012'],
    ],
  ],
  [
    'Replace account, REGION and CERTIFICATE-ID',
    clinic,
    [`${base}/ingress.yaml`, ['arn:aws:acm:REGION', 'arn:aws-us-gov:acm:us-gov-east-1']],
  ],
  [
    'the key',
    clinic,
    [
      role,
      ['s3.REGION.amazonaws.com', 's3.cn-north-1.amazonaws.com.cn'],
      ['arn:aws:kms:REGION', 'arn:aws-cn:kms:cn-north-1'],
      [/arn:aws:s3/g, 'arn:aws-cn:s3'],
    ],
  ],
  [
    'Replace secret-store by the store of your cluster',
    clinic,
    [
      `${base}/external-secrets.yaml`,
      ['kind: ClusterSecretStore', 'kind: SecretStore'],
      ['name: secret-store', 'name: vault'],
    ],
  ],
  [
    'Its selectors must match this namespace and these labels',
    clinic,
    [`${base}/service-monitor.yaml`, ['  labels:\n', '  labels:\n    release: kube-prometheus-stack\n']],
  ],
  [
    'Alerts on errors and latency are yours to add',
    shop,
    [
      alerts,
      [
        '  groups:\n',
        '  groups:\n    - name: orders.own\n      rules:\n        - alert: OrdersRefused\n          expr: rate(orders_refused_total[5m]) > 1\n',
      ],
    ],
  ],
  [
    'Alerts on errors and latency are yours to add',
    shop,
    [
      alerts,
      [
        '      rules:\n',
        '      rules:\n        - alert: OrdersRefused\n          expr: rate(orders_refused_total[5m]) > 1\n',
      ],
    ],
  ],
  [
    'An exception needs a reason, an owner and an expiry date',
    shop,
    [
      'loadline.yaml',
      [
        /$/,
        'exceptions:\n  register:\n    - rule: healthcheck\n      id: healthcheck\n      reason: The platform probes.\n      owner: team@example.com\n      expires: 2027-03-31\n',
      ],
    ],
  ],
  ['insert the digest of that version', clinic, [task, [/0{64}/g, 'cd'.repeat(32)]]],
  ['insert the digest of that version', clinic, [run, [/0{64}/g, 'cd'.repeat(32)]]],
  ['Replace PROJECT', clinic, [run, [/PROJECT/g, 'shop-production']]],
  [
    'kustomize edit set image',
    shop,
    ['deploy/kubernetes/overlays/production/kustomization.yaml', [/0{64}/, 'ab'.repeat(32)]],
  ],
]

/** What they ask for that is done elsewhere than in a generated file, and what other tests change. */
const elsewhere = [
  /"?`?settings"?`? in `?deploy\/scaffold\.yaml/,
  /into `\.env`|_DIGEST|in \.env|by a file of its own/,
  /certificates of the (database's )?authority|role of the application/,
  /give the service account `roles/,
  /Replace the replica afterwards|do not set it again|run the scaffold again|^set by|^set both/,
  /Replace (192\.0\.2|198\.51\.100|203\.0\.113)\.0/,
]

/** Sentences, and parts of them, that tell somebody to change something. */
function asking({ files }: Scaffold): string[] {
  const prose = Object.entries(files).flatMap(([path, text]) =>
    path.endsWith('.md')
      ? [text]
      : [...text.matchAll(/^(?:# .*\n)+|description: >?-?\s*(?:.+\n)+?(?= +\w+:)/gm)].map(([own]) => own),
  )
  return prose
    .flatMap((text) =>
      words(text)
        .replaceAll(/\s+/g, ' ')
        .split(/(?<=[.:;?!|])\s/),
    )
    .filter((sentence) => /(^|, |- |\()(raise|narrow|replace|insert|put|add|give|set|widen|rotate) /i.test(sentence))
}

it.each([clinic, storing, calling, shop])(
  'every sentence that asks for a change is in these lists (%#)',
  async (made) => {
    const known = asked.map(([sentence]) => sentence)
    const sentences = asking(await made)
    expect(sentences.length).toBeGreaterThan(10)
    expect(
      sentences.filter(
        (sentence) =>
          !known.some((own) => sentence.includes(own) || own.includes(sentence.replace(/[.:;]$/, ''))) &&
          !elsewhere.some((place) => place.test(sentence)),
      ),
    ).toEqual([])
  },
)

describe('a change that a generated text asks for is no drift:', () => {
  it.each(asked)('%s (%#)', async (sentence, made, change) => {
    expect(said(await made)).toContain(sentence)
    expect(accepts(await made, change)).toBe(true)
  })

  it.each([
    ['private subnets', allows(block('10.20.0.0/20'))],
    ['few addresses of the internet', allows(block('203.0.113.16/28'), 443)],
    ['a namespace', allows(neighbour('search'), 9200)],
    [
      'a namespace, which others follow',
      [policy, [/$/, rule(neighbour('queue'), 5672).replace(afterCollector, '')]] as Change,
    ],
  ])('outgoing traffic that a note says is not allowed until you allow it: to %s', async (_, change) => {
    const requirements = requirementsWith(
      ...['fastapi', 'uvicorn', 'pymongo', 'opentelemetry-sdk', 'opentelemetry-api'].map((name) => `${name}==1.0.0`),
    )
    const made = await records({ targets: targetNames }, { 'requirements.txt': requirements })
    expect(said(made)).toContain('outgoing traffic to it is not allowed until you allow it')
    expect(accepts(made, change)).toBe(true)
  })
})

/** What would make less of a file than it promises, in the places that may be changed. */
const weakened: ReadonlyArray<readonly [what: string, made: Promise<Scaffold>, change: Change]> = [
  ['no limits', clinic, [deployment, [/            limits:\n(              .*\n)+/, '']]],
  ['no limit of memory', clinic, [deployment, [/(limits:\n.*\n)              memory: 384Mi\n/, '$1']]],
  ['a limit that is none', clinic, [deployment, [/memory: 384Mi/g, 'memory: 4000Gi']]],
  ['memory that is no amount', clinic, [deployment, [/memory: 384Mi/g, 'memory: much']]],
  ['a request above its limit', clinic, [deployment, ['cpu: 200m', 'cpu: 1500m']]],
  ['no limit of the disk', clinic, [deployment, ['ephemeral-storage: 1Gi', 'ephemeral-storage: 900Gi']]],
  ['root', clinic, [deployment, ['runAsNonRoot: true', 'runAsNonRoot: false']]],
  ['the user root', clinic, [deployment, ['runAsUser: 65532', 'runAsUser: 0']]],
  ['a writable root', clinic, [deployment, ['readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false']]],
  ['capabilities', clinic, [deployment, [/            capabilities:\n.*\n.*\n/, ''] as const]],
  ['no readiness probe', clinic, [deployment, [/          readinessProbe:\n(            .*\n)+/, '']]],
  ['no liveness probe', clinic, [deployment, [/          livenessProbe:\n(            .*\n)+/, '']]],
  ['an init container', clinic, [deployment, ['      containers:\n', '      initContainers: []\n      containers:\n']]],
  [
    'a directory of the node',
    clinic,
    [deployment, [/emptyDir:\n +medium: Memory\n +sizeLimit: 64Mi/, 'hostPath:\n            path: /']],
  ],
  ['no replica', clinic, [autoscaler, ['minReplicas: 3', 'minReplicas: 0']]],
  ['fewer replicas', clinic, [autoscaler, ['minReplicas: 3', 'minReplicas: 1']]],
  ['fewer at most than at least', clinic, [autoscaler, ['maxReplicas: 12', 'maxReplicas: 2']]],
  ['no task', clinic, [service, ['"desiredCount": 3', '"desiredCount": 0']]],
  ['no instance', clinic, [run, ['minScale: "3"', 'minScale: "0"']]],
  [
    'one zone',
    clinic,
    [service, [/"subnet-PRIVATE-A",\n +"subnet-PRIVATE-B",\n +"subnet-PRIVATE-C"/, '"subnet-0a1b2c3d4e5f60718"']],
  ],
  [
    'the same subnet twice',
    clinic,
    [
      service,
      [/"subnet-PRIVATE-A",\n +"subnet-PRIVATE-B",\n +"subnet-PRIVATE-C"/, '"subnet-00000001", "subnet-00000001"'],
    ],
  ],
  ['a size that Fargate does not have', clinic, [task, ['"memory": "512"', '"memory": "700"']]],
  ['containers larger than their task', clinic, [task, ['"memory": 384', '"memory": 512']]],
  ['every action', storing, [role, ['"s3:GetObject"', '"s3:*"']]],
  ['an action more', storing, [role, ['"s3:GetObject"', '"s3:GetObject", "s3:DeleteObject"']]],
  ['every resource', storing, [role, ['arn:aws:s3:::BUCKET/*', '*']]],
  ['every bucket', storing, [role, ['arn:aws:s3:::BUCKET/*', 'arn:aws:s3:::*']]],
  ['a sign for any bucket', storing, [role, ['arn:aws:s3:::BUCKET/*', 'arn:aws:s3:::clinic*/*']]],
  ['a condition less', clinic, [role, [/,\n +"Condition": \{\n +"StringEquals": \{\n.*\n +\}\n +\}/, '']]],
  ['an action that no note names', queueing, allowed('sqs:PurgeQueue', queue)],
  ['what a note names, on everything', queueing, allowed('sqs:SendMessage', '*')],
  ['every action that a note names one of', queueing, allowed('sqs:*', queue)],
  [
    'a role for others',
    calling,
    [
      'deploy/ecs/task-role-policy.json',
      allowed('iam:PassRole', 'arn:aws:iam::123456789012:role/admin')[1] as [string, string],
    ],
  ],
  ['all but one action', storing, [role, ['"Action"', '"NotAction"']]],
  [
    'every action of another service',
    calling,
    [
      'deploy/ecs/task-role-policy.json',
      [
        '"Statement": [',
        '"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:eu-central-1:123456789012:orders"},',
      ],
    ],
  ],
  [
    'somebody else in a trust policy',
    clinic,
    ['deploy/ecs/trust-policy.json', ['ecs-tasks.amazonaws.com', 'ec2.amazonaws.com']],
  ],
  ['the whole internet', clinic, allows(block('0.0.0.0/0'))],
  ['the whole internet by HTTPS', clinic, allows(block('0.0.0.0/0'), 443)],
  ['the metadata of the cloud', clinic, allows(block('169.254.169.254/32'), 80)],
  ['every namespace', clinic, allows('namespaceSelector: {}')],
  ['every pod', clinic, allows('podSelector: {}')],
  ['everything, on every port', clinic, [policy, [/$/, '    - {}\n']]],
  ['every port', clinic, [policy, [/$/, `    - to:\n        - ${block('10.20.0.0/20')}\n`]]],
  [
    'a rule for all pods of the namespace',
    clinic,
    [policy, ['podSelector: {}\n', 'podSelector: {}\n  egress:\n    - {}\n']],
  ],
  [
    'another list of rules for a firewall',
    clinic,
    [
      `${base}/ingress.yaml`,
      [
        '    alb.ingress.kubernetes.io/scheme',
        '    alb.ingress.kubernetes.io/wafv2-acl-arn: none\n    alb.ingress.kubernetes.io/scheme',
      ],
    ],
  ],
  [
    'another annotation',
    clinic,
    [
      `${base}/ingress.yaml`,
      [
        '    alb.ingress.kubernetes.io/scheme',
        '    alb.ingress.kubernetes.io/auth-type: none\n    alb.ingress.kubernetes.io/scheme',
      ],
    ],
  ],
  ['a namespace for any pod', clinic, [namespace, ['enforce: restricted', 'enforce: privileged']]],
  ['a version that moves', clinic, [run, ['key: "1"', 'key: latest']]],
  ['traffic that is not whole', clinic, shares('    - percent: 50', '      latestRevision: true')],
  ['the name of another service', clinic, [run, ['    metadata:\n', '    metadata:\n      name: other-1\n']]],
  ['no alert', clinic, [alerts, [/        - alert: RecordsDown\n(          .*\n)+/, '']]],
  ['another expression of an alert', clinic, [alerts, ['== 0', '== -1']]],
  ['no question', clinic, ['deploy/questions.md', [/- \[ \] Who rotates.*\n/, '']]],
  ['another question', clinic, ['deploy/questions.md', ['encrypted at rest', 'there']]],
  ['shells in the image', shop, ['loadline.yaml', ['shells: deny', 'shells: allow']]],
  [
    'an exception without an owner',
    shop,
    [
      'loadline.yaml',
      [
        /$/,
        'exceptions:\n  register:\n    - rule: healthcheck\n      id: healthcheck\n      reason: A.\n      expires: 2027-03-31\n',
      ],
    ],
  ],
  ['exceptions for longer', shop, ['loadline.yaml', [/$/, 'exceptions:\n  maximumDays: 900\n']]],
  [
    'a privileged container of Compose',
    shop,
    ['compose.yaml', ['    read_only: true\n', '    read_only: true\n    privileged: true\n']],
  ],
  ['no limits of Compose', shop, ['compose.yaml', [/        limits:\n(          .*\n)+/, '']]],
]

describe('what makes less of a file is drift:', () => {
  it.each(weakened)('%s', async (_, made, change) => {
    expect(accepts(await made, change)).toBe(false)
  })
})
