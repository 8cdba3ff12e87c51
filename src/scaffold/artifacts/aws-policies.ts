import type { Application } from '../application.ts'
import { regulated } from '../compliance.ts'

/** A placeholder account and region that nobody owns: an administrator must replace them, and a forgotten one reaches nothing. */
const account = { id: '000000000000', region: 'REGION' }

/** Account and region, for what names them alone. */
export const { id: accountId, region } = account

/** The name of a resource in that account. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${service === 'iam' ? '' : account.region}:${account.id}:${resource}`
}

/** A file that the AWS command line takes. */
export function json(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}

interface Statement {
  Sid: string
  Effect: 'Allow'
  Action: string | readonly string[]
  Resource?: string | readonly string[]
  Principal?: object
  Condition?: object
}

/** An IAM policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export function policyDocument(...statements: readonly Statement[]): string {
  return json({ Version: '2012-10-17', Statement: statements })
}

/** What the application's own role may do: the calls that its code makes, in its one bucket, and what its platform adds; undefined if that is nothing. */
export function rolePolicy(application: Application, ...others: readonly Statement[]): string | undefined {
  const statements = [...objectStatements(application), ...others]
  return statements.length === 0 ? undefined : policyDocument(...statements)
}

function objectStatements(application: Application): Statement[] {
  const storage = application.aws?.storage
  if (storage === undefined) return []
  const bucket = `arn:aws:s3:::${bucketName(application)}`
  const one = (actions: readonly string[]) => (actions.length === 1 ? (actions[0] as string) : actions)
  const statements: Statement[] = [
    { Sid: 'Objects', Effect: 'Allow', Action: one(storage.objects), Resource: `${bucket}/*` },
    { Sid: 'Bucket', Effect: 'Allow', Action: one(storage.bucket), Resource: bucket },
    {
      Sid: 'KeyOfTheBucket',
      Effect: 'Allow',
      // Writing takes a new data key, and an upload in parts reads back what it wrote.
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: arn('kms', 'key/KEY-ID'),
      Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
    },
  ]
  return statements.filter(
    ({ Sid, Action }) => Action.length > 0 && (Sid !== 'KeyOfTheBucket' || regulated(application.compliance)),
  )
}

/** The bucket that somebody has answered, or a placeholder. */
function bucketName({ settings }: Application): string {
  const answered = settings.flatMap(({ name, use }) =>
    /(^|_)BUCKET(_NAME)?$/.test(name) && use.by === 'answer' ? [use.value] : [],
  )
  return answered.length === 1 ? (answered[0] as string) : 'BUCKET'
}
