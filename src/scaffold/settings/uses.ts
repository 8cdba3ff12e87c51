import type { BackingService } from '../backing-services.ts'
import type { Setting } from './setting.ts'

/** What a variable says about a service. A connection URL holds everything, with the password. */
export type Part = 'url' | 'host' | 'address' | 'port' | 'name' | 'user' | 'password' | 'password-file'

/** Who gives a setting its value in a deployment. */
export type Use =
  | { by: 'service'; service: BackingService; part: Part }
  /** The image, or what every deployment sets. */
  | { by: 'scaffold' }
  /** The identity of the workload: long-lived keys of a cloud are never set. */
  | { by: 'identity' }
  | { by: 'answer'; value: string }
  /** The secret store of the platform. */
  | { by: 'secret' }
  /** Nobody yet: the code needs it, and does not say what it is. */
  | { by: 'open' }
  /** Nobody: the code has a fallback, or does without. */
  | { by: 'code' }

export interface UsedSetting extends Setting {
  use: Use
}

interface Known {
  needs: readonly BackingService[]
  /** Whether DATABASE_HOST could be that of another database: there is a client of one, and the code does not name PostgreSQL. */
  database: boolean
  /** Whether it has clients of services that the scaffold does not run. */
  others: boolean
  /** Whether one of these is a broker, so that a queue's URL could be that one's. */
  broker: boolean
  /** What a person has answered, by name; null for what is not answered yet. */
  answers: Readonly<Record<string, string | null>>
  /** Names that every deployment sets. */
  scaffold: ReadonlySet<string>
}

const parts: ReadonlyArray<readonly [Part, string]> = [
  ['password-file', '(?:PASSWORD|PASSWD|PASS)_FILE'],
  ['url', 'URL|URI|DSN|CONNECTION_STRING|CONNECTION_URL|CONNECTION_URI|CONN_STR'],
  ['host', 'HOST|HOSTNAME|SERVER'],
  ['address', 'ADDR|ADDRESS'],
  ['port', 'PORT'],
  ['user', 'USER|USERNAME'],
  ['password', 'PASSWORD|PASSWD|PASS|PWD'],
  ['name', 'NAME|DB|DATABASE|DBNAME|DB_NAME|DATABASE_NAME'],
]

const families: Readonly<Record<BackingService, { own: string; shared: string; urls?: RegExp }>> = {
  postgres: {
    own: 'POSTGRES|POSTGRESQL|PGSQL|PSQL|PG',
    shared: 'DATABASE|DB|SQL|SQLALCHEMY_DATABASE|SPRING_DATASOURCE',
  },
  redis: {
    own: 'REDIS|VALKEY',
    shared: 'REDIS',
    urls: /^(CELERY_BROKER_URL|CELERY_RESULT_BACKEND|BROKER_URL|CACHE_URL)$/,
  },
}

/** Databases beside the one that serves. */
const elsewhere = /^(TEST|TESTING|SHADOW|REPLICA|READ|READONLY|SECONDARY|LEGACY|OLD|DEV|STAGING|CI)_/

const identity =
  /^(AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|GOOGLE_APPLICATION_CREDENTIALS|AZURE_CLIENT_SECRET)$/

const secret =
  /(^|_)(SECRET|SECRET_KEY|SECRET_KEY_BASE|PASSWORD|PASSWD|PASS|PWD|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?|DSN|SALT|HMAC_KEY|HMAC_SECRET|ENCRYPTION_KEY|SIGNING_KEY|ACCESS_KEY|JWT_KEY|MASTER_KEY)$/

/** Addresses of services that take a password in their URL. */
const withPassword =
  /(^|_)(AMQP|RABBIT(MQ)?|BROKER|MONGO(DB)?|MYSQL|MARIADB|NATS|SMTP|ELASTICSEARCH|OPENSEARCH|CLICKHOUSE)_(URL|URI)$/

/** Where a store, a queue or another database is: nothing works without it, also where the code would start. */
const ofOthers =
  /(^|_)BUCKET(_NAME)?$|^(AWS|S3)_(DEFAULT_)?REGION$|(^|_)(KAFKA|MONGO(DB)?|MYSQL|RABBITMQ|AMQP|NATS|MEMCACHED|MINIO)_(BROKERS?|BOOTSTRAP_SERVERS|HOSTS?|SERVERS?|ENDPOINT)$/

/** Decides who sets each variable, and adds those that a person has answered though no code was found to read them. */
export function usesOf(settings: readonly Setting[], known: Known): UsedSetting[] {
  const read = new Set(settings.map(({ name }) => name))
  const unread = Object.entries(known.answers).flatMap(([name, value]): UsedSetting[] =>
    read.has(name) || value === null
      ? []
      : [{ name, path: '', line: 0, required: false, fallback: undefined, use: { by: 'answer', value } }],
  )
  const used = settings.map((setting): UsedSetting => ({ ...setting, use: useOf(setting, known) }))
  return [...withoutDoubles(used), ...unread].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function useOf({ name, required, fallback }: Setting, known: Known): Use {
  const answer = known.answers[name]
  if (typeof answer === 'string') return { by: 'answer', value: answer }
  if (known.scaffold.has(name)) return { by: 'scaffold' }
  for (const service of known.needs) {
    const part = partOf(name, service, known)
    if (part !== undefined) return { by: 'service', service, part }
  }
  if (identity.test(name)) return { by: 'identity' }
  if ((secret.test(name) || withPassword.test(name)) && !/^(true|false|-?\d+)$/.test(fallback ?? ''))
    return required || fallback !== undefined ? { by: 'secret' } : { by: 'code' }
  if (required || (fallback === undefined && known.others && ofOthers.test(name))) return { by: 'open' }
  return { by: 'code' }
}

function partOf(name: string, service: BackingService, { database, broker }: Known): Part | undefined {
  if (elsewhere.test(name)) return undefined
  const { own, shared, urls } = families[service]
  if (urls?.test(name) === true && !broker) return 'url'
  const family = database ? own : `${own}|${shared}`
  return parts.find(([, suffix]) => new RegExp(`^(?:[A-Z0-9]+_)*?(?:${family})_?(?:${suffix})$`).test(name))?.[0]
}

/** Of a password as a file and as a variable, the file; of a URL and its parts, where the code gives up without neither, the URL. */
function withoutDoubles(settings: readonly UsedSetting[]): UsedSetting[] {
  const has = (service: BackingService, part: Part) =>
    settings.some(({ use }) => use.by === 'service' && use.service === service && use.part === part)
  return settings.map((setting): UsedSetting => {
    const { use, required } = setting
    if (use.by !== 'service' || required) return setting
    const spare =
      (use.part === 'password' && has(use.service, 'password-file')) || (use.part !== 'url' && has(use.service, 'url'))
    return spare ? { ...setting, use: { by: 'code' } } : setting
  })
}
