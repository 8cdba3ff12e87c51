import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

function scaffoldWith(files: Record<string, string>, answers: Record<string, unknown> = {}): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['compose'],
      compliance: ['internal'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
      port: 8080,
      health: '/health',
      ...answers,
    },
    treeOf(files),
  )
}

const goWith = (main: string, files: Record<string, string> = {}) =>
  scaffoldWith({
    'go.mod': 'module example.com/orders\n\ngo 1.22\n',
    'main.go': `package main\n${main}\nfunc main() {}\n`,
    ...files,
  })
const pythonWith = (main: string, files: Record<string, string> = {}) =>
  scaffoldWith({
    'requirements.txt': requirementsWith('uvicorn==0.54.0'),
    'main.py': `from fastapi import FastAPI\napp = FastAPI()\n${main}\n`,
    ...files,
  })
const nodeWith = (app: string, files: Record<string, string> = {}, scripts: Record<string, string> = {}) =>
  scaffoldWith({
    'package.json': JSON.stringify({ name: 'orders', scripts: { start: 'node app.js', ...scripts } }),
    'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: {} }),
    'app.js': app,
    ...files,
  })
const rustWith = (main: string, files: Record<string, string> = {}, manifest = '', lock = '') =>
  scaffoldWith({
    'Cargo.toml': `[package]\nname = "orders"\nversion = "0.1.0"\n[dependencies]\n${manifest}`,
    'Cargo.lock': `[[package]]\nname = "orders"\nversion = "0.1.0"\n${lock}`,
    'src/main.rs': `${main}\nfn main() {}\n`,
    ...files,
  })

/** The stage that builds, and the final image. */
function stages({ files }: Scaffold): [build: string, final: string] {
  const text = files['Dockerfile'] ?? ''
  const at = text.lastIndexOf('\nFROM ')
  return [text.slice(0, at), text.slice(at)]
}

const copied = (made: Scaffold) =>
  [...stages(made)[1].matchAll(/^COPY (?!--from|deploy)(\S+) /gm)].map(([, path]) => path)

describe('a file that the program reads while it runs', () => {
  it('is in the image where the program looks for it, and the note says which line names it', async () => {
    const made = await goWith('var t = template.Must(template.New("").ParseGlob("templates/*.html"))', {
      'templates/a.html': '',
    })
    expect(stages(made)[1]).toContain('COPY templates /srv/templates\nWORKDIR /srv\n')
    expect(made.files['.dockerignore']).toContain('\n!templates\n')
    expect(made.files['structure-test.yaml']).toContain('path: /srv/templates')
    expect(made.notes.join('\n')).toContain('has what it reads while it runs: templates (main.go:2)')
  })

  it.each([
    ['http.FileServer(http.Dir("./assets/"))', 'assets/a.css', 'assets'],
    ['template.ParseFiles("mail/a.html", "mail/b.html")', 'mail/a.html', 'mail/a.html'],
    ['os.ReadFile("data/rates.json")', 'data/rates.json', 'data/rates.json'],
    ['os.Open(filepath.Join("data", "rates.json"))', 'data/rates.json', 'data/rates.json'],
    ['serve("/", Pages("public"))', 'public/index.html', 'public'],
    ['migrate.New("file://db/migration", url)', 'db/migration/1.up.sql', 'db/migration'],
    ['const dir = "seeds"', 'seeds/a.csv', 'seeds'],
    ['viper.AddConfigPath("."); viper.SetConfigName("orders")', 'orders.toml', 'orders.toml'],
    ['flag.String("at", "./config/local.yml", "")', 'config/local.yml', 'config/local.yml'],
  ])('is seen in Go: %s', async (code, path, wanted) => {
    expect(copied(await goWith(`var x = ${code}`, { [path]: '' }))).toEqual([wanted])
  })

  it.each([
    ['t = Jinja2Templates(directory="pages")', 'pages/a.html', 'pages'],
    ['c = open("config.yaml")', 'config.yaml', 'config.yaml'],
    ['c = Path(__file__).parent / "words" / "en.txt"', 'words/en.txt', 'words/en.txt'],
    ['DIRS = [BASE_DIR / "pages"]', 'pages/a.html', 'pages'],
    ['c = os.path.join(ROOT, "words", "en.txt")', 'words/en.txt', 'words/en.txt'],
    ['def make():\n    return flask.Flask(__name__)', 'templates/a.html', 'templates'],
  ])('is seen in Python: %s', async (code, path, wanted) => {
    expect(copied(await pythonWith(code, { [path]: '' }))).toEqual([wanted])
  })

  it.each([
    ["app.set('views', path.join(__dirname, 'pages'))", 'pages/a.pug', 'pages'],
    ["app.use(express.static('www'))", 'www/a.css', 'www'],
    ['fs.readFileSync(`${__dirname}/mail/a.hbs`)', 'mail/a.hbs', 'mail/a.hbs'],
    ["app.set('view engine', 'pug')", 'views/a.pug', 'views'],
    ["const schema = new URL('./schema.graphql', import.meta.url)", 'schema.graphql', 'schema.graphql'],
  ])('is seen in Node: %s', async (code, path, wanted) => {
    expect(copied(await nodeWith(code, { [path]: '' }))).toEqual([wanted])
  })

  it('is seen in Rust, where the folder is joined', async () => {
    expect(copied(await rustWith('let a = base.join("settings");', { 'settings/base.yaml': '' }))).toEqual(['settings'])
  })

  it('brings the scripts of Alembic with its file', async () => {
    const made = await pythonWith('c = Config("alembic.ini")', {
      'alembic.ini': '[alembic]\nscript_location = changes\n',
      'changes/script.py.mako': '',
    })
    expect(copied(made)).toEqual(['alembic.ini', 'changes'])
    expect(made.files['deploy/questions.md']).toContain(
      'What applies the migrations of its database (Alembic: alembic.ini)',
    )
  })

  it('is not copied if it holds secrets by its name, if tests alone have it, or if the program has it in itself', async () => {
    const made = await goWith(
      '//go:embed pages/*\nvar f embed.FS\nvar x = f.ReadFile("pages/a.html")\nvar y = open("app.env", "testdata/a", "conf/tls.key")',
      {
        'pages/a.html': '',
        'app.env': '',
        'testdata/a': '',
        'conf/tls.key': '',
      },
    )
    expect(copied(made)).toEqual([])
    expect(made.notes.join('\n')).toContain(
      'It reads app.env (main.go:5), conf/tls.key (main.go:5), which by the name holds secrets',
    )
  })

  it('comes to the build of Go where its top embeds it, by name or by an ending', async () => {
    const made = await goWith('//go:embed *.html  motd.txt\nvar f embed.FS', {
      'a.html': '',
      'b.html': '',
      'motd.txt': '',
      'c.css': '',
    })
    expect(stages(made)[0]).toContain('COPY a.html b.html main.go motd.txt ./\n')
  })

  it('leaves a secret in its folder out of the build', async () => {
    const made = await goWith('var x = os.DirFS("conf")', { 'conf/a.yaml': '', 'conf/credentials.json': '' })
    expect(copied(made)).toEqual(['conf'])
    expect(made.files['.dockerignore']).toMatch(/!conf\n[\s\S]*\nconf\/credentials\.json\n/)
  })

  it('is a note with file and line if its name is not known or not in the source', async () => {
    const made = await goWith(
      'var a, _ = os.ReadFile(name)\nvar b, _ = os.ReadFile("gone.txt")\nvar c, _ = os.ReadFile("/etc/hosts")',
    )
    expect(made.notes.join('\n')).toContain('not in the source: name (main.go:2), gone.txt (main.go:3). See')
  })

  it('is a question of its own if nothing is seen that reads it', async () => {
    expect((await goWith('', { 'pages/a.html': '', 'README.md': '', 'docs/a.md': '' })).notes.join('\n')).toContain(
      'Not in the image, because no code was seen that reads it: pages. What',
    )
  })

  it('changes nothing where there is none', async () => {
    const made = await goWith('')
    expect(stages(made)[1]).not.toContain('WORKDIR')
    expect(made.notes.join('\n')).not.toMatch(/reads while it runs|Not in the image|opens files/)
  })
})

describe('what the compiler of Rust reads', () => {
  it.each([
    ['sqlx::migrate!().run(&db);', 'migrations/1.sql', 'migrations'],
    ['sqlx::migrate!("db/changes").run(&db);', 'db/changes/1.sql', 'db/changes'],
    ['const A: &str = include_str!("../pages/a.html");', 'pages/a.html', 'pages/a.html'],
    ['static D: Dir = include_dir!("$CARGO_MANIFEST_DIR/www");', 'www/a.css', 'www'],
    ['#[derive(Embed)]\n#[folder = "www/"]\nstruct A;', 'www/a.css', 'www'],
    ['#[template(path = "a.html")]\nstruct A;', 'templates/a.html', 'templates'],
    ['const M: EmbeddedMigrations = embed_migrations!();', 'migrations/1/up.sql', 'migrations'],
  ])('is in the build and not in the image: %s', async (code, path, wanted) => {
    const made = await rustWith(code, { [path]: '' })
    expect(stages(made)[0]).toContain(`\nCOPY ${wanted} `)
    expect(copied(made)).toEqual([])
    expect(made.files['.dockerignore']).toContain(`\n!${wanted}\n`)
  })

  it('is what sqlx prepared, used without a database; without it the note says what to do', async () => {
    const query = 'async fn a() { sqlx::query!("select 1"); }'
    expect(stages(await rustWith(query, { '.sqlx/query-a.json': '{}' }))[0]).toContain(
      'COPY .sqlx .sqlx\nCOPY src src\nENV SQLX_OFFLINE=true\n',
    )
    const without = await rustWith(query)
    expect(without.files['Dockerfile']).not.toContain('SQLX_OFFLINE')
    expect(without.notes.join('\n')).toContain('write .sqlx with "cargo sqlx prepare"')
  })

  it('is what its build script names', async () => {
    const made = await rustWith('', {
      'build.rs': 'fn main() { tonic_build::compile_protos("proto/a.proto"); }',
      'proto/a.proto': '',
      'proto/b.proto': '',
    })
    expect(stages(made)[0]).toContain('\nCOPY proto proto\n')
  })

  it('does not make a driver of sqlx a use that no feature asks for', async () => {
    const lock = ['sqlx', 'sqlx-postgres', 'sqlx-sqlite', 'libsqlite3-sys']
      .map(
        (name) =>
          `[[package]]\nname = "${name}"\nversion = "0.8.0"\n${name === 'sqlx-sqlite' ? 'dependencies = ["libsqlite3-sys"]\n' : ''}`,
      )
      .join('')
    const with_ = (feature: string) => rustWith('', {}, `sqlx = { version = "0.8", features = ["${feature}"] }\n`, lock)
    expect((await with_('postgres')).notes.join('\n')).not.toContain('SQLite')
    expect((await with_('sqlite')).notes.join('\n')).toContain('It keeps data in SQLite')
  })
})

describe('what a build of Node reads, and what it leaves', () => {
  it('ships all code if what starts is in the source', async () => {
    const made = await nodeWith(
      "require('./lib/a')",
      { 'lib/a.js': '', 'vite.config.js': '', 'index.html': '' },
      { build: 'vite build' },
    )
    expect(stages(made)[1]).toContain(
      'COPY --from=build /app/lib /app/lib\nCOPY --from=build /app/app.js /app/app.js\n',
    )
    expect(stages(made)[1]).not.toContain('vite.config')
    expect(stages(made)[0]).toContain('COPY app.js index.html vite.config.js ./')
  })

  it('has the folders that its scripts name in the build alone', async () => {
    const made = await nodeWith(
      '',
      { 'scripts/build.js': 'process.env.ONLY_BUILD', 'tools/a.sh': '' },
      { build: 'npm run assets', assets: 'node ./scripts/build.js && sh tools/a.sh' },
    )
    expect(stages(made)[0]).toContain('COPY scripts scripts\nCOPY tools/a.sh tools/a.sh\n')
    expect(stages(made)[1]).not.toMatch(/scripts|tools/)
    expect(made.files['deploy/settings.md']).not.toContain('ONLY_BUILD')
  })
})

describe('a folder that usually holds no code to ship', () => {
  it('is there if shipped code imports it, and not otherwise', async () => {
    const tools = {
      'tools/clock/c.go': 'package clock\nimport "example.com/orders/build/x"',
      'build/x/x.go': 'package x',
      'docs/d.go': 'package d',
    }
    const made = await goWith('import "example.com/orders/tools/clock"', tools)
    expect(stages(made)[0]).toContain('COPY build build\nCOPY tools tools\n')
    expect(made.files['Dockerfile']).not.toContain('docs')
    expect((await goWith('', tools)).files['Dockerfile']).not.toContain('tools')
  })

  it.each([
    ['python', () => pythonWith('from tools.clock import now', { 'tools/clock.py': '' })],
    ['node', () => nodeWith("require('./tools/clock')", { 'tools/clock.js': '' })],
    [
      'rust',
      () =>
        rustWith(
          '',
          { 'tools/clock/src/lib.rs': '' },
          'clock = { path = "tools/clock" }\n',
          '[[package]]\nname = "clock"\n',
        ),
    ],
  ])('is there for %s', async (_, made) => {
    expect(stages(await made())[0]).toContain('COPY tools tools\n')
  })
})

describe('a program that the code starts', () => {
  it.each([
    [() => goWith('var c = exec.Command("git", "log")'), 'git (main.go:2)'],
    [() => goWith('var c = exec.CommandContext(ctx, name)'), 'one that only the running program names (main.go:2)'],
    [() => pythonWith('subprocess.run(["ffmpeg", "-i", a])'), 'ffmpeg (main.py:3)'],
    [() => nodeWith("require('child_process').execFile('convert', [])"), 'convert (app.js:1)'],
    [() => rustWith('fn a() { Command::new("tar"); }'), 'tar (src/main.rs:1)'],
  ])('is a note: %#', async (made, wanted) => {
    expect((await made()).notes.join('\n')).toContain(`It starts other programs: ${wanted}. The image has none`)
  })
})
