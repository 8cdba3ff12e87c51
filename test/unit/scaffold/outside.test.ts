import { describe, expect, it } from 'vitest'
import { awsServices } from '../../../src/scaffold/aws-services.ts'
import { calledHosts } from '../../../src/scaffold/called-hosts.ts'
import { keptFiles } from '../../../src/scaffold/kept-files.ts'
import { withoutComments } from '../../../src/scaffold/settings/code-text.ts'
import { records } from './records.ts'

const hosts = (text: string, path = 'a.py', libraries: readonly string[] = []) =>
  calledHosts(new Set(libraries), [{ path, text }]).map(({ host }) => host)
const kept = (text: string, libraries: readonly string[] = []) =>
  keptFiles(new Set(libraries), [{ path: 'a', text }]).map(({ what, target }) => `${what} ${target}`)

describe('a host on the internet', () => {
  it('is said wherever somebody decides what goes out', async () => {
    const { files, notes } = await records(
      {},
      {
        'app.py':
          'app = FastAPI()\n@app.get("/health")\ndef h(): ...\n# https://docs.stripe.com\nhttpx.post("https://api.stripe.com/v1/charges")\n',
      },
    )
    expect(notes.join('\n')).toContain(
      'The code goes to api.stripe.com (app.py) on the internet, and nothing here allows',
    )
    expect(files['deploy/kubernetes/base/network-policy.yaml']?.replaceAll('\n# ', ' ')).toContain(
      'The code goes to api.stripe.com (app.py), which nothing here allows',
    )
    expect(files['deploy/questions.md']).toContain('May the application go to api.stripe.com on the internet')
    expect((await records()).notes.join('\n')).not.toContain('on the internet')
  })

  it.each([
    ['requests.get(f"https://api.acme.io/v1/{order}")', ['api.acme.io']],
    ["await fetch('https://Api.Acme.io')", ['api.acme.io']],
    ['const u = `https://api.acme.io/${id}`', ['api.acme.io']],
    ['http.Get("https://api.acme.io/a")\nhttp.Get("https://api.acme.io/b")', ['api.acme.io']],
    ['URI.create("https://api.acme.io:8443/a")', ['api.acme.io']],
    ['billing.url=https://api.acme.io/v1\n', ['api.acme.io']],
    ['new WebSocket("wss://stream.acme.io/")', ['stream.acme.io']],
    ['url = os.getenv("BILLING", "https://billing.acme.io")', ['billing.acme.io']],
    [
      'a("http://localhost:8080"), a("http://127.0.0.1/"), a("https://api.example.com/"), a("http://orders.shop.svc/")',
      [],
    ],
    ['ns = "http://www.w3.org/2000/svg"', []],
    ['cors({ origin: "https://shop.acme.io" })', []],
    ['allow_origins=["https://shop.acme.io", "https://www.acme.io"]', []],
    ['raise ValueError("see https://acme.io/manual for more")', []],
  ])('%j: %j', (text, wanted) => {
    expect(hosts(text)).toEqual(wanted)
  })

  it('is that of a library that goes there by itself', () => {
    expect(hosts('', 'a.go', ['github.com/stripe/stripe-go/v82', 'openai'])).toEqual([
      'api.openai.com',
      'api.stripe.com',
    ])
  })
})

describe('what an application keeps in files', () => {
  it('is said, with what to do', async () => {
    const { files, notes } = await records(
      {},
      {
        'app.py':
          'app = FastAPI()\n@app.get("/health")\ndef h(): ...\nengine = create_engine("sqlite:///./app.db")\nopen("uploads/x", "w")\n',
      },
    )
    expect(notes.join('\n')).toContain('It keeps data in SQLite (sqlite:///./app.db in app.py)')
    expect(notes.join('\n')).toContain('It writes files (uploads/x in app.py) where the image is read-only')
    expect(files['DEPLOYMENT.md']).toContain('SQLite, in a file')
  })

  it.each<[string, string[], string[]]>([
    ['sqlite3.connect("orders.db")', [], ['SQLite orders.db']],
    ["const db = new Database('app.db')", ['better-sqlite3'], ['SQLite app.db']],
    ['', ['modernc.org/sqlite'], ['SQLite ']],
    ['url = os.getenv("DATABASE_URL", "sqlite:///./app.db")', [], ['SQLite sqlite:///./app.db']],
    ['url = os.getenv("DATABASE_URL", "sqlite:///./app.db")', ['pymongo'], ['SQLite sqlite:///./app.db']],
    ['url = os.getenv("DATABASE_URL", "sqlite:///./app.db")', ['psycopg', 'aiosqlite'], []],
    ['url = os.environ.get("DATABASE_URL") or "sqlite:///./app.db"', ['psycopg'], []],
    ['url = env.str("DATABASE_URL", default="sqlite:///./app.db")', ['pymysql'], []],
    ['const url = process.env.DATABASE_URL ?? "sqlite:app.db"', ['pg'], []],
    ['url = getEnv("DATABASE_URL", "sqlite:app.db")', ['github.com/lib/pq'], []],
    ['env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:app.db".into())', ['sqlx-postgres'], []],
    ['spring.datasource.url=${DB_URL:jdbc:h2:file:./data/shop}', ['postgresql'], []],
    ['engine = create_engine("sqlite:///./app.db")', ['psycopg'], ['SQLite sqlite:///./app.db']],
    ['if url.startswith("sqlite:") or url.startswith("jdbc:sqlite:"): a', [], []],
    ['new Database("orders")', ['pg'], []],
    ['import { Database } from "bun:sqlite"; new Database("a.db")', [], ['SQLite a.db']],
    ['new DatabaseSync("a.db")', [], ['SQLite a.db']],
    ['sql.Open("sqlite", "file:app.db?cache=shared")', ['modernc.org/sqlite'], ['SQLite file:app.db']],
    ["'ENGINE': 'django.db.backends.sqlite3'", [], ['SQLite django.db.backends.sqlite3']],
    ['spring.datasource.url=jdbc:h2:file:./data/shop', [], ['SQLite jdbc:h2:file:./data/shop']],
    ['"sqlite://" "sqlite:///:memory:" "sqlite:////tmp/a.db" sqlite3.connect(":memory:")', ['aiosqlite'], []],
    ['RotatingFileHandler("logs/app.log")', [], ['file logs/app.log']],
    ["multer({ dest: 'uploads/' })", [], ['file uploads/']],
    ['os.WriteFile("data/a", b, 0o600)', [], ['file data/a']],
    ['Files.createDirectories(Path.of("data"))', [], ['file data']],
    ['fs::write("/tmp/a", b); File::create("/var/lib/a")', [], ['file /var/lib/a']],
    ['open("config.json") open("a.csv", "r")', [], []],
  ])('%j with %j: %j', (text, libraries, wanted) => {
    expect(kept(text, libraries)).toEqual(wanted)
  })
})

it.each([
  '"https://',
  '"https://a.b',
  'origin: ',
  'open("a", ',
  'sqlite:',
  '"sqlite:',
  'env("A", "sqlite:a"',
  'env',
  'boto3 .client( ',
  'jdbc:h2:file:a=',
  'a.',
  'session',
])('a file full of %j is read in time', (part) => {
  const started = Date.now()
  const text = withoutComments(part.repeat(200_000 / part.length), 'slashes')
  hosts(text)
  kept(text)
  awsServices(new Set(['boto3']), [{ path: 'a', text }], 'boto3')
  expect(Date.now() - started).toBeLessThan(3_000)
})
