import type { BackingService } from './backing-services.ts'

/** Where every platform puts the certificates of the authority that signs the database's. */
export const authority = { folder: '/etc/database', file: 'authority.pem', path: '/etc/database/authority.pem' }

/** How a client of PostgreSQL is told to refuse a server that cannot prove its name: by variables that it reads itself, or in its URL. */
export interface DatabaseTls {
  environment: Readonly<Record<string, string>>
  query: string
}

const libpq = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: authority.path }

/** Clients, as package managers call them, and what each of them reads according to its own source. */
const clients: ReadonlyArray<{ libraries: RegExp } & DatabaseTls> = [
  {
    libraries:
      /^(psycopg|psycopg2|psycopg2-binary|psycopg-binary|asyncpg|github\.com\/jackc\/pgx(\/v\d+)?|github\.com\/lib\/pq|sqlx-postgres|pq-sys)$/,
    environment: libpq,
    query: '',
  },
  {
    // It reads the mode, and takes its authorities from Node.
    libraries: /^pg$/,
    environment: { PGSSLMODE: 'verify-full', NODE_EXTRA_CA_CERTS: authority.path },
    query: '',
  },
  { libraries: /^postgres$/, environment: { NODE_EXTRA_CA_CERTS: authority.path }, query: '?sslmode=verify-full' },
  { libraries: /^postgresql$/, environment: {}, query: `?sslmode=verify-full&sslrootcert=${authority.path}` },
  { libraries: /^r2dbc-postgresql$/, environment: {}, query: `?sslMode=verify-full&sslRootCert=${authority.path}` },
]

/** Every variable that is set for it. */
export const variablesOfTls = ['PGSSLMODE', 'PGSSLROOTCERT', 'NODE_EXTRA_CA_CERTS']

/** How the locked client of PostgreSQL verifies its server; undefined if there is none, or it can be told by code alone. */
export function databaseTls(libraries: ReadonlySet<string>, needs: readonly BackingService[]): DatabaseTls | undefined {
  if (!needs.includes('postgres')) return undefined
  const found = clients.find((client) => [...libraries].some((name) => client.libraries.test(name)))
  return found === undefined ? undefined : { environment: found.environment, query: found.query }
}
