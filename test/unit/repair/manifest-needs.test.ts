import { describe, expect, it } from 'vitest'
import { furtherFiles } from '../../../src/repair/manifest-needs.ts'
import { repaired } from './situation.ts'

const ordered = (lines: string, source: Record<string, string>, base: string) =>
  repaired(`FROM ${base}\nWORKDIR /app\n${lines}`, { source: { '.dockerignore': '', ...source } }, ['order'])

/** The files that come before the first RUN, or nothing if the order stays. */
function first(lines: string, source: Record<string, string>, base = 'node:24'): string | undefined {
  const { dockerfile } = ordered(lines, source, base)
  return dockerfile === `FROM ${base}\nWORKDIR /app\n${lines}`
    ? undefined
    : dockerfile.split('WORKDIR /app\n')[1]?.split('\nRUN')[0]
}

describe('packages of Node.js below the root', () => {
  const all = 'COPY server/ .\nRUN npm ci\nCMD ["node", "a.js"]\n'
  const source = (manifest: object, more: Record<string, string> = {}) => ({
    'package.json': '{}',
    'server/package.json': JSON.stringify(manifest),
    'server/a.js': '',
    ...more,
  })

  it('are installed before the code, and only their directory is left out', () => {
    const { dockerfile, files } = ordered(
      all,
      source({ dependencies: { a: '1' } }, { 'public/node_modules/b.js': '' }),
      'node:24',
    )
    expect(dockerfile).toContain('COPY server/package.json ./\nRUN npm ci\nCOPY server/ .\n')
    expect(files).toEqual({ '.dockerignore': 'server/node_modules\n' })
  })
  it.each<[string, object, Record<string, string>]>([
    ['a script', { scripts: { postinstall: 'patch-package' } }, { 'server/patches/a.patch': '' }],
    ['a script before publishing', { scripts: { prepublish: 'tsc' } }, {}],
    ['a script behind a change of packages', { scripts: { dependencies: 'node a.js' } }, {}],
    ['workspaces', { workspaces: ['a'] }, {}],
    ['a file', { dependencies: { a: 'file:../a' } }, {}],
    ['a directory', { devDependencies: { a: '../a' } }, {}],
    ['another version that is a patch', { resolutions: { a: 'patch:a@1#./a.patch' } }, {}],
    ['patches of pnpm', { pnpm: { patchedDependencies: { 'a@1': 'patches/a.patch' } } }, {}],
    ['a module to compile', {}, { 'server/binding.gyp': '{}' }],
    ['settings of yarn', {}, { 'server/.yarnrc.yml': 'yarnPath: a' }],
    ['settings of pnpm above', {}, { 'pnpm-workspace.yaml': '' }],
    ['a workspace above', {}, { 'package.json': '{"workspaces": ["server"]}' }],
    ['settings that name a file', {}, { 'server/.npmrc': 'cafile=./ca.pem\n' }],
    ['settings that name a module', {}, { 'server/.npmrc': 'node-options=--require ./a.js\n' }],
  ])('stay behind it with %s', (_, manifest, more) => expect(first(all, source(manifest, more))).toBeUndefined())
  it('stay behind it where another COPY brings the manifest', () => {
    const lines = 'COPY server/patches patches\nCOPY server/package.json .\nRUN npm ci\n'
    const of = (manifest: object) => first(lines, source(manifest, { 'server/patches/a.patch': '' }))
    expect(of({ scripts: { postinstall: 'patch-package' } })).toBeUndefined()
  })
  it('come with the settings of the registry', () => {
    const settings = { 'server/.npmrc': '//registry.example.com/:_authToken=${TOKEN}\n' }
    expect(first(all, source({}, settings))).toBe('COPY server/package.json server/.npmrc ./')
  })
  it('of another directory that an option names stay', () => {
    const lines = 'COPY . .\nRUN npm ci --prefix=server\n'
    expect(first(lines, source({}))).toBeUndefined()
  })
})

describe('packages of Python', () => {
  const all = (command: string) => `COPY . .\nRUN ${command}\nCMD ["python", "a.py"]\n`
  const pip = all('pip install -r requirements.txt')
  const uv = all('uv pip install --system -r requirements.txt')
  const python = (text: string, more: Record<string, string> = {}) => ({
    'requirements.txt': text,
    'a.py': '',
    ...more,
  })
  const of = (lines: string, source: Record<string, string>) => first(lines, source, 'python:3.11')

  it.each<[string, string, Record<string, string>, string]>([
    [
      'lists that the list names',
      pip,
      python('-r base/a.txt\n-c constraints.txt\n', {
        'base/a.txt': '--requirement=b.txt\n',
        'base/b.txt': 'flask',
        'constraints.txt': 'flask<3',
      }),
      'COPY requirements.txt constraints.txt ./\nCOPY base/a.txt base/b.txt /app/base/',
    ],
    [
      'addresses, extras, markers and hashes',
      pip,
      python(
        '--index-url https://a.example/simple\nflask[async]==3.0 ; python_version > "3.8"  # it\nb @ https://a.example/b.whl\nc==1 \\\n    --hash=sha256:00\ngit+https://a.example/d.git\n',
      ),
      'COPY requirements.txt ./',
    ],
    [
      'the settings of uv',
      uv,
      python('flask', { 'uv.toml': 'no-cache = true\n', 'pyproject.toml': '[tool.uv]\nprerelease = "allow"\n' }),
      'COPY requirements.txt uv.toml pyproject.toml ./',
    ],
    [
      'the settings of Poetry',
      all('poetry install --no-root'),
      {
        'pyproject.toml': '[tool.poetry]\nreadme = "README.md"\n',
        'poetry.toml': '[virtualenvs]\ncreate = false\n',
        'a.py': '',
      },
      'COPY pyproject.toml poetry.toml ./',
    ],
  ])('come with %s', (_, lines, source, copies) => expect(of(lines, source)).toBe(copies))
  it.each<[string, string, Record<string, string>]>([
    ['a directory of packages', pip, python('--find-links ./wheels\na\n', { 'wheels/a.whl': '' })],
    [
      'a directory of packages, named by its option',
      all('pip install -f wheels -r requirements.txt'),
      python('a', { 'wheels/a.whl': '' }),
    ],
    ['the source itself', pip, python('-e .\n')],
    ['a directory', pip, python('./local-package\n')],
    ['a directory by its address', pip, python('a @ file:///app/a\n')],
    ['an archive', pip, python('a-1.0.tar.gz\n')],
    ['a list that is not there', pip, python('-r other.txt\n')],
    ['a list that a variable names', pip, python('-r ${LIST}\n')],
    ['an option that is not known', pip, python('--config-settings x\na\n')],
    ['settings of uv that name a directory', uv, python('a', { 'uv.toml': 'find-links = ["./wheels"]\n' })],
    [
      'settings of the project that name a package of it',
      uv,
      python('a', { 'pyproject.toml': '[tool.uv.sources]\na = { path = "a" }\n' }),
    ],
    [
      'other versions by an option',
      all('uv pip install --system -r requirements.txt --override o.txt'),
      python('a', { 'o.txt': '' }),
    ],
    [
      'a package of the source in Poetry',
      all('poetry install --no-root'),
      { 'pyproject.toml': '[tool.poetry.dependencies]\na = { path = "a" }\n', 'a.py': '' },
    ],
    [
      'a package of the source in Pipenv',
      all('pipenv install --system'),
      { Pipfile: '[packages]\na = {editable = true, path = "."}\n', 'a.py': '' },
    ],
  ])('stay behind the code with %s', (_, lines, source) => expect(of(lines, source)).toBeUndefined())
  it('come with settings of pip in the home directory, unless these name files', () => {
    const text = 'FROM python:3.11\nWORKDIR /root\nCOPY . .\nRUN pip install -r requirements.txt\n'
    const made = (settings: string) =>
      repaired(text, { source: python('a', { '.config/pip/pip.conf': settings }) }, ['order']).dockerfile
    expect(made('[global]\nindex-url = https://a.example\n')).toContain(
      'COPY .config/pip/pip.conf /root/.config/pip/\nRUN pip',
    )
    expect(made('[install]\nconstraint = c.txt\n')).toBe(text)
  })
})

describe('what else is installed', () => {
  it('reads the gems of the source, and modules beside', () => {
    const of = (manifest: string, text: string, more: string[] = []) =>
      furtherFiles({ name: 'a', paths: new Set([manifest, ...more]), texts: new Map([[manifest, text]]) }, manifest)
    expect(of('Gemfile', "source 'https://rubygems.org'\ngem 'rails'\n")).toEqual([])
    expect(of('Gemfile', "gem 'a', path: 'a'\n")).toBeUndefined()
    expect(of('b/go.mod', 'replace a => ../a\n')).toBeUndefined()
    expect(of('b/go.mod', 'require a v1.0.0\n', ['go.work'])).toBeUndefined()
    expect(of('b/go.mod', 'require a v1.0.0\n')).toEqual([])
    expect(
      furtherFiles({ name: 'a', paths: new Set(['package.json']), texts: new Map() }, 'package.json'),
    ).toBeUndefined()
  })
  it('are the modules of Go below the root as well', () => {
    const lines = 'COPY api/ .\nRUN go build -o /a .\n'
    const source = { 'api/go.mod': 'module a\nrequire example.com/b v1.0.0\n', 'api/go.sum': '', 'api/main.go': '' }
    expect(first(lines, source, 'golang:1.26')).toBe('COPY api/go.mod api/go.sum ./')
    const own = { ...source, 'api/go.mod': `${source['api/go.mod']}replace example.com/b => ../b\n` }
    expect(first(lines, own, 'golang:1.26')).toBeUndefined()
  })
})
