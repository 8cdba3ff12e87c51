import type { Application } from '../application.ts'
import { regulated } from '../compliance.ts'
import { inCode, inSentence } from './markdown-text.ts'

/** A question that these files cannot answer, and where the answer is put. */
type Question = readonly [question: string, place: string]

/** deploy/questions.md: what is outside of the application's own files, and must be answered before it holds data. Nothing in it is claimed to be done. */
export function questionsDocument(application: Application): string {
  const sections = [
    ['Data at rest and its backup', atRest(application)],
    ['Beside the server', beside(application)],
    ['The way in and the way out', network(application)],
    ['People and contracts', people(application)],
  ] as const
  return [
    `# Open questions for ${application.name}`,
    '',
    'The application keeps nothing itself: no file here makes a database, a bucket, a disk or a contract. Each question needs an answer and a name before production.',
    ...sections.flatMap(([title, questions]) =>
      questions.length === 0
        ? []
        : ['', `## ${title}`, '', ...questions.map(([question, place]) => `- [ ] ${question} *${place}*`)],
    ),
    '',
  ].join('\n')
}

function atRest({ needs, aws, targets, cluster, settings }: Application): Question[] {
  const onAws = targets.includes('ecs') || (targets.includes('kubernetes') && cluster === 'eks')
  const managed = onAws ? 'RDS: StorageEncrypted, KmsKeyId, BackupRetentionPeriod, CopyTagsToSnapshot' : 'the database'
  const secrets = settings.some(({ use }) => use.by === 'secret' || use.by === 'service')
  return [
    ...(needs.includes('postgres')
      ? ([
          [
            'Is the database encrypted at rest, with a key of your own? It cannot be turned on later without a copy.',
            managed,
          ],
          [
            'How far back can it be restored, to which minute, and when was that last tried? Are backups in another account or region?',
            managed,
          ],
          ['Does it refuse connections without TLS?', onAws ? 'RDS: rds.force_ssl = 1' : 'the database: hostssl'],
        ] as const)
      : []),
    ...(aws?.storage === undefined
      ? []
      : ([
          [
            'Is the bucket encrypted with the key that the role may use, and is that the default for new objects?',
            'S3: PutBucketEncryption',
          ],
          [
            'Is public access blocked, and are requests without TLS denied?',
            'S3: PutPublicAccessBlock, bucket policy with aws:SecureTransport',
          ],
          [
            'Are versions kept, for how long, and who can delete them?',
            'S3: PutBucketVersioning, lifecycle, Object Lock',
          ],
        ] as const)),
    ...(targets.includes('kubernetes') && secrets
      ? ([
          [
            'Are Secrets encrypted in the cluster with a key of your own?',
            cluster === 'eks' ? 'EKS: encryptionConfig' : 'API server: EncryptionConfiguration',
          ],
        ] as const)
      : []),
    ...(targets.includes('kubernetes')
      ? ([
          [
            'Are the disks of the nodes encrypted? Logs and images lie there; the pod itself mounts no volume that lasts.',
            cluster === 'eks' ? 'launch template: gp3, encrypted' : 'nodes',
          ],
        ] as const)
      : []),
    ...(targets.includes('compose') && needs.length > 0
      ? ([
          [
            `Is the disk of the host encrypted, and who copies ${needs.map((need) => `${need}-data`).join(' and ')} to another machine, how often, and tries to restore it?`,
            'host',
          ],
        ] as const)
      : []),
  ]
}

/** What else the application is, for which nothing here runs. */
function beside({ migrations, processes }: Application): Question[] {
  const tools = migrations.map(({ tool, path }) => `${tool}: ${inSentence(path)}`).join(', ')
  return [
    ...(migrations.length === 0
      ? []
      : ([
          [
            `What applies the migrations of its database (${tools}) before a new version serves: the program at its start, or a job of yours? No file here does.`,
            'a job before each release, with the same image',
          ],
        ] as const)),
    ...processes.map(
      ({ name, command, path }) =>
        [
          `Where does ${inSentence(name)} (${path}: ${inCode(command)}) run? It is another process of the same code, and no file here starts it.`,
          'a deployment of its own',
        ] as const,
    ),
  ]
}

function network({ host, hosts, cluster, targets, compliance, aws }: Application): Question[] {
  const outside = hosts
    .slice(0, 8)
    .map((called) => called.host)
    .join(', ')
  return [
    ...(host === undefined
      ? []
      : ([
          [
            'TLS ends in front of the application: may requests cross your network without it, or must a mesh or the node encrypt them?',
            cluster === 'eks' ? 'VPC, service mesh' : 'service mesh',
          ],
          [
            'Which requests are refused before they arrive?',
            cluster === 'eks' ? 'annotation wafv2-acl-arn' : 'Gateway',
          ],
        ] as const)),
    ...(aws?.storage === undefined
      ? []
      : ([
          [
            'Does the name of S3 resolve to the interface endpoint in the VPC, and does its policy allow this bucket alone?',
            'VPC endpoint: private DNS, policy',
          ],
        ] as const)),
    ...(aws === undefined || aws.services.length === 0
      ? []
      : ([
          [
            `Does the role of the application have permissions for ${aws.services.map(({ title }) => title).join(', ')}, on its own resources alone?`,
            'IAM: policy of the role',
          ],
        ] as const)),
    ...(hosts.length === 0
      ? []
      : ([
          [
            `May the application go to ${outside} on the internet, by what, and who sees it? Nothing here lets it out.`,
            'egress gateway, proxy, or policies by name',
          ],
        ] as const)),
    ...(targets.includes('cloud-run')
      ? ([
          [
            'Has the database an authority whose certificate names its host? Cloud SQL has with GOOGLE_MANAGED_CAS_CA, and not with its default.',
            'Cloud SQL: serverCaMode',
          ],
        ] as const)
      : []),
    ...(regulated(compliance)
      ? ([
          [
            'Who can read the logs, and where are those of the platform itself kept?',
            'audit logs of cluster and account',
          ],
        ] as const)
      : []),
  ]
}

function people({ compliance, targets }: Application): Question[] {
  return [
    ...(compliance.includes('hipaa')
      ? ([
          [
            'Is there an agreement with each business associate, the cloud included, and is every service used one that it covers?',
            '45 CFR 164.308(b)',
          ],
          ['Who does the risk analysis, and when again?', '45 CFR 164.308(a)(1)'],
          ['What do people do while the application is down?', '45 CFR 164.308(a)(7), 164.312(a)(2)(ii)'],
        ] as const)
      : []),
    ['Who rotates each secret, how often, and who notices that a rotation failed?', 'secret store'],
    ...(targets.includes('ecs') || targets.includes('kubernetes')
      ? ([['Who is woken by an alert, and who may start an old version?', 'on-call schedule']] as const)
      : []),
  ]
}
