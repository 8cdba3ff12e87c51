/** Names that say that the value is a secret. */
const secretName =
  /(^|_)(SECRET|SECRET_KEY|SECRET_KEY_BASE|PASSWORD|PASSWD|PASS|PWD|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?|DSN|SALT|HMAC_KEY|HMAC_SECRET|ENCRYPTION_KEY|SIGNING_KEY|ACCESS_KEY|JWT_KEY|MASTER_KEY)$/

/** Databases, queues and caches, by what variables call them. */
const stores =
  'DATABASE|DB|DATASOURCE|SQL|SQLALCHEMY|JDBC|ODBC|POSTGRES|POSTGRESQL|PGSQL|PSQL|PG|COCKROACH|COCKROACHDB|MYSQL|MARIADB|MSSQL|SQLSERVER|ORACLE|MONGO|MONGODB|REDIS|VALKEY|CACHE|CELERY|BROKER|AMQP|RABBIT|RABBITMQ|QUEUE|KAFKA|NATS|ELASTIC|ELASTICSEARCH|OPENSEARCH|SOLR|CLICKHOUSE|CASSANDRA|NEO4J|INFLUX|INFLUXDB|COUCHDB|MEMCACHED?'

const addresses = 'URLS?|URIS?|DSNS?|ALCHEMY_CONN|CONN_?STR|CONNECTION_?STRING|CONNECTION_UR[LI]'

/** Addresses with room for a password, also with a word between: DATABASE_ASYNC_URL. Of mail, such a word makes a link of it. */
const storeAddress = new RegExp(
  `(?:^|_)(?:(?:${stores})(?:_+[A-Z0-9]+){0,4}?_*(?:${addresses})|(?:SMTP|MAIL|MAILER|EMAIL|LDAP)_?(?:${addresses})|RESULT_BACKEND)$`,
)

/** A queue of AWS has an address without a password. */
const withoutPassword = /(^|_)(SQS|SNS|AWS)_/

/** The schemes of databases, queues and caches. */
const storeScheme =
  /^(?:jdbc:|r2dbc:)?(?:postgres(?:ql)?|cockroachdb|mysql|mariadb|mssql|sqlserver|oracle|mongodb|rediss?|valkeys?|amqps?|nats|kafka|clickhouse|cassandra|neo4j|bolt|smtps?|ldaps?)(?:[+:][\w+]+)?:(?:\/\/|@)/

/** A store inside of the application, which has no password. */
const inside = /^(?:sqlite|file|locmem|dummy|memory|(?:jdbc|r2dbc):(?:sqlite|h2|hsqldb))/

/** A number, a truth value or nothing. */
const plain = /^(true|false|-?\d+|)$/

/** What stands for a password that the platform puts there. */
const inserted = String.raw`\$[({]\w+[)}]`

const passwordForms = [
  // In an address; digits behind the host are its port.
  new RegExp(String.raw`:\/\/[^\s/@:]*:(?!\d{1,5}(?:[/?#]|$))(?!${inserted}@)[^\s@]+@`),
  // A token in the place of the user.
  /:\/\/[\w-]{20,}@/,
  // A parameter of JDBC, or a word of a connection string.
  new RegExp(String.raw`(?:^|[?&;\s])(?:password|passwd|pwd)\s?=\s?(?!${inserted})[^&;\s]+`, 'i'),
  // Go's form of MySQL.
  new RegExp(String.raw`^[^\s:@/]+:(?!${inserted}@)[^\s@]+@(?:tcp|unix)?\(`),
]

/** Whether a text has a password in it, as addresses and connection strings have theirs. */
export function holdsPassword(text: string): boolean {
  return passwordForms.some((form) => form.test(text))
}

/** Whether what the code takes without a value is a store inside of it. */
export function isInside(fallback: string | undefined): boolean {
  return inside.test(fallback ?? '')
}

/** Whether a name alone says that the value is a secret; a number or a truth value is none. */
export function isNamedSecret(name: string, value: string | undefined): boolean {
  return secretName.test(name) && !plain.test(value ?? '-')
}

/** Whether it is the address of a store, by its name or by what the code takes without it. */
export function isStoreAddress(name: string, fallback: string | undefined): boolean {
  if (plain.test(fallback ?? '-') || isInside(fallback)) return false
  return (storeAddress.test(name) && !withoutPassword.test(name)) || storeScheme.test(fallback ?? '')
}
