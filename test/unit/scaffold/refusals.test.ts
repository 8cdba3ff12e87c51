import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { DeliveryError } from '../../../src/model/errors.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

function scaffoldFrom(files: Record<string, string>, answers: object = {}): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['kubernetes'],
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

async function refusal(files: Record<string, string>, answers: object = {}): Promise<string> {
  return scaffoldFrom(files, answers).then(
    () => 'nothing was refused',
    ({ code, message, hint }: DeliveryError) => `${code}: ${message} | ${hint}`,
  )
}

const main = 'public class Orders { public static void main(String[] given) {} }'
const maven = (inside: string) => ({
  'pom.xml': `<project><artifactId>orders</artifactId>${inside}</project>`,
  'src/main/java/shop/Orders.java': `package shop;\n${main}`,
})
const commit = '0123456789abcdef0123456789abcdef01234567'
const pip = (...lines: readonly string[]) => ({
  'requirements.txt': `${requirementsWith('uvicorn==0.30.0')}${lines.join('\n')}\n`,
  'main.py': 'app = FastAPI()\n',
})
const cargo = (inside: string, ...paths: readonly string[]) => ({
  'Cargo.toml': `[package]\nname = "orders"\n${inside}`,
  'Cargo.lock': '',
  ...Object.fromEntries(paths.map((path) => [path, 'fn main() {}\n'])),
})
const node = (inside: object, files: Record<string, string> = { 'main.js': '' }) => ({
  'package.json': JSON.stringify({ scripts: { start: 'node main.js' }, ...inside }),
  'package-lock.json': '{"lockfileVersion": 3, "packages": {}}',
  ...files,
})

describe('is not refused', () => {
  it.each([
    [
      'what Maven and Java a build asks for',
      maven(
        '<build><plugins><plugin><artifactId>maven-enforcer-plugin</artifactId><configuration><rules><requireJavaVersion><version>[${java.version},)</version></requireJavaVersion></rules></configuration></plugin></plugins></build>',
      ),
    ],
    ['a range in a comment', maven('<!-- <version>[1,2)</version> -->')],
    ['an archive of a commit', pip(`shop-lib @ https://github.com/shop/lib/archive/${commit}.tar.gz`)],
    ['a newer release of a Node that there is a base for', node({ engines: { node: '>=24.99.0' } })],
    [
      'a package of Go for others beside the program',
      { 'go.mod': 'module a\n', 'main.go': 'package main\nfunc main() {}\n', 'other/x.go': 'package other\n' },
    ],
  ])('%s', async (_, files) => {
    expect(await refusal(files)).toBe('nothing was refused')
  })

  it('a newer Node, but whoever locks its base is told to look', async () => {
    const { notes, application } = await scaffoldFrom(node({ engines: { node: '^24.99.0' } }))
    expect(notes.join('\n')).toContain('engines.node is "^24.99.0", newer than 24.')
    expect(application.bases.build).toMatch(/^node:24-/)
    expect((await scaffoldFrom(node({ engines: { node: '>=22' } }))).notes.join('\n')).not.toContain('engines.node')
  })
})

describe('is refused with what to do', () => {
  it.each([
    [
      'a range of a dependency',
      maven('<dependency><artifactId>a</artifactId><version>[1,2)</version></dependency>'),
      'expected a pom.xml in which every version is fixed',
    ],
    [
      'a commit that pip needs git for',
      pip(`shop-lib @ git+https://github.com/shop/lib.git@${commit}`),
      `the base that builds has no git | Name the archive of the commit instead, as GitHub and others serve it: shop-lib @ https://github.com/shop/lib/archive/${commit}.tar.gz`,
    ],
    [
      'a tag that pip needs git for',
      pip('git+ssh://git@github.com/shop/lib.git@1.2.0#egg=shop-lib'),
      'only a whole commit fixes it, and the base that builds has no git | Name the archive of the commit instead, as GitHub and others serve it: shop-lib @ https://github.com/shop/lib/archive/COMMIT.tar.gz',
    ],
    ['a Node that no base has', node({ engines: { node: '>=25' } }), 'runs on Node 24 or 22'],
    ['a Node that is too old', node({ engines: { node: '<24.5 >=23' } }), 'runs on Node 24 or 22'],
    [
      'Quarkus',
      maven(
        '<dependencyManagement><dependency><artifactId>quarkus-bom</artifactId></dependency></dependencyManagement>',
      ),
      'found one of Quarkus',
    ],
    [
      'Quarkus with Gradle',
      { 'build.gradle': "plugins { id 'java'\n id 'io.quarkus' }", 'gradle.lockfile': '' },
      'found one of Quarkus',
    ],
    [
      'Dropwizard without its arguments',
      maven('<dependency><artifactId>dropwizard-core</artifactId></dependency>'),
      'found one of Dropwizard',
    ],
  ])('%s', async (_, files, said) => {
    expect(await refusal(files)).toContain(said)
  })

  it.each([
    ['.NET', { 'src/Orders/Orders.csproj': '', 'src/Orders/Program.cs': '' }],
    ['Ruby', { Gemfile: '', 'package.json': '{"name": "pages"}' }],
    ['PHP', { 'composer.json': '', 'package.json': '{"devDependencies": {}}', 'package-lock.json': '{}' }],
    ['Elixir', { 'mix.exs': '', 'lib/orders.ex': '' }],
  ])('%s, by its name and not by a lock file', async (name, files) => {
    const said = await refusal(files)
    expect(said).toContain(`found one of ${name} (`)
    expect(said).not.toContain('without it')
  })

  it('but not what has such a file beside an application of Node', async () => {
    expect(await refusal({ ...node({}), Gemfile: '' })).toBe('nothing was refused')
  })
})

describe('a Dropwizard or Micronaut application with an ordinary main method', () => {
  it.each([
    ['dropwizard-core', main.replace('{}', '{ new Orders().run("server", "/config.yaml"); }')],
    ['micronaut-http-server-netty', main],
  ])('starts (%s)', async (artifact, code) => {
    const files = {
      ...maven(`<dependency><artifactId>${artifact}</artifactId></dependency>`),
      'src/main/java/shop/Orders.java': code,
    }
    expect((await scaffoldFrom(files)).application.entrypoint.at(-1)).toBe('shop.Orders')
  })
})

describe('the binary of Rust', () => {
  it.each([
    ['the only one of its folder', cargo('', 'src/lib.rs', 'src/bin/server.rs'), undefined, 'src/bin/server.rs'],
    [
      'one with a folder of its own',
      cargo('', 'src/bin/server/main.rs', 'src/bin/server/web.rs'),
      undefined,
      'src/bin/server/main.rs',
    ],
    [
      'the one that is asked for',
      cargo('', 'src/main.rs', 'src/bin/server.rs', 'src/bin/tool.rs'),
      'server',
      'src/bin/server.rs',
    ],
    [
      'the one that Cargo runs',
      cargo('default-run = "server"\n', 'src/bin/server.rs', 'src/bin/tool.rs'),
      undefined,
      'src/bin/server.rs',
    ],
    ["the package's own, beside tools", cargo('', 'src/main.rs', 'src/bin/tool.rs'), undefined, 'src/main.rs'],
    [
      'the one that is listed',
      cargo('[[bin]]\nname = "server"\npath = "src/server.rs"\n', 'src/server.rs', 'src/bin/tool.rs'),
      undefined,
      'src/server.rs',
    ],
  ])('is %s', async (_, files, entry, path) => {
    expect((await scaffoldFrom(files, { entry })).files['Dockerfile']).toContain(`touch ${path} `)
  })

  it.each([
    [cargo('', 'src/bin/a.rs', 'src/bin/b.rs'), undefined, 'expected one binary, found a, b'],
    [cargo('', 'src/bin/a.rs'), 'nope', 'expected one binary called nope, found a'],
    [cargo('autobins = false\n', 'src/bin/a.rs'), undefined, 'expected one binary, found none'],
  ])('is asked for where it is not known', async (files, entry, said) => {
    expect(await refusal(files, { entry })).toContain(said)
  })
})

describe('what --entry names', () => {
  const kotlin = {
    'build.gradle': "plugins { id 'application' }",
    'gradle.lockfile': '',
    'src/main/kotlin/shop/Orders.kt': 'package shop\n\nfun main() {}\n',
    'src/main/kotlin/shop/Tool.kt': 'package shop\n\nobject Tool { @JvmStatic fun main(given: Array<String>) {} }\n',
  }
  it.each([
    [maven(''), 'shop.Orders'],
    [kotlin, 'shop.OrdersKt'],
    [kotlin, 'shop.Tool'],
  ])('is a class of the source', async (files, entry) => {
    expect((await scaffoldFrom(files, { entry })).application.entrypoint.at(-1)).toBe(entry)
  })

  it.each([
    [
      maven(''),
      'com.example.Nope',
      'expected a class com.example.Nope with a main method below src/main, found shop.Orders',
    ],
    [node({}), 'nope.js', 'found nope.js, which does not exist'],
    [
      { 'go.mod': 'module a\n', 'main.go': 'package main\nfunc main() {}\n' },
      'cmd/nope',
      'expected one package main in cmd/nope, found .',
    ],
  ])('is refused if it is not there', async (files, entry, said) => {
    expect(await refusal(files, { entry })).toContain(said)
  })
})

it.each([
  [
    'Go',
    {
      'go.mod': 'module a\n',
      'cmd/server/main.go': 'package main\nfunc main() { r := gin.New(); r.GET("/healthz", ok); r.Run(":8080") }\n',
      'cmd/tool/main.go': 'package main\nfunc main() { r := gin.New(); r.GET("/livez", ok); r.Run(":9999") }\n',
    },
    'cmd/server',
  ],
  [
    'Rust',
    {
      ...cargo('', 'src/lib.rs'),
      'src/bin/server.rs': 'fn main() { let app = Router::new().route("/healthz", get(ok)); bind("0.0.0.0:8080"); }',
      'src/bin/tool.rs': 'fn main() { let app = Router::new().route("/livez", get(ok)); bind("0.0.0.0:9999"); }',
    },
    'server',
  ],
])('paths and ports are those of the program that starts, and not of another one (%s)', async (_, files, entry) => {
  const { application } = await scaffoldFrom(files, { entry, health: undefined, port: undefined })
  expect(application).toMatchObject({ health: '/healthz', port: 8080 })
})
