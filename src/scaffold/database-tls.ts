import type { Language } from './language.ts'
import type { BackingService } from './backing-services.ts'
import type { UsedSetting } from './settings/uses.ts'

/** Where every platform puts the certificates of the authority that signs the database's. */
export const authority = { folder: '/etc/database', file: 'authority.pem', path: '/etc/database/authority.pem' }

/** How a client of PostgreSQL is told to refuse a server that cannot prove its name: by variables that it reads itself, or in its URL. */
export interface DatabaseTls {
  environment: Readonly<Record<string, string>>
  query: string
  /** What its URL must end with where there is no TLS; nothing for most. */
  withoutTls?: string
}

const libpq = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: authority.path }

/** Clients, as package managers call them, and what each of them reads according to its own source. */
const clients: ReadonlyArray<{ libraries: RegExp; languages?: readonly Language[] } & DatabaseTls> = [
  {
    libraries:
      /^(psycopg|psycopg2|psycopg2-binary|psycopg-binary|psycopg-c|psycopg2cffi|aiopg|asyncpg|github\.com\/(jackc\/(pgx|pgconn)(\/v\d+)?|lib\/pq)|gorm\.io\/driver\/postgres|sqlx-postgres|pq-sys)$/,
    environment: libpq,
    query: '',
  },
  { libraries: /^pg-native$/, environment: { ...libpq, NODE_EXTRA_CA_CERTS: authority.path }, query: '' },
  {
    // It reads the mode, and takes its authorities from Node.
    libraries: /^(pg|pg-pool|pg-promise|pg-boss|massive|graphile-worker|postgraphile|@prisma\/adapter-pg)$/,
    environment: { PGSSLMODE: 'verify-full', NODE_EXTRA_CA_CERTS: authority.path },
    query: '',
  },
  // In Rust, another client has this name.
  {
    languages: ['node'],
    libraries: /^postgres$/,
    environment: { NODE_EXTRA_CA_CERTS: authority.path },
    query: '?sslmode=verify-full',
  },
  {
    libraries: /^(postgresql|quarkus-jdbc-postgresql)$/,
    environment: {},
    query: `?sslmode=verify-full&sslrootcert=${authority.path}`,
  },
  {
    // Unless it is told otherwise, it asks for TLS that verifies nothing.
    libraries: /^github\.com\/uptrace\/bun\/driver\/pgdriver$/,
    environment: {},
    query: `?sslmode=verify-full&sslrootcert=${authority.path}`,
    withoutTls: '?sslmode=disable',
  },
  { libraries: /^r2dbc-postgresql$/, environment: {}, query: `?sslMode=verify-full&sslRootCert=${authority.path}` },
]

/** Every variable that is set for it. */
export const variablesOfTls = ['PGSSLMODE', 'PGSSLROOTCERT', 'NODE_EXTRA_CA_CERTS']

/** How the locked client of PostgreSQL verifies its server; undefined if there is none, or it can be told by code alone. */
export function databaseTls(
  libraries: ReadonlySet<string>,
  language: Language,
  needs: readonly BackingService[],
): DatabaseTls | undefined {
  if (!needs.includes('postgres')) return undefined
  const found = clients.find(
    ({ libraries: names, languages = [language] }) =>
      languages.includes(language) && [...libraries].some((name) => names.test(name)),
  )
  if (found === undefined) return undefined
  const { environment, query, withoutTls } = found
  return { environment, query, ...(withoutTls === undefined ? {} : { withoutTls }) }
}

/** Whether the code takes the URL of PostgreSQL from outside: one that it makes itself does not end as it is told. */
export function takesUrl(settings: readonly UsedSetting[]): boolean {
  return settings.some(({ use }) => use.by === 'service' && use.service === 'postgres' && use.part === 'url')
}
