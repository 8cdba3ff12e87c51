import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import { parseDockerfile } from '../../../src/formats/dockerfile/parse-dockerfile.ts'
import { DeliveryError } from '../../../src/model/errors.ts'
import type { Language } from '../../../src/scaffold/application.ts'
import { scrapingOf } from '../../../src/scaffold/metrics.ts'
import { otherProgramsNotes } from '../../../src/scaffold/other-programs.ts'
import { commandsOf } from '../../../src/scaffold/own-commands.ts'
import { ownDockerfile } from '../../../src/scaffold/own-dockerfile.ts'
import { ownProcesses } from '../../../src/scaffold/own-processes.ts'
import { findRoutes } from '../../../src/scaffold/routes/find-routes.ts'
import { builtInPaths } from '../../../src/scaffold/run-files/built-in-paths.ts'
import { leftOutNotes } from '../../../src/scaffold/run-files/left-out.ts'
import { runFiles } from '../../../src/scaffold/run-files/run-files.ts'
import { viperFiles } from '../../../src/scaffold/run-files/viper-files.ts'
import { readSettings } from '../../../src/scaffold/settings/read-settings.ts'
import { selectorsOf } from '../../../src/scaffold/settings/selectors.ts'
import { readConfiguration } from '../../../src/scaffold/spring/read-configuration.ts'
import { go } from '../../../src/scaffold/stacks/go.ts'
import { javaMaven } from '../../../src/scaffold/stacks/java.ts'
import { nodeSources } from '../../../src/scaffold/stacks/node-sources.ts'
import { treeOf } from './applications.ts'

/** As long as a file of code may be. */
const longest = 400_000
const filled = (part: string) => part.repeat(longest / part.length)
const numbered = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))

function settingsIn(text: string, language: Language): string[] {
  return readSettings([{ path: 'a', text }], language).map(({ name }) => name)
}

describe('YAML that contains itself says nothing', () => {
  it('in a Compose file', () => {
    const text = 'services:\n  a:\n    build: &a\n      args: *a\n  b:\n    build: *a\n    command: x\n'
    expect(ownProcesses(treeOf({ 'compose.yml': text }), false)).toEqual([])
  })

  it('in a configuration of Spring', () => {
    const text = `a: &a\n${numbered(8, (index) => `  k${index}: *a\n`).join('')}`
    expect(readConfiguration('src/main/resources/application.yml', text).properties).toEqual([])
  })
})

describe('names that every object of JavaScript has are no scripts and no methods', () => {
  it.each(['constructor', 'toString', '__proto__'])('%s', (name) => {
    const { build } = nodeSources(treeOf({ 'src/a.ts': '' }), [], { build: `tsc ${name}` }, 'dist/a.js')
    expect(build.folders).toEqual(['src'])
    expect(settingsIn(`env = Env()\nenv.${name}()\nenv.db()\n`, 'python')).toEqual(['DATABASE_URL'])
  })
})

describe('a Dockerfile of the project is read in time', () => {
  const reading = { language: 'node', inImage: [] } as const
  const read = (text: string) => ownDockerfile(treeOf({ Dockerfile: `FROM a AS b\nFROM c\n${text}` }), reading, false)

  it('with an installation that has many options', () => {
    const [step] = parseDockerfile(`FROM a\nRUN npm install ${'--a '.repeat(60)}left-pad\n`, {
      buildArgs: {},
    }).steps.slice(-1)
    expect(step === undefined ? [] : commandsOf(step, 'node')).toHaveLength(1)
  })

  it('with a path of very many parts', () => {
    expect(read(`COPY --from=b ${filled('a/')} .\n`)?.copies).toEqual([])
  })

  it('with very many copies', () => {
    expect(read(filled('COPY a b\n'))?.copies).toEqual([])
  })
})

it('a start of Node with very many options is read in time', async () => {
  const scripts = { start: `node ${'--a '.repeat(60)}app.js more` }
  const files = {
    'package.json': JSON.stringify({ scripts }),
    'package-lock.json': '{"lockfileVersion":3,"packages":{}}',
  }
  const given = { targets: ['compose'], compliance: ['internal'] }
  await expect(makeScaffold(given, treeOf({ ...files, 'app.js': '' }))).rejects.toThrow('which starts something else')
})

describe('what describes an application is read in time', () => {
  it.each(['<dependency>', '<!--', '<rules>', '<version>['])('a pom.xml full of %j', (part) => {
    expect(typeof javaMaven.locked(treeOf({ 'pom.xml': filled(part) }))).toBe('boolean')
  })

  it('a pom.xml whose description is blank', async () => {
    const pom = `<project><description>${filled(' ')}`
    const given = { targets: ['compose'], compliance: ['internal'] }
    await expect(makeScaffold(given, treeOf({ 'pom.xml': pom }))).rejects.toThrow('main method')
  })

  it('a yarn.lock in one line', async () => {
    const described = JSON.stringify({ dependencies: { b: '1' } })
    const given = { targets: ['compose'], compliance: ['internal'] }
    const tree = treeOf({ 'package.json': described, 'yarn.lock': filled('a@ ') })
    await expect(makeScaffold(given, tree)).rejects.toThrow('yarn.lock')
  })
})

describe('code that names files is read in time', () => {
  it('with a pattern that has no end', () => {
    expect(builtInPaths(treeOf({ 'a.go': `//go:embed ${filled('a')}\n` }), 'go')).toHaveLength(1)
  })

  it('with very many names of configurations and folders for them', () => {
    const text = filled('.AddConfigPath("a")\n.SetConfigName("b")\n')
    expect(viperFiles({ path: 'a.go', text }, new Set())).toEqual([])
  })

  it('with one path that is named very often, among very many files', () => {
    const files = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`data/f${index}`, '']))
    const code = [{ path: 'main.go', text: filled('open("data/f1")\n') }]
    const read = runFiles(treeOf({ ...files, 'data/a.go': '' }), code, 'go', [], [])
    expect(read.files.map(({ path }) => path)).toEqual(['data/f1'])
    expect(
      leftOutNotes(
        treeOf(files),
        numbered(20_000, (index) => `taken/f${index}`),
      ),
    ).toHaveLength(1)
  })

  it('with very many calls of other programs', () => {
    const text = `import child_process\n${filled('spawn(x ')}`
    expect(otherProgramsNotes([{ path: 'a.js', text }], 'node')).toHaveLength(1)
  })
})

describe('what can multiply is read so far', () => {
  it('structs in each other, of viper', () => {
    const fields = (type: string) => numbered(40, (index) => `\tF${index} ${type}\n`).join('')
    const structs = [0, 1, 2, 3].map((level) => `type S${level} struct {\n${fields(`S${level + 1}`)}}\n`)
    const text = `viper.AutomaticEnv()\nvar c S0\nviper.Unmarshal(&c)\n${structs.join('')}type S4 struct {\n\tA string\n}\n`
    expect(settingsIn(text, 'go').length).toBeLessThan(50_000)
  })

  it('structs in each other, as deep as a file has room for', () => {
    const structs = numbered(9_000, (index) => `type S${index} struct {\n\tA S${index + 1}\n}\n`)
    expect(settingsIn(structs.join(''), 'go')).toEqual([])
  })

  it('fields under very many prefixes', () => {
    const fields = numbered(2_000, (index) => `\tF${index} string \`env:"F${index}"\`\n`)
    const prefixes = numbered(2_000, (index) => `PrefixLookuper("P${index}_", x)\n`)
    expect(() => settingsIn(`type A struct {\n${fields.join('')}}\n${prefixes.join('')}`, 'go')).toThrow(DeliveryError)
    const struct = `#[derive(Deserialize)] struct A {${numbered(2_000, (index) => `f${index}: String,`).join('')}}\n`
    const fillings = numbered(2_000, (index) => `let c: A = envy::prefixed("P${index}_");\n`)
    expect(settingsIn(`${struct}${fillings.join('')}`, 'rust').length).toBeLessThan(50_000)
  })

  it('fields that very many classes inherit', () => {
    const parent = `class P(BaseSettings):\n${numbered(5_000, (index) => `    a${index}: int\n`).join('')}`
    const children = numbered(5_000, (index) => `class C${index}(P):\n    b${index}: int\n`)
    expect(settingsIn(`${parent}${children.join('')}`, 'python').length).toBeLessThan(50_000)
  })

  it('replacements in the keys of viper, which are made in one pass', () => {
    const growing = `viper.SetEnvKeyReplacer(strings.NewReplacer(${'"a", "aaaaaaaaaa",'.repeat(10)}))`
    expect(settingsIn(`viper.AutomaticEnv()\n${growing}\nviper.GetString("a")`, 'go')).toEqual(['A'.repeat(10)])
    const swapped = 'viper.SetEnvKeyReplacer(strings.NewReplacer(".", "_", "_", "__"))'
    expect(settingsIn(`viper.AutomaticEnv()\n${swapped}\nviper.GetString("a_b.c")`, 'go')).toEqual(['A__B_C'])
  })

  it('functions that give a router to each other on very many ways', () => {
    const main = 'func main() {\n\ta := http.NewServeMux()\n\tb := http.NewServeMux()\n\tf12(a)\n'
    const serving = '\thttp.ListenAndServe(":1", a)\n\thttp.ListenAndServe(":2", b)\n}\n'
    const giving = numbered(
      12,
      (index) => `func f${index + 1}(r *http.ServeMux) {\n${`\tf${index}(r)\n`.repeat(10)}}\n`,
    )
    const last = 'func f0(r *http.ServeMux) {\n\tr.Handle("/health", h)\n}\n'
    const text = `package main\n${main}${serving}${giving.join('')}${last}`
    expect(findRoutes([{ path: 'a.go', text }], 'go', (path) => path === '/health').routes).toHaveLength(1)
  })

  it('types of a package that no file has', () => {
    expect(settingsIn(`import "x/b"\n${filled('type C struct {\n\tA b.C\n}\n')}`, 'go')).toEqual([])
  })

  it('variables that choose, and what the code compares', () => {
    const one = { path: 'a', line: 1, required: false, fallback: undefined }
    const settings = numbered(5_000, (index) => ({ ...one, name: `A${index}_DB_TYPE` }))
    expect(selectorsOf(settings, [{ path: 'a', text: filled('if (a == "x") ') }], ['postgres'])).toEqual([])
  })
})

describe('blanks without end are read in time', () => {
  it.each<[Language, string]>([
    ['node', 'import'],
    ['node', 'process.env'],
    ['node', 'switch'],
    ['python', 'from os import a'],
  ])('%s: behind %j', (language, start) => {
    for (const blank of [' ', '\n']) {
      const text = `${start}${filled(blank)}x`
      expect(settingsIn(text, language)).toEqual([])
      expect(findRoutes([{ path: 'a.ts', text }], language, () => true).routes).toEqual([])
      const setting = { name: 'DB_TYPE', path: 'a', line: 1, required: false, fallback: undefined }
      expect(selectorsOf([setting], [{ path: 'a', text }], ['postgres'])).toEqual([])
    }
  })

  it('in go.mod', () => {
    expect(go.locked(treeOf({ 'go.mod': filled('\n') }))).toBe(true)
  })

  it('in a configuration with no port of its own for what it manages', () => {
    const text = `management:\n${'    endpoint: x\n'.repeat(50)}`
    const reading = { language: 'java', libraries: new Set(['simpleclient']) } as const
    const found = {
      metrics: undefined,
      otherServer: undefined,
      open: { health: undefined, ready: undefined, metrics: undefined },
    }
    expect(scrapingOf([{ path: 'application.yml', text, properties: [] }], reading, found).unscraped).toContain(
      'no path',
    )
    const properties = [{ name: 'management.server.port', value: '9000', holds: 'likely' }] as const
    expect(scrapingOf([{ path: 'application.yml', text, properties }], reading, found).unscraped).toContain(
      '(application.yml)',
    )
  })
})
