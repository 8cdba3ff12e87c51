import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { Language } from '../../../src/scaffold/application.ts'
import { tlsInCode } from '../../../src/scaffold/code-tls.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

const found = (language: Language, path: string, text: string) =>
  tlsInCode([{ path, text }], language, new Set(['DB_MODE', 'DB_SSL'])).map(
    ({ line, what, variable, whole }) =>
      `${line} ${what}${variable === undefined ? '' : ` ${variable}`}${whole ? ' whole' : ''}`,
  )

describe('code that decides itself how its database is verified', () => {
  it.each<[Language, string, string, string[]]>([
    ['python', 'a.py', 'import psycopg\nc = psycopg.connect(host=h, sslmode="disable")\n', ['2 sslmode']],
    ['python', 'a.py', 'OPTIONS = {"sslmode": os.environ.get("DB_MODE", "prefer")}\n', ['1 sslmode DB_MODE']],
    ['python', 'a.py', 'DATABASES["default"]["OPTIONS"]["sslmode"] = "require"\n', ['1 sslmode']],
    ['python', 'a.py', 'url = f"postgresql://{user}:{word}@{host}/app?sslmode=require"\n', ['1 sslmode']],
    ['python', 'a.py', 'import asyncpg\npool = asyncpg.create_pool(host=h, ssl=False)\n', ['2 ssl']],
    ['python', 'a.py', 'engine = create_async_engine(url, connect_args={"ssl": context})\n', ['1 ssl']],
    ['python', 'a.py', 'import psycopg\ncontext.verify_mode = ssl.CERT_NONE\n', ['2 CERT_NONE']],
    ['python', 'a.py', 'DATABASES = {"default": dj_database_url.config(ssl_require=True)}\n', ['1 ssl_require']],
    [
      'node',
      'a.js',
      "const { Pool } = require('pg')\nnew Pool({ ssl: { rejectUnauthorized: false } })\n",
      ['2 ssl', '2 rejectUnauthorized'],
    ],
    ['node', 'a.js', 'knex({ client, connection: { host, ssl: env.DB_SSL } })\n', ['1 ssl DB_SSL']],
    ['node', 'a.ts', "import postgres from 'postgres'\nconst sql = postgres({ host, ssl: 'require' })\n", ['2 ssl']],
    ['node', 'a.js', "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'\n", ['1 NODE_TLS_REJECT_UNAUTHORIZED']],
    ['go', 'a.go', 'dsn := fmt.Sprintf("host=%s user=%s sslmode=disable", h, u)\n', ['1 sslmode']],
    ['go', 'a.go', 'url += "?sslmode=disable"\n', ['1 sslmode']],
    [
      'go',
      'a.go',
      'c, _ := pgx.ParseConfig(u)\nc.TLSConfig = &tls.Config{InsecureSkipVerify: true}\n',
      ['2 InsecureSkipVerify', '2 TLSConfig'],
    ],
    [
      'go',
      'a.go',
      'db := pgdriver.NewConnector(pgdriver.WithAddr(a), pgdriver.WithInsecure(true))\n',
      ['1 WithInsecure'],
    ],
    ['rust', 'a.rs', 'let o = PgConnectOptions::new().ssl_mode(PgSslMode::Prefer);\n', ['1 ssl_mode', '1 PgSslMode']],
    ['rust', 'a.rs', 'add(&mut url, "sslmode", "require");\n', ['1 sslmode']],
    [
      'java',
      'src/main/resources/application.properties',
      'spring.datasource.url=jdbc:postgresql://${HOST}/a?sslmode=${DB_MODE:require}\n',
      ['1 sslmode DB_MODE'],
    ],
    ['java', 'A.java', 'config.addDataSourceProperty("sslmode", "require");\n', ['1 sslmode']],
    ['java', 'A.java', 'PostgresqlConnectionConfiguration.builder().sslMode(SSLMode.REQUIRE)\n', ['1 sslMode']],
    [
      'java',
      'A.java',
      'String url = "jdbc:postgresql://" + host + "/a?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory";\n',
      ['1 sslfactory'],
    ],
    ['go', 'a.go', 'viper.SetDefault("dsn", "postgres://u:p@localhost/app?sslmode=disable")\n', ['1 sslmode whole']],
  ])('%s: %s %s', (language, path, text, places) => {
    expect(found(language, path, text)).toEqual(places)
  })

  it.each<[Language, string, string]>([
    ['python', 'a.py', 'psycopg.connect(host=h, sslmode="verify-full")\n'],
    ['python', 'a.py', 'class S(BaseSettings):\n    sslmode: str\n'],
    ['python', 'a.py', 'import httpx\nclient = httpx.Client(ssl=context)\n'],
    ['node', 'a.js', "const { Pool } = require('pg')\nnew Pool({ ssl: true })\n"],
    ['node', 'a.ts', "import { Pool } from 'pg'\ninterface A { ssl: boolean; sslmode: string }\n"],
    ['node', 'kafka.ts', "import { Pool } from 'pg'\nconst a = { ssl: { rejectUnauthorized: false } }\n"],
    ['go', 'a.go', 'client := http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}\n'],
    [
      'rust',
      'a.rs',
      'use sqlx::postgres::{PgConnectOptions, PgSslMode};\nlet o = o.ssl_mode(PgSslMode::VerifyFull);\n',
    ],
  ])('is not: %s %s %s', (language, path, text) => {
    expect(found(language, path, text)).toEqual([])
  })

  it('is found in time in a file full of it', () => {
    const start = performance.now()
    found('python', 'a.py', 'sslmode='.repeat(50_000))
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

const made = (code: string, settings: Record<string, string> = {}): Promise<Scaffold> =>
  makeScaffold(
    {
      targets: ['kubernetes', 'ecs'],
      compliance: ['hipaa'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
      settings,
    },
    treeOf({
      'requirements.txt': requirementsWith('uvicorn==0.54.0', 'psycopg==3.3.0'),
      'app.py': `import os\napp = FastAPI()\nh = os.environ["DATABASE_HOST"]\n${code}\n@app.get("/health")\n`,
    }),
  )
const claim = 'The database must prove its name (`verify-full`)'

describe('where the code decides', () => {
  it('no file says that the database must prove its name, and a note says where to change it', async () => {
    const { files, notes } = await made('psycopg.connect(host=h, sslmode="disable")')
    expect(Object.values(files).join('\n')).not.toContain(claim)
    expect(files['DEPLOYMENT.md']).toContain(
      'the code decides itself, in app.py:4 (sslmode): no file here can promise it',
    )
    expect(notes.join('\n')).toContain(
      'Whether the database must prove its name, the code decides itself, in app.py:4 (sslmode): what is set here for that does not count there. Change it: let it use `verify-full` there',
    )
  })

  it('by a variable, that is set, and the gate, which has no TLS, runs without', async () => {
    const { files, notes } = await made('psycopg.connect(host=h, sslmode=os.environ.get("ORDERS_TLS", "prefer"))')
    expect(files['DEPLOYMENT.md']).toContain(claim)
    expect(notes.join('\n')).not.toContain('decides itself')
    expect(files['deploy/kubernetes/base/deployment.yaml']).toMatch(/name: ORDERS_TLS\n +value: verify-full\n/)
    expect(files['deploy/ecs/task-definition.json']).toContain('"ORDERS_TLS"')
    expect(files['loadline.yaml']).toContain('ORDERS_TLS: disable\n')
    expect(files['deploy/settings.md']).toContain('`verify-full`, the mode of TLS of PostgreSQL')
  })

  it('by a variable on a way that is not seen, that is set, and the place is named all the same', async () => {
    const { files, notes } = await made(
      'class Settings(BaseSettings):\n    db_sslmode: str = "prefer"\npsycopg.connect(f"host={h} sslmode={s.db_sslmode}")',
    )
    expect(files['deploy/kubernetes/base/deployment.yaml']).toMatch(/name: DB_SSLMODE\n +value: verify-full\n/)
    expect(notes.join('\n')).toContain('app.py:6 (sslmode)')
    expect(notes.join('\n')).toContain(
      'DB_SSLMODE is set to `verify-full`: where that is what it uses, nothing is left',
    )
    expect(files['DEPLOYMENT.md']).not.toContain(claim)
  })

  it('by what a person has answered, that is what counts', async () => {
    const code = 'psycopg.connect(host=h, sslmode=os.environ.get("ORDERS_TLS", "prefer"))'
    const [weak, strong] = await Promise.all([
      made(code, { ORDERS_TLS: 'require' }),
      made(code, { ORDERS_TLS: 'verify-full' }),
    ])
    expect(weak.files['DEPLOYMENT.md']).not.toContain(claim)
    expect(weak.notes.join('\n')).toContain('app.py:4 (sslmode, by ORDERS_TLS)')
    expect(strong.files['DEPLOYMENT.md']).toContain(claim)
  })

  it('by a default address, one from outside takes its place; without one it counts', async () => {
    const code = 'default = "postgresql://localhost/app?sslmode=disable"'
    const outside = await made(`u = os.environ["DATABASE_URL"]\n${code}`)
    expect(outside.files['DEPLOYMENT.md']).toContain(claim)
    expect((await made(code)).files['DEPLOYMENT.md']).not.toContain(claim)
  })
})
