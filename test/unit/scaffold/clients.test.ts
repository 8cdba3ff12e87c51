import { expect, it } from 'vitest'
import { clientsOf } from '../../../src/scaffold/clients.ts'

it.each([
  [
    'PostgreSQL',
    'gorm.io/driver/postgres github.com/uptrace/bun/driver/pgdriver github.com/go-pg/pg/v10 quarkus-reactive-pg-client quarkus-jdbc-postgresql vertx-pg-client pg-promise slonik aiopg',
  ],
  [
    'Redis',
    'github.com/go-redis/redis/v9 github.com/redis/rueidis github.com/hibiken/asynq @redis/client bull aioredis redisson quarkus-redis-client spring-boot-starter-data-redis-reactive',
  ],
  ['MySQL', 'gorm.io/driver/mysql quarkus-jdbc-mariadb quarkus-reactive-mysql-client r2dbc-mysql mariadb mysql2'],
  ['SQL Server', 'pymssql mssql github.com/microsoft/go-mssqldb mssql-jdbc tiberius'],
  ['Oracle', 'oracledb ojdbc11 github.com/godror/godror'],
  [
    'MongoDB',
    'mongoengine mongoose go.mongodb.org/mongo-driver/v2 mongodb-driver-kotlin-coroutine spring-boot-starter-data-mongodb-reactive quarkus-mongodb-panache',
  ],
  [
    'RabbitMQ',
    'aiormq amqp-connection-manager github.com/rabbitmq/amqp091-go spring-rabbit quarkus-messaging-rabbitmq',
  ],
  ['Kafka', 'node-rdkafka github.com/Shopify/sarama kafka-streams smallrye-reactive-messaging-kafka faust-streaming'],
  ['NATS', 'nats-py @nats-io/transport-node github.com/nats-io/nats.go jnats async-nats'],
  [
    'Elasticsearch or OpenSearch',
    'elasticsearch8 github.com/olivere/elastic/v7 github.com/opensearch-project/opensearch-go/v4 elasticsearch-java quarkus-elasticsearch-rest-client spring-boot-starter-data-elasticsearch',
  ],
])('a client of %s is known by its library: %s', (title, libraries) => {
  for (const library of libraries.split(' ')) {
    const { needs, others } = clientsOf(new Set([library]), [])
    const service = title === 'PostgreSQL' ? 'postgres' : title === 'Redis' ? 'redis' : undefined
    expect([library, needs, others]).toEqual(
      service === undefined ? [library, [], [{ title, library }]] : [library, [service], []],
    )
  }
})
