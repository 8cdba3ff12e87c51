import type { BackingService } from './backing-services.ts'
import type { Code } from './settings/setting.ts'

/** A service that an application talks to and that no file of the scaffold runs. */
export interface OtherService {
  title: string
  /** The library that shows it. */
  library: string
}

/** Services by the libraries that speak to them, as the package managers of all languages call these. */
const known: ReadonlyArray<{
  title: string
  service?: BackingService
  libraries: RegExp
  kind?: 'database' | 'broker'
}> = [
  {
    title: 'PostgreSQL',
    service: 'postgres',
    libraries:
      /^(asyncpg|psycopg|psycopg2|psycopg2-binary|psycopg-binary|pg8000|pg|postgres|github\.com\/jackc\/pgx(\/v\d+)?|github\.com\/lib\/pq|postgresql|r2dbc-postgresql|tokio-postgres|sqlx-postgres|pq-sys)$/,
  },
  {
    title: 'Redis',
    service: 'redis',
    libraries:
      /^(redis|valkey|ioredis|bullmq|github\.com\/(go-redis\/redis|redis\/go-redis)(\/v\d+)?|github\.com\/gomodule\/redigo|jedis|lettuce-core|spring-boot-starter-data-redis|fred|deadpool-redis)$/,
  },
  {
    title: 'MySQL',
    kind: 'database',
    libraries:
      /^(pymysql|mysqlclient|aiomysql|asyncmy|mysql-connector-python|mysql|mysql2|github\.com\/go-sql-driver\/mysql|mysql-connector-(j|java)|mariadb-java-client|sqlx-mysql|mysql_async)$/,
  },
  {
    title: 'MongoDB',
    kind: 'database',
    libraries:
      /^(pymongo|motor|mongoose|mongodb|go\.mongodb\.org\/mongo-driver(\/v\d+)?|mongodb-driver-\w+|spring-boot-starter-data-mongodb)$/,
  },
  {
    title: 'RabbitMQ',
    kind: 'broker',
    libraries:
      /^(pika|aio-pika|amqplib|github\.com\/(rabbitmq|streadway)\/amqp(091-go)?|amqp-client|spring-boot-starter-amqp|lapin)$/,
  },
  {
    title: 'Kafka',
    kind: 'broker',
    libraries:
      /^(kafka-python|confluent-kafka|aiokafka|kafkajs|@confluentinc\/kafka-javascript|github\.com\/(segmentio\/kafka-go|IBM\/sarama|twmb\/franz-go|confluentinc\/confluent-kafka-go(\/v\d+)?)|kafka-clients|spring-kafka|rdkafka)$/,
  },
  { title: 'NATS', libraries: /^(nats-py|nats|@nats-io\/\S+|github\.com\/nats-io\/nats\.go|jnats|async-nats)$/ },
  {
    title: 'S3',
    libraries:
      /^(minio|s3fs|@aws-sdk\/client-s3|github\.com\/aws\/aws-sdk-go-v2\/service\/s3|github\.com\/minio\/minio-go(\/v\d+)?|aws-sdk-s3|rust-s3)$/,
  },
  {
    title: 'Google Cloud Storage',
    libraries: /^(google-cloud-storage|@google-cloud\/storage|cloud\.google\.com\/go\/storage)$/,
  },
  { title: 'Azure Blob Storage', libraries: /^(azure-storage-blob|@azure\/storage-blob)$/ },
  {
    title: 'Elasticsearch or OpenSearch',
    libraries:
      /^(elasticsearch|opensearch-py|@elastic\/elasticsearch|@opensearch-project\/opensearch|github\.com\/elastic\/go-elasticsearch(\/v\d+)?)$/,
  },
  { title: 'Memcached', libraries: /^(pymemcache|pylibmc|python-memcached|memjs|github\.com\/bradfitz\/gomemcache)$/ },
]

/** Libraries for all of AWS: the code says for which service. */
const forAllOfAws = /^(boto3|aioboto3|aiobotocore|aws-sdk|s3)$/
const namesS3 =
  /\b(?:client|resource)\(\s*["']s3["']|\bstorages\.backends\.s3|\bAWS\.S3\(|software\.amazon\.awssdk\.services\.s3/

/** A schema of Prisma names its database, for which Prisma has its own driver. */
const ofPrisma = /^\s*provider\s*=\s*"postgres(ql)?"/m

/** What a project's libraries and its code talk to: services that a scaffold can run, and others. */
export function clientsOf(
  libraries: ReadonlySet<string>,
  code: readonly Code[],
): { needs: BackingService[]; others: OtherService[]; database: boolean; broker: boolean } {
  const found = known.flatMap((client) => {
    const library =
      [...libraries].find((name) => client.libraries.test(name)) ?? elsewhere(client.title, libraries, code)
    return library === undefined ? [] : [{ ...client, library }]
  })
  return {
    needs: found.flatMap(({ service }) => service ?? []),
    others: found.flatMap(({ service, title, library }) => (service === undefined ? [{ title, library }] : [])),
    database: found.some(({ kind }) => kind === 'database'),
    broker: found.some(({ kind }) => kind === 'broker'),
  }
}

/** The library of a service that only the code tells. */
function elsewhere(title: string, libraries: ReadonlySet<string>, code: readonly Code[]): string | undefined {
  if (title === 'S3' && code.some(({ text }) => namesS3.test(text)))
    return [...libraries].find((name) => forAllOfAws.test(name))
  if (title === 'PostgreSQL' && code.some(({ path, text }) => path.endsWith('.prisma') && ofPrisma.test(text)))
    return [...libraries].find((name) => name === '@prisma/client')
  return undefined
}
