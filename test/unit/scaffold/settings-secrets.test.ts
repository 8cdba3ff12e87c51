import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import { parseAnswers } from '../../../src/scaffold/answers.ts'
import { holdsPassword } from '../../../src/scaffold/settings/secret-names.ts'
import type { SourceTree } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

const answers = {
  targets: ['kubernetes'],
  compliance: ['internal'],
  repository: 'https://git.example.com/shop/orders',
  name: 'orders',
}

async function usesIn(tree: SourceTree, given: Record<string, unknown> = {}): Promise<Record<string, string>> {
  const { application } = await makeScaffold({ ...answers, ...given }, tree)
  return Object.fromEntries(application.settings.map(({ name, use }) => [name, use.by]))
}

const python = (code: string) =>
  treeOf({
    'requirements.txt': requirementsWith('uvicorn==0.54.0'),
    'app.py': `import os\napp = FastAPI()\n${code}\n@app.get("/health")\n`,
  })
const go = (code: string) =>
  treeOf({
    'go.mod': 'module example.com/orders\n',
    'main.go': `package main\n\n${code}\nfunc main() { listen(":8080", "/health") }\n`,
  })
const rust = (code: string) =>
  treeOf({
    'Cargo.toml': '[package]\nname = "orders"\n',
    'Cargo.lock': '[[package]]\nname = "orders"\nversion = "1.0.0"\n',
    'src/main.rs': `${code}\nfn main() { listen("0.0.0.0:8080", "/health") }\n`,
  })

describe('an address with room for a password is a secret', () => {
  it.each([
    'DATABASE_URL',
    'DATABASE_ASYNC_URL',
    'ORDERS_DB_READ_URI',
    'DB_CONNECTION_STRING',
    'APP_DATABASE__URL',
    'SQLALCHEMY_DATABASE_URI',
    'BROKER_URL',
    'CELERY_BROKER_URL',
    'CELERY_RESULT_BACKEND',
    'MESSAGE_QUEUE_URL',
    'REDIS_SESSION_DSN',
    'CACHE_URL',
    'MONGO_CONNECTION_STRING',
    'ELASTIC_CLOUD_URL',
    'ELASTICSEARCH_URL',
    'ORACLE_JDBC_URL',
    'CLICKHOUSE_DSN',
  ])('by its name: %s', async (name) => {
    expect(await usesIn(python(`url = os.environ["${name}"]`))).toEqual({ [name]: 'secret' })
  })

  it.each(['WEBHOOK_URL', 'PUBLIC_URL', 'EMAIL_CONFIRMATION_URL', 'SQS_QUEUE_URL', 'CACHE_TTL', 'DB_POOL_SIZE'])(
    'and not %s',
    async (name) => {
      expect(await usesIn(python(`url = os.environ["${name}"]`))).toEqual({ [name]: 'open' })
    },
  )

  it('by what the code takes without it, unless that is inside of the application', async () => {
    const code = [
      'a = os.getenv("ORDERS_STORE", "postgresql+asyncpg://app:app@localhost/app")',
      'b = os.getenv("ORDERS_EVENTS", "amqp://localhost")',
      'c = os.getenv("ORDERS_UPSTREAM", "https://upstream.example.com")',
      'd = os.getenv("CACHE_URL", "locmem://")',
      'e = os.getenv("DATABASE_URL", "sqlite:///orders.db")',
      'f = os.getenv("TEST_DATABASE_URL", "mysql://localhost/test")',
    ]
    expect(await usesIn(python(code.join('\n')))).toEqual({
      CACHE_URL: 'code',
      DATABASE_URL: 'code',
      ORDERS_EVENTS: 'secret',
      ORDERS_STORE: 'secret',
      ORDERS_UPSTREAM: 'code',
      TEST_DATABASE_URL: 'code',
    })
  })

  it.each<[string, SourceTree]>([
    ['pydantic', python('class Settings(BaseSettings):\n    orders: AmqpDsn')],
    [
      "pydantic's, that may be absent",
      python('class Settings(BaseSettings):\n    orders: Optional[PostgresDsn] = "postgres://db"'),
    ],
    ['pydantic with a secret', python('class Settings(BaseSettings):\n    orders: SecretStr')],
    ['django-environ', python('import environ\nenv = environ.Env()\nx = env.db_url("ORDERS")')],
    ['Starlette', python('config = Config(".env")\nx = config("ORDERS", cast=DatabaseURL)')],
    ['Go', go('type Config struct {\n\tOrders config.Secret `env:"ORDERS,required"`\n}')],
    ['Go, unset once it is read', go('type Config struct {\n\tOrders string `env:"ORDERS,required,unset"`\n}')],
    [
      'Rust with clap',
      rust('#[derive(Parser)]\nstruct Config {\n    #[arg(env = "ORDERS")]\n    orders: SecretString,\n}'),
    ],
    [
      'Rust with envy',
      rust(
        '#[derive(Deserialize)]\nstruct Config {\n    orders: PgConnectOptions,\n}\nfn f() { envy::from_env::<Config>(); }',
      ),
    ],
  ])('by its type: %s', async (_, tree) => {
    expect(await usesIn(tree)).toEqual({ ORDERS: 'secret' })
  })
})

describe('an answer that is a secret', () => {
  it.each([
    ['ORDERS', 'postgresql+asyncpg://u:hunter2@db/x'],
    ['ORDERS', 'redis://:hunter2@cache:6379'],
    ['ORDERS', 'jdbc:postgresql://db/x?user=u&password=hunter2'],
    ['ORDERS', 'host=db user=u password=hunter2'],
    ['ORDERS', 'u:hunter2@tcp(db:3306)/x'],
    ['ORDERS', 'https://ghp0123456789abcdefghij@git.example.com/x'],
    ['DB_PASSWORD', 'hunter2'],
  ])('%s=%s is refused with what to do, and not repeated', (name, value) => {
    const refused = () => parseAnswers({ ...answers, settings: { [name]: value } })
    expect(refused).toThrow(`found ${name}`)
    expect(refused).not.toThrow('hunter2')
    expect(refused).toThrow(expect.objectContaining({ hint: expect.stringContaining(`secrets: [${name}]`) }))
  })

  it.each([
    'https://orders.example.com:8443/a/@b',
    'postgres://db:5432/x',
    'postgres://u:$(DB_PASSWORD)@db/x',
    'kafka-0:9092,kafka-1:9092',
    'a@b.example.com',
  ])('%s is none', (value) => {
    expect(holdsPassword(value)).toBe(false)
  })

  it('is given by its name alone: every platform takes it from its store, also where no code shows it', async () => {
    const { files } = await makeScaffold(
      { ...answers, secrets: ['ORDERS', 'HIDDEN'], settings: { ORDERS: null } },
      python('url = os.getenv("ORDERS")'),
    )
    expect(parse(files['deploy/scaffold.yaml'] ?? '')).toMatchObject({ secrets: ['ORDERS', 'HIDDEN'] })
    for (const name of ['ORDERS', 'HIDDEN'])
      expect(files['deploy/settings.md']).toMatch(new RegExp(`\`${name}\`.*from the secret \`orders-settings\``))
    expect(() => parseAnswers({ ...answers, secrets: ['ORDERS'], settings: { ORDERS: 'x' } })).toThrow('found ORDERS')
  })
})

describe('the address of the repository', () => {
  it.each([
    'https://u:hunter2@git.example.com/a/b',
    'https://token@git.example.com/a/b',
    'https://git.example.com/a?token=b',
  ])('%s is refused with what to do', (repository) => {
    expect(() => parseAnswers({ ...answers, repository })).toThrow('without user, password and query')
    expect(() => parseAnswers({ ...answers, repository })).not.toThrow('hunter2')
  })

  it('is without them where it comes from the manifest', async () => {
    const { files } = await makeScaffold(
      { ...answers, repository: undefined },
      treeOf({
        'package.json': JSON.stringify({
          name: 'orders',
          repository: 'git+https://u:hunter2@git.example.com/shop/orders.git',
          scripts: { start: 'node app.js' },
        }),
        'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: {} }),
        'app.js': "app.get('/health', f)\napp.listen(8080)\n",
      }),
    )
    expect(Object.values(files).join('\n')).not.toContain('hunter2')
    expect(files['deploy/scaffold.yaml']).toContain('repository: https://git.example.com/shop/orders\n')
  })
})
