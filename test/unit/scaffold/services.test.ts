import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import { targetNames, type Scaffold } from '../../../src/scaffold/index.ts'
import { variablesOfTls } from '../../../src/scaffold/database-tls.ts'
import { proofPassword } from '../../../src/scaffold/backing-services.ts'
import { requirementsWith, treeOf } from './applications.ts'

/** An application in Go that reads what is given, with clients of PostgreSQL, Redis and S3. */
function orders(
  code: string,
  given: Record<string, unknown> = {},
  modules: readonly string[] = ['github.com/jackc/pgx/v5 v5.7.0'],
): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: targetNames,
      compliance: ['internal'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
      image: 'registry.example.com/shop/orders',
      ...given,
    },
    treeOf({
      'go.mod': `module example.com/orders\n\ngo 1.25\n\nrequire (\n${modules.map((module) => `\t${module}\n`).join('')})\n`,
      'go.sum': `${modules.map((module) => `${module} h1:a\n${module}/go.mod h1:b\n`).join('')}`,
      'main.go': `package main\n\nfunc main() {\n\tlisten(":8080", "/healthz")\n${code}\n}\n`,
    }),
  )
}

const container = (files: Readonly<Record<string, string>>) =>
  (
    parse(files['deploy/kubernetes/base/deployment.yaml'] ?? '') as {
      spec: { template: { spec: { containers: [{ env: Array<{ name: string }>; volumeMounts: object[] }] } } }
    }
  ).spec.template.spec.containers[0]
/** What the code reads: how its client verifies the server is not among it. */
const own = (files: Readonly<Record<string, string>>) =>
  container(files).env.filter(({ name }) => !variablesOfTls.includes(name))
const compose = (files: Readonly<Record<string, string>>) =>
  (parse(files['compose.yaml'] ?? '') as { services: { orders: Record<string, unknown> } }).services.orders
const task = (files: Readonly<Record<string, string>>) =>
  (
    JSON.parse(files['deploy/ecs/task-definition.json'] ?? '') as {
      containerDefinitions: [
        { environment: Array<{ name: string }>; secrets?: Array<{ name: string; valueFrom: string }> },
      ]
    }
  ).containerDefinitions[0]
const gate = (files: Readonly<Record<string, string>>) =>
  (parse(files['loadline.yaml'] ?? '') as { runtime: Record<string, unknown> }).runtime

describe('an application that reads a URL', () => {
  const made = orders('\t_ = os.Getenv("DATABASE_URL")')

  it('gets the URL under that name on every platform, from the secret store, and no name that it does not read', async () => {
    const { files } = await made
    expect(own(files)).toEqual([
      { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'orders-postgres', key: 'url' } } },
    ])
    expect(compose(files)).toMatchObject({
      env_file: [{ path: './secrets/orders.env', required: true, format: 'raw' }],
    })
    expect(compose(files)['environment']).toEqual({
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/etc/database/authority.pem',
    })
    expect(task(files).secrets).toEqual([
      { name: 'DATABASE_URL', valueFrom: 'arn:aws:secretsmanager:REGION:000000000000:secret:orders/postgres/url' },
    ])
    expect(files['deploy/cloud-run/service.yaml']).toContain('name: orders-postgres-url')
    expect(Object.values(files).join('\n')).not.toMatch(/DATABASE_HOST|DATABASE_PASSWORD_FILE|LOG_FORMAT|OTEL_/)
  })

  it('is started by the gate beside a real database with that URL', async () => {
    expect(gate((await made).files)).toMatchObject({
      environment: { DATABASE_URL: `postgresql://app:${proofPassword}@postgres:5432/app` },
      services: { postgres: { ports: [5432] } },
    })
  })

  it('has the setting in its list, with the file that reads it', async () => {
    expect((await made).files['deploy/settings.md']).toContain(
      '| `DATABASE_URL` | `main.go` | the URL of PostgreSQL, from the secret `orders-postgres`, key `url` |',
    )
  })
})

describe('an application that reads', () => {
  it('a password as a file gets a file, and no variable with a secret', async () => {
    const { files } = await orders(
      '\t_ = os.Getenv("PG_HOST")\n\t_ = os.Getenv("PG_PASSWORD")\n\t_ = os.Getenv("PG_PASSWORD_FILE")',
    )
    expect(own(files)).toEqual([
      { name: 'PG_HOST', value: 'postgres.data.svc' },
      { name: 'PG_PASSWORD_FILE', value: '/run/secrets/database_password' },
    ])
    expect(container(files).volumeMounts).toContainEqual({ name: 'secrets', mountPath: '/run/secrets', readOnly: true })
  })

  it('nothing about its database is told so, and gets no invented name', async () => {
    const { files, notes } = await orders('')
    expect(own(files)).toEqual([])
    expect(notes.join('\n')).toContain(
      'A client of PostgreSQL is locked, but the code reads no variable that would say where it is',
    )
  })

  it('DATABASE_URL beside a client of MySQL leaves open whose it is, unless the code names PostgreSQL', async () => {
    const both = ['github.com/jackc/pgx/v5 v5.7.0', 'github.com/go-sql-driver/mysql v1.9.0']
    const { application } = await orders('\tmust(requireEnv("DATABASE_URL"))', {}, both)
    expect(application.settings.map(({ name, use }) => [name, use.by])).toEqual([['DATABASE_URL', 'code']])
    const named = await orders('\t_ = envOr("DATABASE_URL", "postgres://localhost/orders")', {}, both)
    expect(named.application.settings[0]?.use).toEqual({ by: 'service', service: 'postgres', part: 'url' })
    expect(named.application.schemes.postgres).toBe('postgres')
  })

  it('secrets takes them from the store; keys of a cloud are never set; what it does without is not set', async () => {
    const { application } = await orders(
      '\t_ = os.Getenv("AWS_ACCESS_KEY_ID")\n\t_ = envOr("JWT_SECRET", "changeme")\n\t_ = os.Getenv("SENTRY_DSN")\n\t_ = envOr("MAX_TOKEN", "10")\n\t_ = os.Getenv("S3_BUCKET")',
      {},
      ['github.com/aws/aws-sdk-go-v2/service/s3 v1.80.0'],
    )
    expect(Object.fromEntries(application.settings.map(({ name, use }) => [name, use.by]))).toEqual({
      AWS_ACCESS_KEY_ID: 'identity',
      JWT_SECRET: 'secret',
      MAX_TOKEN: 'code',
      S3_BUCKET: 'open',
      SENTRY_DSN: 'code',
    })
    expect(application.others).toEqual([{ title: 'S3', library: 'github.com/aws/aws-sdk-go-v2/service/s3' }])
  })
})

describe('what nobody has said', () => {
  const code = '\tcli.StringFlag{EnvVars: []string{"PUBLIC_ADDRESS"}, Required: true}'

  it('is named, is in the answers without a value, and lets no platform start', async () => {
    const { files, notes } = await orders(code, {}, [])
    expect(notes.join('\n')).toContain('The code needs PUBLIC_ADDRESS (main.go), and does not say what to put there')
    expect(parse(files['deploy/scaffold.yaml'] ?? '')).toMatchObject({ settings: { PUBLIC_ADDRESS: null } })
    expect(own(files)).toEqual([
      { name: 'PUBLIC_ADDRESS', valueFrom: { configMapKeyRef: { name: 'orders-settings', key: 'PUBLIC_ADDRESS' } } },
    ])
    expect(compose(files)['environment']).toEqual({
      PUBLIC_ADDRESS: '${PUBLIC_ADDRESS:?set it in .env, main.go reads it}',
    })
    expect(task(files).secrets).toEqual([
      { name: 'PUBLIC_ADDRESS', valueFrom: 'arn:aws:ssm:REGION:000000000000:parameter/orders/PUBLIC_ADDRESS' },
    ])
    expect(gate(files)).not.toHaveProperty('environment')
  })

  it('is set everywhere once it is answered, and the answer is kept', async () => {
    const settings = { PUBLIC_ADDRESS: 'https://orders.example.com', APP_DATABASE__HOST: 5432, GONE: null }
    const { files, notes } = await orders(code, { settings }, [])
    expect(notes.join('\n')).not.toContain('PUBLIC_ADDRESS')
    expect(own(files)).toEqual([
      { name: 'APP_DATABASE__HOST', value: '5432' },
      { name: 'PUBLIC_ADDRESS', value: 'https://orders.example.com' },
    ])
    expect(gate(files)['environment']).toEqual({
      APP_DATABASE__HOST: '5432',
      PUBLIC_ADDRESS: 'https://orders.example.com',
    })
    expect(parse(files['deploy/scaffold.yaml'] ?? '')).toMatchObject({
      settings: { APP_DATABASE__HOST: '5432', PUBLIC_ADDRESS: 'https://orders.example.com' },
    })
    expect(files['deploy/scaffold.yaml']).not.toContain('GONE')
  })
})

describe('the scheme of a URL', () => {
  it('is that of the only driver that SQLAlchemy has', async () => {
    const { files } = await makeScaffold(
      {
        targets: ['kubernetes'],
        compliance: ['internal'],
        repository: 'https://git.example.com/shop/orders',
        name: 'orders',
      },
      treeOf({
        'requirements.txt': requirementsWith('uvicorn==0.54.0', 'sqlalchemy==2.0.44', 'asyncpg==0.30.0'),
        'app.py': 'import os\napp = FastAPI()\nurl = os.environ["DATABASE_URL"]\n@app.get("/health")\n',
      }),
    )
    expect(gate(files)['environment']).toEqual({
      DATABASE_URL: `postgresql+asyncpg://app:${proofPassword}@postgres:5432/app`,
    })
  })
})

it.each([
  ['postgresql', 'jdbc:postgresql'],
  ['r2dbc-postgresql', 'r2dbc:postgresql'],
  ['quarkus-reactive-pg-client', 'postgresql'],
])('the scheme of a URL is that of the client of Java: %s', async (library, scheme) => {
  const { application } = await makeScaffold(
    {
      targets: ['kubernetes'],
      compliance: ['internal'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
    },
    treeOf({
      'pom.xml': `<project><artifactId>orders</artifactId><dependencies><dependency><artifactId>${library}</artifactId><version>4.2.7</version></dependency></dependencies></project>`,
      'src/main/java/Orders.java':
        'public class Orders { public static void main(String[] a) { listen(":8080", "/healthz", System.getenv("DATABASE_URL")); } }',
    }),
  )
  expect(application.schemes.postgres).toBe(scheme)
})

describe('a variable that chooses the database', () => {
  const settingOf = async (...given: Parameters<typeof orders>) => {
    const { application, notes, files } = await orders(...given)
    const chosen = application.settings.find(({ name }) => /^(?:DB|CACHE|STORAGE)_/.test(name) && !/HOST/.test(name))
    return { use: chosen?.use, notes: notes.join('\n'), files }
  }

  it.each([
    'kind := envOr("DB_ENGINE", "sqlite")\n\tif cfg.DBEngine == "postgres" {\n\t}',
    'kind := envOr("DB_ENGINE", "sqlite")\n\tswitch cfg.DbEngine {\n\tcase "sqlite":\n\tcase "postgres":\n\t}',
  ])('is set to the word that the code has for it, where the rest is set: %s', async (code) => {
    const { use, files } = await settingOf(`\t_ = os.Getenv("POSTGRES_HOST")\n\t${code}`)
    expect(use).toEqual({ by: 'choice', service: 'postgres', value: 'postgres' })
    expect(own(files)).toContainEqual({ name: 'DB_ENGINE', value: 'postgres' })
    expect(gate(files)['environment']).toMatchObject({ DB_ENGINE: 'postgres' })
    expect(files['deploy/settings.md']).toContain("`postgres`, which is the code's own word for PostgreSQL")
  })

  it.each([
    ['two words', 'if engine == "postgres" || dbEngine == "postgresql" || DbEngine == "postgres" {\n\t}'],
    ['none', ''],
  ])('is named where the code has %s for it', async (_, code) => {
    const compared = code.replace('engine ==', 'dbEngine ==')
    const { use, notes } = await settingOf(
      `\t_ = os.Getenv("POSTGRES_HOST")\n\tkind := envOr("DB_ENGINE", "sqlite")\n\t${compared}`,
    )
    expect(use).toEqual({ by: 'code' })
    expect(notes).toContain('DB_ENGINE (main.go) chooses what the code uses, and nothing here sets it')
  })

  it('says whose the others are, once it is answered', async () => {
    const both = ['github.com/jackc/pgx/v5 v5.7.0', 'github.com/go-sql-driver/mysql v1.9.0']
    const code = '\t_ = os.Getenv("DB_HOST")\n\tkind := envOr("DB_CLIENT", "mysql")\n\tif dbClient == "pg" {\n\t}'
    const asked = await settingOf(code, {}, both)
    expect(asked.notes).toContain(
      'locked beside one of another service, and the code does not show which of them DB_HOST (main.go) is for',
    )
    expect(asked.notes).not.toContain('reads no variable')
    expect(asked.notes).toContain('Give it under "settings" in deploy/scaffold.yaml, `pg` for PostgreSQL')
    const { files } = await settingOf(code, { settings: { DB_CLIENT: 'pg' } }, both)
    expect(own(files)).toContainEqual({ name: 'DB_HOST', value: 'postgres.data.svc' })
  })

  it('is not any that chooses something else', async () => {
    const { notes } = await settingOf('\tkind := envOr("STORAGE_TYPE", "disk")\n\tif storageType == "s3" {\n\t}')
    expect(notes).not.toContain('STORAGE_TYPE')
  })
})

it('a name with two underscores says as much', async () => {
  const { application } = await orders('\t_ = os.Getenv("APP_DATABASE__HOST")')
  expect(application.settings[0]?.use).toEqual({ by: 'service', service: 'postgres', part: 'host' })
})
