import type { BackingService } from '../backing-services.ts'
import type { Selector } from './selectors.ts'
import { holdsPassword, isInside, isNamedSecret, isStoreAddress } from './secret-names.ts'
import type { Condition, Setting } from './setting.ts'

/** What a variable says about a service. A connection URL holds everything, with the password. */
export type Part = 'url' | 'host' | 'address' | 'port' | 'name' | 'user' | 'password' | 'password-file' | 'tls-mode'

/** Who gives a setting its value in a deployment. */
export type Use =
  | { by: 'service'; service: BackingService; part: Part }
  /** The image, or what every deployment sets. */
  | { by: 'scaffold' }
  /** The identity of the workload: long-lived keys of a cloud are never set. */
  | { by: 'identity' }
  | { by: 'answer'; value: string }
  /** The scaffold, by the word that the code has for a service that it needs. */
  | { by: 'choice'; service: BackingService; value: string }
  /** The secret store of the platform. */
  | { by: 'secret' }
  /** Nobody yet: the code needs it, and does not say what it is. */
  | { by: 'open' }
  /** Nobody: a person has answered that it is not needed. */
  | { by: 'unneeded' }
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
  /** Names that a person has called secrets. */
  secrets: ReadonlySet<string>
  /** Names that the code takes its mode of TLS to PostgreSQL from. */
  modes: ReadonlySet<string>
  /** What a person has answered that the deployment does without. */
  unneeded: readonly string[]
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

/** Where a store, a queue or another database is: nothing works without it, also where the code would start. */
const ofOthers =
  /(^|_)BUCKET(_NAME)?$|^(AWS|S3)_(DEFAULT_)?REGION$|(^|_)(KAFKA|MONGO(DB)?|MYSQL|RABBITMQ|AMQP|NATS|MEMCACHED|MINIO)_(BROKERS?|BOOTSTRAP_SERVERS|HOSTS?|SERVERS?|ENDPOINT)$/

/** A condition as part of a sentence. */
export function conditionText({ text, negated }: Condition): string {
  return `${negated ? 'unless' : 'only if'} the code finds \`${text.replaceAll('`', "'")}\``
}

/** Decides who sets each variable, and adds those that a person has answered though no code was found to read them. */
export function usesOf(settings: readonly Setting[], known: Known): UsedSetting[] {
  const read = new Set(settings.map(({ name }) => name))
  const answered = [
    ...Object.entries(known.answers).flatMap(([name, value]): Array<[string, Use]> =>
      value === null ? [] : [[name, { by: 'answer', value }]],
    ),
    ...[...known.secrets].map((name): [string, Use] => [name, { by: 'secret' }]),
  ]
  const unread = answered.flatMap(([name, use]): UsedSetting[] =>
    read.has(name) ? [] : [{ name, path: '', line: 0, required: false, fallback: undefined, use }],
  )
  const sure = new Map(
    settings.filter(({ condition }) => condition === undefined).map((setting) => [setting.name, useOf(setting, known)]),
  )
  const given = (name: string) => givenBy(sure.get(name), settings.find((setting) => setting.name === name)?.fallback)
  const used = settings.map((setting): UsedSetting => {
    const needed = setting.required && holds(setting.condition, given) !== false
    return { ...setting, use: useOf({ ...setting, required: needed }, known) }
  })
  return [...withoutDoubles(used), ...unread].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Whether a variable is there in a deployment, and its text; undefined for what is not known. */
interface Given {
  there: boolean | undefined
  text?: string | undefined
}

function givenBy(use: Use | undefined, fallback: string | undefined): Given {
  if (use === undefined || use.by === 'open') return { there: undefined }
  const text = use.by === 'answer' ? use.value : use.by === 'code' ? (fallback ?? '') : undefined
  return text === undefined ? { there: use.by !== 'identity' && use.by !== 'unneeded' } : { there: text !== '', text }
}

/** Whether what a setting is needed for is so in a deployment; undefined where that is not known. */
function holds(condition: Condition | undefined, given: (name: string) => Given): boolean | undefined {
  if (condition === undefined) return true
  if (condition.of === undefined) return undefined
  const { name, value, not } = condition.of
  const { there, text } = given(name)
  if (there === undefined) return undefined
  if (!there) return not
  if (value !== undefined) return text === undefined ? undefined : (text === value) !== not
  // Whether the code takes such a word for a value or for none is not known.
  return /^(?:0|false|no|off)$/i.test(text ?? '') ? undefined : !not
}

function useOf(setting: Setting, known: Known): Use {
  const { name, required, fallback } = setting
  if (known.secrets.has(name)) return { by: 'secret' }
  const answer = known.answers[name]
  if (typeof answer === 'string') return { by: 'answer', value: answer }
  if (known.unneeded.includes(name)) return { by: 'unneeded' }
  if (known.scaffold.has(name)) return { by: 'scaffold' }
  if (known.modes.has(name)) return { by: 'service', service: 'postgres', part: 'tls-mode' }
  for (const service of known.needs) {
    const part = partOf(name, service, known)
    if (part !== undefined) return { by: 'service', service, part }
  }
  if (identity.test(name)) return { by: 'identity' }
  if (isSecret(setting)) return required || fallback !== undefined ? { by: 'secret' } : { by: 'code' }
  if (required || (fallback === undefined && known.others && ofOthers.test(name))) return { by: 'open' }
  return { by: 'code' }
}

/** Whether a value is a secret: by its type, by its name, or by what the code takes without it. */
function isSecret({ name, required, fallback, secret }: Setting): boolean {
  if (isNamedSecret(name, fallback) || (fallback !== undefined && holdsPassword(fallback))) return true
  if (secret === true && !isInside(fallback)) return true
  return (required || !elsewhere.test(name)) && isStoreAddress(name, fallback)
}

function partOf(
  name: string,
  service: BackingService,
  { database, broker }: Pick<Known, 'database' | 'broker'>,
): Part | undefined {
  if (elsewhere.test(name)) return undefined
  const { own, shared, urls } = families[service]
  if (urls?.test(name) === true && !broker) return 'url'
  const family = database ? own : `${own}|${shared}`
  return parts.find(([, suffix]) => new RegExp(`^(?:[A-Z0-9]+_+)*?(?:${family})_{0,2}(?:${suffix})$`).test(name))?.[0]
}

/** Whether a variable may say where a service is, by its name, though another service could have that name too. */
export function maySay(name: string, service: BackingService): boolean {
  return partOf(name, service, { database: false, broker: false }) !== undefined
}

/** Where the code is told how to reach a service, what chooses that service is set as well: the rest would be unused. */
export function withChoices(settings: readonly UsedSetting[], selectors: readonly Selector[]): UsedSetting[] {
  return settings.map((setting): UsedSetting => {
    const { name, use } = setting
    const selector = selectors.find((one) => one.setting.name === name)
    if (selector?.value === undefined || (use.by !== 'code' && use.by !== 'open')) return setting
    const { service, value } = selector
    const reached = settings.some((other) => other.use.by === 'service' && other.use.service === service)
    return reached ? { ...setting, use: { by: 'choice', service, value } } : setting
  })
}

/** Of a password as a file and as a variable, the file; of a URL and its parts, where the code gives up without neither, the URL. */
function withoutDoubles(settings: readonly UsedSetting[]): UsedSetting[] {
  const has = (service: BackingService, part: Part) =>
    settings.some(({ use }) => use.by === 'service' && use.service === service && use.part === part)
  return settings.map((setting): UsedSetting => {
    const { use, required } = setting
    if (use.by !== 'service' || use.part === 'tls-mode' || required) return setting
    const spare =
      (use.part === 'password' && has(use.service, 'password-file')) || (use.part !== 'url' && has(use.service, 'url'))
    return spare ? { ...setting, use: { by: 'code' } } : setting
  })
}
