import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { DeliveryError } from '../../../src/model/errors.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { applications, requirementsWith, scaffoldOf, sourceOf, treeOf } from './applications.ts'

const answers = { targets: ['kubernetes'], compliance: ['internal'], repository: 'https://git.example.com/shop/orders' }

const goApplication = {
  'go.mod': 'module example.com/orders\n\ngo 1.25\n',
  'main.go': 'package main\n\nfunc main() { listen(":8080", "/healthz") }\n',
}

async function scaffoldOfFiles(files: Record<string, string>, given: Record<string, unknown> = {}): Promise<Scaffold> {
  return makeScaffold({ ...answers, ...given }, treeOf(files))
}

/** What an error says: code, message and hint. */
async function refusal(files: Record<string, string>, given: Record<string, unknown> = {}): Promise<string> {
  return scaffoldOfFiles(files, given).then(
    () => 'nothing was refused',
    ({ code, message, hint }: DeliveryError) => `${code}: ${message} | ${hint}`,
  )
}

describe('the scaffold of an application with a real lock file', () => {
  it.each(applications)('%s: knows the stack, what starts, the port and the endpoints', async (stack) => {
    const { application, notes } = await scaffoldOf(stack)
    const { name, port, health, ready, metrics, entrypoint, needs, bases } = application
    expect({
      stack: application.stack,
      name,
      port,
      health,
      ready,
      metrics,
      entrypoint,
      needs,
      bases,
      notes,
    }).toMatchSnapshot()
  })

  it.each(applications)('%s: gives the same bytes twice, and again where its own files are there', async (stack) => {
    const first = await scaffoldOf(stack)
    const source = await sourceOf(stack)
    const texts = new Map([...source.texts, ...Object.entries(first.files)])
    const again = await makeScaffold(
      {
        targets: ['kubernetes'],
        compliance: ['internal'],
        image: 'registry.example.com/shop/orders',
        repository: 'https://git.example.com/shop/orders',
      },
      { ...source, paths: [...new Set([...source.paths, ...Object.keys(first.files)])].sort(), texts },
    )
    expect(again.files).toEqual(first.files)
  })
})

describe('a scaffold is refused as a whole', () => {
  it.each([
    [
      'no stack at all',
      { 'README.md': '' },
      {},
      /^SOURCE: expected a lock file of .*Rust in the source, found README\.md \|/,
    ],
    [
      'only folders with applications',
      { 'orders/go.mod': '', 'web/package.json': '{}' },
      {},
      /--path orders, --path web/,
    ],
    [
      'two stacks',
      { ...goApplication, 'package-lock.json': '{}', 'package.json': '{}' },
      {},
      /found Node with npm \(node-npm\) and Go \(go\) \| .*--stack node-npm or --stack go/,
    ],
    [
      'two lock files of one language',
      { 'uv.lock': '', 'poetry.lock': '', 'pyproject.toml': '' },
      {},
      /found Python with uv \(python-uv\) and Python with Poetry/,
    ],
    [
      'no lock file for Node',
      { 'package.json': '{}' },
      {},
      /found package\.json without it.* \| Make it and commit it: npm install --package-lock-only/,
    ],
    [
      'no lock file for Go',
      { ...goApplication, 'go.mod': 'module a\nrequire example.com/b v1.0.0\n' },
      {},
      /expected go\.sum .*\| Make it and commit it: go mod tidy/,
    ],
    [
      'requirements that pin nothing',
      { 'requirements.txt': 'fastapi>=0.1\n' },
      {},
      /every line pins one version with == .*because of the line "fastapi>=0\.1"/,
    ],
    [
      'requirements without what they need',
      { 'requirements.txt': 'fastapi==0.115.6\nuvicorn==0.34.0\n', 'app.py': 'app = FastAPI()\n@app.get("/health")\n' },
      {},
      /every dependency of fastapi, uvicorn in requirements\.txt, found none for starlette, pydantic, click, h11: .*pip-compile/,
    ],
    [
      'a go.sum without a module that go.mod requires',
      {
        ...goApplication,
        'go.mod': 'module a\nrequire example.com/b v1.0.0\n',
        'go.sum': 'example.com/b v0.9.0 h1:a\n',
      },
      {},
      /expected every dependency of go\.mod in go\.sum, found none for example\.com\/b v1\.0\.0: .*go mod tidy/,
    ],
    [
      'a package-lock.json that is older than package.json',
      {
        'package-lock.json': '{"lockfileVersion": 3, "packages": {"node_modules/pg": {}}}',
        'package.json': '{"dependencies": {"pg": "8.0.0", "redis": "5.0.0"}}',
      },
      {},
      /expected every dependency of package\.json in package-lock\.json, found none for redis: /,
    ],
    [
      'a pnpm-lock.yaml that is older than package.json',
      {
        'pnpm-lock.yaml': "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      pg: {}\n",
        'package.json': '{"dependencies": {"pg": "8.0.0", "redis": "5.0.0"}}',
      },
      {},
      /in pnpm-lock\.yaml, found none for redis: /,
    ],
    [
      'a yarn.lock that is older than package.json',
      {
        'yarn.lock':
          '# yarn lockfile v1\n\n"@a/b@^1.0.0":\n  version "1.0.0"\n\npg@8.0.0, pg@^8.0.0:\n  version "8.0.0"\n',
        'package.json': '{"dependencies": {"pg": "8.0.0", "@a/b": "1", "redis": "5.0.0"}}',
      },
      {},
      /in yarn\.lock, found none for redis: /,
    ],
    [
      'a uv.lock that is older than pyproject.toml',
      {
        'uv.lock': '[[package]]\nname = "fastapi"\n',
        'pyproject.toml': '[project]\nname = "a"\ndependencies = ["FastAPI>=0.1", "asyncpg[a]; x"]\n',
      },
      {},
      /in uv\.lock, found none for asyncpg: .*uv lock/,
    ],
    [
      'a Cargo.lock that is older than Cargo.toml',
      {
        'Cargo.lock': '[[package]]\nname = "serde"\n',
        'Cargo.toml': '[package]\nname = "a"\n[dependencies]\ns = { package = "serde" }\ntokio = "1"\n',
        'src/main.rs': 'fn main() {}',
      },
      {},
      /in Cargo\.lock, found none for tokio: .*cargo generate-lockfile/,
    ],
    [
      'a workspace whose lock file is at the top',
      { 'package-lock.json': '{}', 'package.json': '{"workspaces": ["orders"]}', 'orders/package.json': '{}' },
      { path: 'orders' },
      /belongs to a workspace/,
    ],
    [
      'a Maven project with ranges',
      { 'pom.xml': '<project><dependency><version>[1.0,2.0)</version></dependency></project>' },
      {},
      /every version is fixed/,
    ],
    [
      'a stack that is not there',
      goApplication,
      { stack: 'rust' },
      /expected Cargo\.lock in the source, because --stack says rust/,
    ],
    [
      'a path that is not there',
      goApplication,
      { path: 'services/orders' },
      /expected an application in services\/orders, found no files/,
    ],
    [
      'no health endpoint',
      { ...goApplication, 'main.go': 'package main\n\nfunc main() { listen(":8080") }\n' },
      {},
      /expected a path that answers 200.* \| .*--health/,
    ],
    [
      'a health endpoint below a path that the code does not show',
      {
        ...goApplication,
        'main.go':
          'package main\n\nfunc main() {\n\tr := gin.New()\n\tr.Group(os.Getenv("BASE")).GET("/healthz", ok)\n\tr.Run(":8080")\n}\n',
      },
      {},
      /found \/healthz in the code, but not what stands before it \| .*--health/,
    ],
    [
      'no port',
      { ...goApplication, 'main.go': 'package main\n\nfunc main() { listen("/healthz") }\n' },
      {},
      /found none in the code \| .*--port/,
    ],
    [
      'two ports',
      { ...goApplication, 'other.go': 'package main\n\nvar other = ":9090"\n' },
      {},
      /found 8080, 9090 in the code/,
    ],
    [
      'two programs',
      {
        'go.mod': goApplication['go.mod'],
        'cmd/a/main.go': goApplication['main.go'],
        'cmd/b/main.go': goApplication['main.go'],
      },
      {},
      /found \.\/cmd\/a, \.\/cmd\/b \| .*--entry/,
    ],
    ['C code in Go', { ...goApplication, 'c.go': 'package main\n\nimport "C"\n' }, {}, /found import "C" in c\.go/],
    [
      'a Go that is too new',
      { ...goApplication, 'go.mod': 'module a\ngo 1.99\n' },
      {},
      /expected a module for Go 1\.26 or older/,
    ],
    [
      'a Python without base',
      { 'uv.lock': '', 'pyproject.toml': '[project]\nname = "a"\nrequires-python = ">=3.14"\n' },
      {},
      /Python 3\.11 or 3\.13/,
    ],
    [
      'a start script that starts something else',
      {
        'package-lock.json': '{"lockfileVersion": 3, "packages": {}}',
        'package.json': '{"scripts": {"start": "next start"}}',
      },
      {},
      /found scripts\.start "next start", which starts something else/,
    ],
    [
      'a manifest that cannot be parsed',
      { 'package-lock.json': '{"lockfileVersion": 3, "packages": {}}', 'package.json': '{' },
      {},
      /expected JSON in package\.json, found text that cannot be parsed/,
    ],
    [
      'a name that .dockerignore cannot hold [fault 42]',
      { ...goApplication, 'a\nb/x.go': 'package b\n' },
      {},
      /expected names that a \.dockerignore file can contain, found "a\\nb"/,
    ],
    ['no repository', goApplication, { repository: undefined }, /^USAGE: .*git remote.* \| .*--repository/],
  ])('%s', async (_, files, given, wanted) => {
    expect(await refusal(files, given)).toMatch(wanted)
  })

  it.each([
    [{ targets: ['swarm'] }, 'targets: expected one of kubernetes, compose, ecs, cloud-run'],
    [{ targets: ['ecs', 'ecs'] }, 'targets: expected each target once'],
    [{ compliance: [] }, 'compliance: expected at least one of hipaa, pci-dss, soc2, internal'],
    [{ port: 80 }, 'port: expected a port from 1024 to 65535: lower ones need a privilege'],
    [{ port: '8080' }, 'port: expected a whole number'],
    [{ path: '../elsewhere' }, 'path: expected a path below the source'],
    [{ path: '/etc' }, 'path: expected a path below the source'],
    [{ image: 'registry.example.com/orders:latest' }, 'image: expected registry/repository without tag'],
    [{ health: 'health' }, 'health: expected a path that starts with a slash'],
    [{ name: 'Orders' }, 'name: expected lower-case letters'],
    [{ entry: 'a b; rm' }, 'entry: expected a module, file, package, class or binary'],
    [{ colour: 'red' }, 'Unrecognized key: "colour"'],
  ])('answers %j', async (given, wanted) => {
    expect(await refusal(goApplication, given)).toContain(wanted)
  })
})

describe('what a scaffold takes from its source', () => {
  it.each([
    [
      'hypercorn',
      'h11 h2 hpack hyperframe priority wsproto',
      'hypercorn app:app --bind 0.0.0.0:8000 --graceful-timeout 20',
    ],
    ['granian', '', 'granian --interface asgi --host 0.0.0.0 --port 8000 app:app'],
    ['daphne', 'twisted autobahn asgiref', 'daphne -b 0.0.0.0 -p 8000 app:app'],
  ])('an application of Python is started by %s', async (server, needs, started) => {
    const packages = [server, ...needs.split(' ').filter((name) => name !== '' && name !== 'h11')]
    const made = await scaffoldOfFiles(
      {
        'requirements.txt': requirementsWith(...packages.map((name) => `${name}==1.0.0`)),
        'app.py': 'app = FastAPI()\n@app.get("/health")\n',
      },
      { name: 'a' },
    )
    const { entrypoint, command = [], port } = made.application
    expect([...entrypoint, ...command].join(' ')).toBe(`/usr/bin/python3 -m ${started}`)
    expect(port).toBe(8000)
    expect(made.files['DEPLOYMENT.md']).toContain('no setting here changes it')
  })

  it('waitress is refused, because it does not stop as process 1', async () => {
    const files = { 'requirements.txt': requirementsWith('waitress==3.0.2'), 'app.py': 'app = FastAPI()\n' }
    expect(await refusal(files)).toContain('waitress has no handler for SIGTERM')
  })

  it('a readiness endpoint below a path that the code does not show is left to the user, who is told', async () => {
    const code = 'r := gin.New()\n\tr.GET("/healthz", ok)\n\tr.Group(base()).GET("/readyz", ok)\n\tr.Run(":8080")'
    const files = { ...goApplication, 'main.go': `package main\n\nfunc main() {\n\t${code}\n}\n` }
    const made = await scaffoldOfFiles(files)
    expect(made.application).toMatchObject({ health: '/healthz', ready: '/healthz' })
    expect(made.notes.join('\n')).toContain('The code has /readyz, but not as plain text what stands before it')
    const answered = await scaffoldOfFiles(files, { ready: '/api/readyz' })
    expect(answered.application.ready).toBe('/api/readyz')
    expect(answered.notes.join('\n')).not.toContain('/readyz')
  })

  it.each([
    ['', '/actuator/health/liveness', '/actuator/prometheus'],
    ['server.servlet.context-path=/shop\n', '/shop/actuator/health/liveness', '/shop/actuator/prometheus'],
    ['management.endpoints.web.base-path=/\n', '/health/liveness', '/prometheus'],
    ['management.server.port=9001\n', '/ping', undefined],
  ])('the actuator of Spring answers as its configuration says: %j', async (properties, health, metrics) => {
    const files = {
      'pom.xml':
        '<project><artifactId>a</artifactId><artifactId>spring-boot-starter-actuator</artifactId><artifactId>micrometer-registry-prometheus</artifactId></project>',
      'src/main/java/A.java':
        '@RestController class A { @GetMapping("/ping") String ping() { return ""; }\n public static void main(String[] a) {} }',
      'src/main/resources/application.properties': properties,
    }
    expect((await scaffoldOfFiles(files)).application).toMatchObject({ health, metrics })
  })

  it.each([
    ['sqlalchemy==1.4.54', 'pydantic==1.10.22', 'constructor==1.0.0'],
    ['openai==0.28.1', 'requests==2.31.0', 'urllib3==2.0.7', 'idna==3.4', 'certifi==2023.7.22', 'tqdm==4.66.1'],
    ['alembic==1.8.1', 'sqlalchemy==1.4.41', 'mako==1.2.3', 'markupsafe==2.1.1'],
    ['fastapi==0.68.1', 'starlette==0.14.2', 'pydantic==1.8.2'],
    ['celery==4.4.7', 'kombu==4.6.11', 'billiard==3.6.4.0', 'amqp==2.6.1', 'vine==1.3.0', 'pytz==2020.1'],
    ['requests==2.9.1', 'djangorestframework==3.9.4', 'django==2.2.28', 'uvicorn==0.11.8+own', 'openai==1.0.0b3'],
    ['flask==2.2.5', 'werkzeug==2.2.3', 'jinja2==3.1.2', 'markupsafe==2.1.2', 'click==8.1.3', 'itsdangerous==2.1.2'],
    ['httpx==1.0.dev3', 'aiohttp==4.0.0a1', 'httpcore==0.13.7', 'h11==0.12.0'],
  ])('a requirements.txt is complete where a release needs less: %s, %s', async (...lines) => {
    const files = {
      'requirements.txt': [...lines, 'gunicorn==20.1.0'].join('\n'),
      'app.py': 'app = Flask()\n@app.route("/health")\n',
    }
    expect((await scaffoldOfFiles(files, { name: 'a' })).application.stack).toBe('python-pip')
  })

  it.each([
    ['starlette==0.15.0', 'anyio'],
    ['openai==1.0.0 --hash=sha256:aa', 'httpx, pydantic'],
    ['celery==5.0.0 ; python_version > "3.8"', 'kombu, billiard, vine, click'],
    ['flask==2.3.0.post1', 'werkzeug, jinja2, click, itsdangerous, blinker'],
    ['django==3', 'asgiref, sqlparse'],
  ])('%s is not complete without %s', async (line, missing) => {
    const files = { 'requirements.txt': `${line}\n`, 'app.py': 'app = Flask()\n@app.route("/health")\n' }
    await expect(scaffoldOfFiles(files, { name: 'a' })).rejects.toThrow(`found none for ${missing}: the lock file`)
  })

  it('an application in a folder keeps everything below it, but for the workflow', async () => {
    const { files } = await scaffoldOfFiles(
      Object.fromEntries(Object.entries(goApplication).map(([path, text]) => [`services/orders/${path}`, text])),
      { path: 'services/orders' },
    )
    expect(Object.keys(files).filter((path) => !path.startsWith('services/orders/'))).toEqual([
      '.github/workflows/orders.yaml',
    ])
    expect(files['.github/workflows/orders.yaml']).toContain('build-and-scan services/orders')
  })

  it('a folder with spaces is copied by exec form and quoted in the workflow [fault 42]', async () => {
    const { files } = await scaffoldOfFiles(
      {
        'my app/go.mod': goApplication['go.mod'],
        'my app/main.go': goApplication['main.go'],
        'my app/two words/x.go': 'package words\n',
      },
      { path: 'my app' },
    )
    expect(files['my app/Dockerfile']).toContain('COPY ["two words","two words"]')
    expect(files['.github/workflows/orders.yaml']).toContain("build-and-scan 'my app'")
  })

  describe('pnpm', () => {
    const lock = (name: string) =>
      `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      ${name}: {specifier: 1.0.0, version: 1.0.0}\n`
    const application = {
      'package.json': '{"name": "a", "main": "server.js"}',
      'pnpm-lock.yaml': lock('pg'),
      'server.js': 'server.listen(8080, "/health")',
    }

    it("reads the project's document where pnpm wrote one for its own programs before it", async () => {
      const files = { ...application, 'pnpm-lock.yaml': `---\nlockfileVersion: '6.0'\n\n---\n${lock('pg')}` }
      expect((await scaffoldOfFiles(files)).files['Dockerfile']).toEqual(
        (await scaffoldOfFiles(application)).files['Dockerfile'],
      )
    })

    it('takes a workspace file without packages for settings, which the install step gets', async () => {
      const { files } = await scaffoldOfFiles({
        ...application,
        'pnpm-workspace.yaml': 'onlyBuiltDependencies:\n  - esbuild\n',
      })
      expect(files['Dockerfile']).toMatch(/^COPY .*\bpnpm-workspace\.yaml/m)
    })

    it('refuses a workspace that has packages', async () => {
      expect(await refusal({ ...application, 'pnpm-workspace.yaml': 'packages:\n  - apps/*\n' })).toContain(
        'a workspace with several packages',
      )
    })
  })

  it.each([
    [
      'npm',
      {
        'package.json': '{"name": "a", "main": "server.js"}',
        'package-lock.json': '{"lockfileVersion": 3, "packages": {}}',
        '.npmrc': '@shop:registry=https://npm.example.com/\n',
        'server.js': 'server.listen(8080, "/health")',
      },
      'id=npmrc,target=/root/.npmrc,required=true',
    ],
    [
      'Maven',
      {
        'pom.xml': '<project><artifactId>a</artifactId><repositories><repository/></repositories></project>',
        'src/main/java/A.java': 'class A { public static void main(String[] a) { listen("PORT", 8080, "/health"); } }',
      },
      'id=maven-settings,target=/root/.m2/settings.xml,required=true',
    ],
  ])('a private registry of %s makes a secret mount, which the gate then asks for', async (_, files, mount) => {
    const { files: made, application } = await scaffoldOfFiles(files)
    expect(made['Dockerfile']).toContain(` \\\n    --mount=type=secret,${mount} \\\n    `)
    expect(made[`.github/workflows/${application.name}.yaml`]).toContain('BUILD_SECRET: ${{ secrets.BUILD_SECRET }}')
  })

  it('digests come from a lock file of the publishers and from no other', async () => {
    const digest = `sha256:${'a'.repeat(64)}`
    const base = {
      reference: 'docker.io/library/golang:1.26-bookworm',
      digest,
      platforms: ['linux/amd64'],
      resolvedAt: '2026-01-01T00:00:00Z',
    }
    const withLock = (lock: unknown) =>
      scaffoldOfFiles({ ...goApplication, 'loadline.lock.json': JSON.stringify(lock) })
    const connected = await withLock({ schemaVersion: 2, bases: [base] })
    expect(connected.files['Dockerfile']).toContain(`golang:1.26-bookworm@${digest} AS build`)
    await expect(withLock({ schemaVersion: 1, mode: 'sealed', tools: {}, bases: [base] })).rejects.toThrow(
      'expected only bases',
    )
  })

  it('vendored code, tests and generated health checks say nothing about ports', async () => {
    const { application } = await scaffoldOfFiles({
      ...goApplication,
      'main_test.go': 'package main\n\nvar address = ":9999"\n',
      'deploy/healthcheck/main.go': 'package main\n\nfunc main() { listen(":7777") }\n',
    })
    expect(application.port).toBe(8080)
  })
})

it('install scripts are named once each, with that of the application itself', async () => {
  const { notes } = await scaffoldOfFiles({
    'package.json': JSON.stringify({ name: 'orders', scripts: { start: 'node app.js' } }),
    'package-lock.json': JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': { hasInstallScript: true },
        'node_modules/sharp': { hasInstallScript: true },
        'node_modules/a/node_modules/sharp': { hasInstallScript: true },
        'node_modules/b': { hasInstallScript: true, dev: true },
      },
    }),
    'app.js': "app.get('/health', f)\napp.listen(8080)\n",
  })
  expect(notes.join('\n')).toContain('which the build does not run, of the application itself, sharp.')
})
