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
  libraries: readonly RegExp[]
  kind?: 'database' | 'broker'
}> = [
  {
    title: 'PostgreSQL',
    service: 'postgres',
    libraries: [
      /^(asyncpg|psycopg|psycopg2|psycopg2-binary|psycopg-binary|psycopg-c|psycopg2cffi|aiopg|pg8000)$/,
      /^(pg|pg-native|pg-pool|pg-promise|pg-boss|postgres|slonik|massive|graphile-worker|postgraphile|@databases\/pg|@prisma\/adapter-pg|@neondatabase\/serverless|@vercel\/postgres)$/,
      /^(github\.com\/(jackc\/(pgx|pgconn)(\/v\d+)?|lib\/pq|go-pg\/pg(\/v\d+)?|uptrace\/bun\/driver\/pgdriver)|gorm\.io\/driver\/postgres)$/,
      /^(postgresql|r2dbc-postgresql|pgjdbc-ng|vertx-pg-client|quarkus-(jdbc-postgresql|reactive-pg-client))$/,
      /^(tokio-postgres|sqlx-postgres|pq-sys)$/,
    ],
  },
  {
    title: 'Redis',
    service: 'redis',
    libraries: [
      /^(redis|valkey|aioredis|coredis|valkey-glide|redis-py-cluster)$/,
      /^(ioredis|iovalkey|bull|bullmq|bee-queue|@redis\/client)$/,
      /^(github\.com\/(go-redis\/redis|redis\/go-redis|gomodule\/redigo|redis\/rueidis|valkey-io\/valkey-go|hibiken\/asynq)(\/v\d+)?)$/,
      /^(jedis|lettuce-core|redisson|redisson-spring-boot-starter|spring-boot-starter-data-redis(-reactive)?|quarkus-redis-client|vertx-redis-client)$/,
      /^(fred|deadpool-redis|bb8-redis)$/,
    ],
  },
  {
    title: 'MySQL',
    kind: 'database',
    libraries: [
      /^(pymysql|mysqlclient|aiomysql|asyncmy|mysql-connector|mysql-connector-python|mariadb)$/,
      /^(mysql|mysql2|promise-mysql|serverless-mysql|@databases\/mysql|@prisma\/adapter-mariadb)$/,
      /^(github\.com\/(go-sql-driver\/mysql|go-mysql-org\/go-mysql)|gorm\.io\/driver\/mysql)$/,
      /^(mysql-connector-(j|java)|mariadb-java-client|r2dbc-(mysql|mariadb)|vertx-mysql-client|quarkus-(jdbc-(mysql|mariadb)|reactive-mysql-client))$/,
      /^(sqlx-mysql|mysql_async|mysqlclient-sys)$/,
    ],
  },
  {
    title: 'SQL Server',
    kind: 'database',
    libraries: [
      /^(pymssql|mssql-python|mssql|tedious|@prisma\/adapter-mssql)$/,
      /^(github\.com\/(microsoft|denisenkom)\/go-mssqldb|gorm\.io\/driver\/sqlserver)$/,
      /^(mssql-jdbc|r2dbc-mssql|vertx-mssql-client|quarkus-(jdbc-mssql|reactive-mssql-client)|tiberius)$/,
    ],
  },
  {
    title: 'Oracle',
    kind: 'database',
    libraries: [
      /^(oracledb|cx-oracle|github\.com\/(godror\/godror|sijms\/go-ora(\/v\d+)?)|ojdbc\d+|oracle-r2dbc|quarkus-(jdbc-oracle|reactive-oracle-client))$/,
    ],
  },
  {
    title: 'MongoDB',
    kind: 'database',
    libraries: [
      /^(pymongo|motor|mongoengine|beanie|mongoose|mongodb|monk|@typegoose\/typegoose|@nestjs\/mongoose)$/,
      /^(go\.mongodb\.org\/mongo-driver(\/v\d+)?|github\.com\/qiniu\/qmgo|gopkg\.in\/mgo\.v2)$/,
      /^(mongo-java-driver|mongodb-driver-[\w-]+|spring-boot-starter-data-mongodb(-reactive)?|vertx-mongo-client|quarkus-mongodb-(client|panache(-kotlin)?))$/,
    ],
  },
  {
    title: 'RabbitMQ',
    kind: 'broker',
    libraries: [
      /^(pika|aio-pika|aiormq|amqplib|amqp-connection-manager|rascal|rabbitmq-client|@golevelup\/nestjs-rabbitmq)$/,
      /^(github\.com\/((rabbitmq|streadway)\/amqp(091-go)?|wagslane\/go-rabbitmq))$/,
      /^(amqp-client|spring-rabbit|spring-boot-starter-amqp|spring-cloud-(starter-stream|stream-binder)-rabbit|vertx-rabbitmq-client|(quarkus-)?(smallrye-reactive-)?messaging-rabbitmq|lapin|amqprs)$/,
    ],
  },
  {
    title: 'Kafka',
    kind: 'broker',
    libraries: [
      /^(kafka-python|kafka-python-ng|confluent-kafka|aiokafka|faust|faust-streaming)$/,
      /^(kafkajs|node-rdkafka|kafka-node|@confluentinc\/kafka-javascript|@platformatic\/kafka)$/,
      /^(github\.com\/(segmentio\/kafka-go|IBM\/sarama|Shopify\/sarama|twmb\/franz-go|confluentinc\/confluent-kafka-go(\/v\d+)?))$/,
      /^(kafka-(clients|streams)|spring-kafka|spring-cloud-(starter-stream|stream-binder)-kafka(-streams)?|vertx-kafka-client|micronaut-kafka|quarkus-kafka-(client|streams)|(quarkus-)?(smallrye-reactive-)?messaging-kafka)$/,
      /^(rdkafka|rskafka)$/,
    ],
  },
  {
    title: 'NATS',
    libraries: [/^(nats-py|nats|@nats-io\/\S+|github\.com\/nats-io\/nats\.go|jnats|nats-spring(-\w+)*|async-nats)$/],
  },
  {
    title: 'S3',
    libraries: [
      /^(minio|s3fs|@aws-sdk\/client-s3|github\.com\/aws\/aws-sdk-go-v2\/service\/s3|github\.com\/minio\/minio-go(\/v\d+)?|aws-sdk-s3|rust-s3)$/,
    ],
  },
  {
    title: 'Google Cloud Storage',
    libraries: [/^(google-cloud-storage|@google-cloud\/storage|cloud\.google\.com\/go\/storage)$/],
  },
  {
    title: 'Azure Blob Storage',
    libraries: [/^(azure-storage-blob|@azure\/storage-blob)$/],
  },
  {
    title: 'Elasticsearch or OpenSearch',
    libraries: [
      /^(elasticsearch\d*|elasticsearch-dsl|opensearch-py|@elastic\/elasticsearch|@opensearch-project\/opensearch|@nestjs\/elasticsearch)$/,
      /^(github\.com\/(elastic\/go-elasticsearch|olivere\/elastic|opensearch-project\/opensearch-go)(\/v\d+)?)$/,
      /^((elasticsearch|opensearch)-java|(elasticsearch|opensearch)-rest-(high-level-)?client|spring-boot-starter-data-elasticsearch|spring-data-opensearch(-starter)?|quarkus-(hibernate-search-orm-)?elasticsearch(-rest-client|-java-client)?|hibernate-search-backend-elasticsearch|opensearch)$/,
    ],
  },
  {
    title: 'ClickHouse',
    libraries: [
      /^(clickhouse|clickhouse-(driver|connect|jdbc|rs)|@clickhouse\/client|github\.com\/ClickHouse\/(clickhouse-go|ch-go)(\/v\d+)?)$/,
    ],
  },
  {
    title: 'Cassandra',
    libraries: [
      /^(cassandra-driver|scylla-driver|github\.com\/(gocql|apache\/cassandra-gocql-driver)(\/gocql|\/v\d+)?|java-driver-core|spring-boot-starter-data-cassandra(-reactive)?|quarkus-cassandra-client|cassandra-quarkus-client|scylla|cdrs-tokio)$/,
    ],
  },
  {
    title: 'Neo4j',
    libraries: [
      /^(neo4j|neo4j-driver|github\.com\/neo4j\/neo4j-go-driver(\/v\d+)?|neo4j-java-driver|spring-boot-starter-data-neo4j|quarkus-neo4j|neo4rs)$/,
    ],
  },
  {
    title: 'Memcached',
    libraries: [
      /^(pymemcache|pylibmc|python-memcached|aiomcache|memjs|memcached|github\.com\/bradfitz\/gomemcache|spymemcached|xmemcached|memcache)$/,
    ],
  },
]

/** Libraries for all of AWS: the code says for which service. */
const forAllOfAws = /^(boto3|aioboto3|aiobotocore|aws-sdk|s3)$/
const namesS3 =
  /\b(?:client|resource)\(\s*["']s3["']|\bstorages\.backends\.s3|\bAWS\.S3\(|software\.amazon\.awssdk\.services\.s3/

/** A schema of Prisma names its database, for which Prisma has its own driver. */
const ofPrisma = /^[ \t]*provider\s*=\s*"postgres(ql)?"/m

/** What a project's libraries and its code talk to: services that a scaffold can run, and others. */
export function clientsOf(
  libraries: ReadonlySet<string>,
  code: readonly Code[],
): { needs: BackingService[]; others: OtherService[]; database: boolean; broker: boolean } {
  const found = known.flatMap((client) => {
    const library =
      [...libraries].find((name) => client.libraries.some((form) => form.test(name))) ??
      elsewhere(client.title, libraries, code)
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
