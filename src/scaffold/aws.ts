import { awsServices, type AwsService } from './aws-services.ts'
import type { Code } from './settings/setting.ts'

/** What an application calls of AWS, as its libraries and its code show. */
export interface AwsUse {
  /** The client that shows it. */
  library: string
  /** What it does in S3; undefined if it does not talk to S3. */
  storage: StorageUse | undefined
  /** The other services that it talks to. */
  services: readonly AwsService[]
}

/** IAM actions that the calls in the code need, on the objects of a bucket and on the bucket itself. */
interface StorageUse {
  objects: readonly string[]
  bucket: readonly string[]
  /** Whether the code showed them; if not, they are those of reading and writing. */
  shown: boolean
}

/** Clients that take the credentials of a workload from its platform, as the package managers of all languages call them. */
const clients =
  /^(boto3|botocore|aioboto3|aiobotocore|s3fs|django-storages|aws-sdk|@aws-sdk\/client-[a-z0-9-]+|github\.com\/aws\/aws-sdk-go(-v2)?(\/.+)?|@aws-sdk\/lib-[a-z0-9-]+|s3|aws-java-sdk-\w+|spring-cloud-aws-starter-\w+|aws-config|aws-sdk-[a-z0-9]+)$/

/** What the SDK for Java calls its parts: words that other libraries may have too. */
const inJava =
  /^(?:aws-sdk-java|sqs|sns|dynamodb(?:-enhanced)?|kms|secretsmanager|ssm|kinesis|firehose|eventbridge|sesv?2?|lambda|sfn)$/

/**
 * Calls in the spellings of all languages, and the actions that they need:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html. HeadObject is allowed by s3:GetObject.
 */
const calls: ReadonlyArray<readonly [call: RegExp, objects: readonly string[], bucket: readonly string[]]> = [
  [
    /\b(?:get|head|download)_?(?:object|file|fileobj)(?:Command|Input)?\b|\bgetSignedUrl\b|\bdownloader\.Download\b/i,
    ['s3:GetObject'],
    [],
  ],
  [
    /\b(?:put|upload|copy)_?(?:object|file|fileobj)(?:Command|Input)?\b|\bgenerate_presigned_post\b|\bnew Upload\(|\buploader\.Upload\b|\bcreate_?multipart_?upload/i,
    // A client aborts a transfer of several parts that failed; what it left behind would be paid for.
    ['s3:PutObject', 's3:AbortMultipartUpload'],
    [],
  ],
  [/\bcopy_?object(?:Command|Input)?\b/i, ['s3:GetObject'], []],
  [/\bdelete_?objects?(?:Command|Input)?\b/i, ['s3:DeleteObject'], []],
  [/\blist_?objects(?:_?v2)?(?:Command|Input)?\b|\bhead_?bucket(?:Command|Input)?\b/i, [], ['s3:ListBucket']],
  [
    /\bstorages\.backends\.s3/,
    ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'],
    ['s3:ListBucket'],
  ],
]

/** Reads what an application does with AWS; undefined if none of its libraries is a client of it. */
export function awsUse(libraries: ReadonlySet<string>, code: readonly Code[], talksToS3: boolean): AwsUse | undefined {
  const java = code.some(({ text }) => /\bsoftware\.amazon\.awssdk\b/.test(text))
  const library = [...libraries].find((name) => clients.test(name) || (java && inJava.test(name)))
  if (library === undefined) return undefined
  return { library, storage: talksToS3 ? storageUse(code) : undefined, services: awsServices(libraries, code, library) }
}

function storageUse(code: readonly Code[]): StorageUse {
  const made = calls.filter(([call]) => code.some(({ text }) => call.test(text)))
  const once = (actions: readonly string[]) => [...new Set(actions)].sort()
  return made.length === 0
    ? { objects: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'], bucket: [], shown: false }
    : {
        objects: once(made.flatMap(([, objects]) => objects)),
        bucket: once(made.flatMap(([, , bucket]) => bucket)),
        shown: true,
      }
}
