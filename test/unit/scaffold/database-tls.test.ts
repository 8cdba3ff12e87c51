import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import { databaseTls } from '../../../src/scaffold/database-tls.ts'
import { isFilledIn } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'
import { records } from './records.ts'

const path = '/etc/database/authority.pem'
const libpq = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: path }
const node = { PGSSLMODE: 'verify-full', NODE_EXTRA_CA_CERTS: path }

describe('a client of PostgreSQL is told to verify its server:', () => {
  it.each([
    ['psycopg', 'python', libpq, ''],
    ['psycopg2-binary', 'python', libpq, ''],
    ['aiopg', 'python', libpq, ''],
    ['asyncpg', 'python', libpq, ''],
    ['github.com/jackc/pgx/v5', 'go', libpq, ''],
    ['github.com/lib/pq', 'go', libpq, ''],
    ['gorm.io/driver/postgres', 'go', libpq, ''],
    ['sqlx-postgres', 'rust', libpq, ''],
    ['pg', 'node', node, ''],
    ['pg-promise', 'node', node, ''],
    ['postgres', 'node', { NODE_EXTRA_CA_CERTS: path }, '?sslmode=verify-full'],
    ['postgresql', 'java', {}, `?sslmode=verify-full&sslrootcert=${path}`],
    ['quarkus-jdbc-postgresql', 'java', {}, `?sslmode=verify-full&sslrootcert=${path}`],
    ['r2dbc-postgresql', 'java', {}, `?sslMode=verify-full&sslRootCert=${path}`],
  ] as const)('%s of %s', (library, language, environment, query) => {
    expect(databaseTls(new Set([library]), language, ['postgres'])).toEqual({ environment, query })
  })

  it.each([
    ['quarkus-reactive-pg-client', 'java'],
    ['github.com/go-pg/pg/v10', 'go'],
    ['postgres', 'rust'],
    ['slonik', 'node'],
  ] as const)('%s of %s is told by code alone', (library, language) => {
    expect(databaseTls(new Set([library]), language, ['postgres'])).toBeUndefined()
  })

  it("bun's of Go, which has to be told where there is no TLS as well", async () => {
    const module = 'github.com/uptrace/bun/driver/pgdriver'
    const { files } = await makeScaffold(
      {
        targets: ['kubernetes'],
        compliance: ['internal'],
        repository: 'https://git.example.com/shop/orders',
        name: 'orders',
      },
      treeOf({
        'go.mod': `module example.com/orders\n\nrequire ${module} v1.2.5\n`,
        'go.sum': `${module} v1.2.5 h1:a\n`,
        'main.go': 'package main\n\nfunc main() { listen(":8080", "/healthz", os.Getenv("DATABASE_URL")) }\n',
      }),
    )
    expect(files['loadline.yaml']).toContain('@postgres:5432/app?sslmode=disable\n')
    expect(files['deploy/settings.md']).toContain(`ending with \`?sslmode=verify-full&sslrootcert=${path}\``)
  })

  it('one that takes it from code alone is said', async () => {
    expect(databaseTls(new Set(['pg8000']), 'python', ['postgres'])).toBeUndefined()
    const { files, notes } = await records(
      {},
      { 'requirements.txt': requirementsWith('uvicorn==0.54.0', 'pg8000==1.31.5') },
    )
    expect(notes.join('\n')).toContain('takes TLS from code alone')
    expect(Object.values(files).join('\n')).not.toMatch(/PGSSLMODE|database-authority|ssl=on/)
  })
})

describe('every platform', () => {
  it('sets it, and has the certificates of the authority at one path', async () => {
    const { files } = await records({ targets: ['kubernetes', 'ecs', 'compose', 'cloud-run'] })
    for (const file of ['deploy/kubernetes/base/deployment.yaml', 'deploy/cloud-run/service.yaml'])
      expect(files[file]).toMatch(
        /name: PGSSLMODE\n +value: verify-full\n +- name: PGSSLROOTCERT\n +value: \/etc\/database\/authority\.pem\n/,
      )
    expect(files['deploy/kubernetes/base/deployment.yaml']).toMatch(
      /- name: database-authority\n +mountPath: \/etc\/database\n +readOnly: true/,
    )
    expect(files['deploy/cloud-run/service.yaml']).toMatch(
      /secretName: records-database-authority\n +items:\n +- key: "1"\n +path: authority\.pem/,
    )
    expect(files['compose.yaml']).toContain('PGSSLMODE: verify-full\n')
    expect(files['deploy/ecs/task-definition.json']).toContain('"value": "verify-full"')
    expect(files['Dockerfile']).toContain('COPY deploy/database-authority.pem /etc/database/authority.pem\n')
    expect(files['.dockerignore']).toMatch(/\*\.pem\n[^]*!deploy\/database-authority\.pem\n/)
  })

  it('has it in a URL where the client reads it there; the gate has not, because its network is sealed', async () => {
    const { files } = await makeScaffold(
      {
        targets: ['kubernetes'],
        compliance: ['internal'],
        repository: 'https://git.example.com/shop/orders',
        name: 'orders',
      },
      treeOf({
        'pom.xml':
          '<project><artifactId>orders</artifactId><dependencies><dependency><artifactId>postgresql</artifactId><version>42.7.8</version></dependency></dependencies></project>',
        'src/main/java/Orders.java':
          'public class Orders { public static void main(String[] a) { listen(":8080", "/healthz", System.getenv("DATABASE_URL")); } }',
      }),
    )
    expect(files['deploy/kubernetes/base/deployment.yaml']).toContain(
      `value: jdbc:postgresql://postgres.data.svc:5432/app?sslmode=verify-full&sslrootcert=${path}\n`,
    )
    expect(files['loadline.yaml']).toContain('jdbc:postgresql://postgres:5432/app\n')
    expect((await records()).files['loadline.yaml']).not.toMatch(/ssl/i)
  })
})

let made: { authority: string; server: string; key: string }

// The service's own script, by the OpenSSL of this machine.
describe('what the service of Compose makes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-certificate-'))
  const run = async () => {
    const services = (
      parse((await records()).files['compose.yaml'] ?? '') as { services: Record<string, { entrypoint: string[] }> }
    ).services
    const [shell = '', ...argv] = services['postgres-certificate']?.entrypoint ?? []
    execFileSync(shell, argv, { cwd: directory, stdio: 'ignore' })
  }
  const read = (name: string) => readFileSync(join(directory, name), 'utf8')

  beforeAll(async () => {
    await run()
    made = { authority: read('authority.pem'), server: read('server.pem'), key: read('server.key') }
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it('is a certificate for the name of the service, by an authority that can sign no more', () => {
    const [authority, server] = [new X509Certificate(made.authority), new X509Certificate(made.server)]
    expect(authority.ca).toBe(true)
    expect(server.verify(authority.publicKey)).toBe(true)
    expect(server.ca).toBe(false)
    expect(server.checkHost('postgres')).toBe('postgres')
    expect(server.checkHost('localhost')).toBeUndefined()
    expect(() => read('authority.key')).toThrow('ENOENT')
  })

  it('has a key that its user alone can read, and an authority that everybody can', () => {
    expect(statSync(join(directory, 'server.key')).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'authority.pem')).mode & 0o777).toBe(0o644)
  })

  it('stays at the next start', async () => {
    await run()
    expect(read('server.pem')).toBe(made.server)
  })

  it('is what a place for certificates takes, which holds none at first: those of authorities, and no key', async () => {
    const { files } = await records()
    const file = 'deploy/kubernetes/overlays/production/database-authority.pem'
    const generated = files[file] ?? ''
    expect(generated).not.toContain('BEGIN')
    expect(files['deploy/database-authority.pem']).toBe(generated)
    const { authority, server, key } = made
    expect(isFilledIn(file, authority, generated)).toBe(true)
    expect(isFilledIn(file, `${authority}${authority}`, generated)).toBe(true)
    for (const other of [
      server,
      `${authority}${key}`,
      `${authority}${server}`,
      'text',
      authority.replace('MII', 'XXX'),
    ])
      expect(isFilledIn(file, other, generated)).toBe(false)
  })
})
