import { describe, expect, it } from 'vitest'
import { repaired, situationOf, type Given } from './situation.ts'
import { changedLine } from '../../../src/repair/index.ts'

const ordered = (text: string, source: Record<string, string>) => repaired(text, { source }, ['order'])

describe('dependencies', () => {
  const python = { 'requirements.txt': 'flask\n', 'app.py': '', '.dockerignore': '' }
  it('of Python are installed before the code is copied, with what else needs no code', () => {
    const text = `FROM python:3.11-slim
WORKDIR /app
# The whole application.
COPY --chown=1000 . .

# The compiler.
RUN apt-get update
RUN apt-get install -y gcc
RUN pip install --no-cache-dir -r requirements.txt
RUN python -m compileall .
CMD ["python", "app.py"]
`
    expect(ordered(text, python)).toEqual({
      dockerfile: `FROM python:3.11-slim
WORKDIR /app
COPY --chown=1000 requirements.txt ./

# The compiler.
RUN apt-get update \\
    && apt-get install -y gcc
RUN pip install --no-cache-dir -r requirements.txt
# The whole application.
COPY --chown=1000 . .
RUN python -m compileall .
CMD ["python", "app.py"]
`,
      files: {},
    })
  })
  it('that are named, not read from a file, are installed before the code is copied', () => {
    const text = 'FROM python:3.11\nWORKDIR /app\nCOPY . /app\nRUN pip install flask\nCMD ["python3", "app.py"]\n'
    expect(ordered(text, python).dockerfile).toBe(
      'FROM python:3.11\nWORKDIR /app\nRUN pip install flask\nCOPY . /app\nCMD ["python3", "app.py"]\n',
    )
    const removed = text.replace(
      'CMD',
      'RUN rm -rf /usr/local/lib/python3.11/site-packages/pip /usr/local/lib/python3.11/site-packages/pip-*\nCMD',
    )
    expect(ordered(removed, python).dockerfile).toMatch(/pip-\*\nCOPY \. \/app\nCMD/)
    const environment = removed.replace('rm -rf', 'rm -rf /opt/venv/bin/pip*').replaceAll('/usr/local', '/opt/venv')
    expect(ordered(environment, python).dockerfile).toMatch(/pip-\*\nCOPY \. \/app\nCMD/)
    const nothing = text.replace('pip install flask', 'mkdir /data')
    expect(ordered(nothing, python).dockerfile).toBe(nothing)
  })
  it('are found where the code was copied to, whatever directory comes between', () => {
    const text =
      'FROM python:3.11\nCOPY api api\nWORKDIR /api\nRUN pip3 install -r /api/requirements/prod.txt\nCMD ["a"]\n'
    expect(ordered(text, { 'api/requirements/prod.txt': '', 'api/a.py': '' }).dockerfile).toBe(
      'FROM python:3.11\nCOPY api/requirements/prod.txt /api/requirements/\nWORKDIR /api\nRUN pip3 install -r /api/requirements/prod.txt\nCOPY api /api/\nCMD ["a"]\n',
    )
  })
  it('of Node.js are not replaced by those of a workstation', () => {
    const text = 'FROM node:24\nWORKDIR /app\nCOPY . /app\nRUN npm ci && npm cache clean --force\nRUN npm run build\n'
    const source = { 'package.json': '{}', 'package-lock.json': '{}', 'a.js': '' }
    const dockerfile =
      'FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci && npm cache clean --force\nCOPY . /app\nRUN npm run build\n'
    expect(ordered(text, source)).toEqual({ dockerfile, files: { '.dockerignore': 'node_modules\n' } })
    expect(ordered(text, { ...source, '.dockerignore': '.git' }).files).toEqual({
      '.dockerignore': '.git\nnode_modules\n',
    })
    expect(ordered(text, { ...source, '.dockerignore': '/node_modules/\n' }).files).toEqual({})
    expect(ordered(text, { ...source, 'Dockerfile.dockerignore': '' }).dockerfile).toBe(text)
  })
  it('share a list of ignored files with other repairs', () => {
    const text = 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n'
    const source = { 'package.json': '{}', 'server.js': '', '.dockerignore': '.git\n', 'keys/id_rsa': '' }
    const { files } = repaired(text, { source, secrets: ['/app/keys/id_rsa'] }, ['rest', 'order'])
    expect(files['.dockerignore']).toBe('.git\nkeys/id_rsa\nnode_modules\n')
  })
  it('that were not installed are not removed before the code with them is copied', () => {
    const text = 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm prune --production\n'
    const source = { 'package.json': '{}', 'server.js': '', '.dockerignore': '**/node_modules\n' }
    expect(ordered(text, source).dockerfile).toBe(text)
    const installed = text.replace('RUN', 'RUN npm ci\nRUN')
    expect(ordered(installed, source).dockerfile).toMatch(/RUN npm ci\nRUN npm prune --production\nCOPY \. \.\n$/)
  })
  it('go by the settings of the stage that theirs starts from', () => {
    const text =
      'FROM python:3.11 AS base\nENV PIP_CONFIG_FILE=/app/pip.conf\nFROM base AS build\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n'
    const source = { ...python, 'pip.conf': '' }
    expect(ordered(text, source).dockerfile).toBe(text)
    expect(ordered(text.replace('/app/pip.conf', '/etc/pip.conf'), source).dockerfile).not.toBe(
      text.replace('/app/pip', '/etc/pip'),
    )
  })
  it('of Go are downloaded before the code is copied, and what is compiled is kept where it is not shipped', () => {
    const text =
      'FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /a .\nFROM scratch\nCOPY --from=build /a /a\n'
    const source = { 'go.mod': 'module a\nrequire example.com/b v1.0.0\n', 'go.sum': '', 'main.go': '' }
    expect(ordered(text, source).dockerfile).toBe(
      'FROM golang:1.26 AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -o /a .\nFROM scratch\nCOPY --from=build /a /a\n',
    )
    expect(ordered(text, { ...source, 'vendor/modules.txt': '' }).dockerfile).not.toContain('download')
    expect(ordered(text, { ...source, 'go.mod': 'module a\n' }).dockerfile).not.toContain('download')
    const own = { ...source, 'go.mod': `${source['go.mod']}replace example.com/b => ../b\n` }
    expect(ordered(text, own).dockerfile).not.toContain('download')
    const single = text.split('FROM scratch')[0] ?? ''
    expect(ordered(single, source).dockerfile).not.toContain('--mount')
    expect(ordered(text.replace('WORKDIR', 'USER 1000\nWORKDIR'), source).dockerfile).not.toContain('--mount')
  })
  it.each<[string, string, Record<string, string>, string]>([
    [
      'a file of code that comes before them',
      'WORKDIR /app\nCOPY app.js .\nCOPY package*.json .\nRUN npm install\nEXPOSE 3000\n',
      { 'package.json': '{}', 'app.js': '' },
      'WORKDIR /app\nCOPY package*.json .\nRUN npm install\nCOPY app.js .\nEXPOSE 3000\n',
    ],
    [
      'files of code that are copied together with them',
      'WORKDIR /app\nCOPY requirements.txt app.py ./\nRUN pip install -r requirements.txt\n',
      python,
      'WORKDIR /app\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY requirements.txt app.py ./\n',
    ],
    [
      'a file into a directory that changes in between',
      'WORKDIR /a\nCOPY app.py .\nWORKDIR /b\nRUN pip install flask\n',
      python,
      'WORKDIR /a\nWORKDIR /b\nRUN pip install flask\nCOPY app.py /a/\n',
    ],
    [
      'a file with another name, in a directory that changes in between',
      'WORKDIR /a\nCOPY app.py main.py\nWORKDIR /b\nRUN pip install flask\n',
      python,
      'WORKDIR /a\nWORKDIR /b\nRUN pip install flask\nCOPY app.py /a/main.py\n',
    ],
    [
      'all, beside a list with another name in the image',
      'COPY app.py /\nCOPY requirements.txt /tmp/list\nRUN pip install -r /tmp/list\n',
      python,
      'COPY requirements.txt /tmp/list\nRUN pip install -r /tmp/list\nCOPY app.py /\n',
    ],
    [
      'everything, and not only before a script that comes first',
      'COPY entrypoint.sh /entrypoint.sh\nWORKDIR /app\nCOPY . .\nRUN npm install\n',
      { 'package.json': '{}', 'app.js': '', 'entrypoint.sh': '', '.dockerignore': 'node_modules' },
      'COPY entrypoint.sh /entrypoint.sh\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nCOPY . .\n',
    ],
    [
      'the second of two files that may be in one place',
      'WORKDIR /app\nCOPY app.py /app\nCOPY .dockerignore /app/app.py\nRUN pip install flask\n',
      python,
      'WORKDIR /app\nCOPY app.py /app\nRUN pip install flask\nCOPY .dockerignore /app/app.py\n',
    ],
    [
      'what ADD brings with an option of its own',
      'WORKDIR /app\nADD --chown=1 --unpack=false . .\nRUN pip install -r requirements.txt\n',
      python,
      'WORKDIR /app\nCOPY --chown=1 requirements.txt ./\nRUN pip install -r requirements.txt\nADD --chown=1 --unpack=false . .\n',
    ],
  ])('come before %s', (_, lines, source, becomes) =>
    expect(ordered(`FROM debian:12\n${lines}`, source).dockerfile).toBe(`FROM debian:12\n${becomes}`),
  )
  it.each<[string, string, Record<string, string>]>([
    ['of the source itself are', 'RUN pip install -e . -r requirements.txt', python],
    ['are installed with a program of the source', 'RUN ./configure && pip install -r requirements.txt', python],
    ['are installed whatever happened before', 'RUN true; pip install -r requirements.txt', python],
    ['are listed by an address', 'RUN pip install -r https://example.com/requirements.txt', python],
    ['are listed elsewhere', 'RUN pip install -r /etc/requirements.txt', python],
    [
      'run what the source has',
      'RUN npm ci',
      { 'package.json': '{"scripts": {"postinstall": "node a.js"}}', 'a.js': '' },
    ],
    [
      'are in the source',
      'RUN npm ci',
      { 'package.json': '{"dependencies": {"a": "file:a"}}', 'a/package.json': '{}' },
    ],
    ['are of several packages', 'RUN npm ci', { 'package.json': '{"workspaces": ["a"]}', 'a/package.json': '{}' }],
    ['are named one by one', 'RUN npm install express', { 'package.json': '{}', 'a.js': '' }],
    ['come behind another file', 'COPY app.py /app/app.py\nRUN pip install -r requirements.txt', python],
  ])('that %s stay where they are', (_, line, source) => {
    const text = `FROM debian:12\nWORKDIR /app\nCOPY . .\n${line}\n`
    expect(ordered(text, source).dockerfile).toBe(text)
  })
  it.each([
    'COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n',
    'COPY requirements.txt /list\nRUN pip install -r /list\nCOPY app.py .\n',
    'COPY app.py requirements.txt\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n',
    'COPY app.py /app\nCOPY .dockerignore /app/app.py\nRUN true\n',
  ])('that come first already stay there, and so does what is copied over another: %j', (lines) => {
    const text = `FROM python:3.11\nWORKDIR /app\n${lines}`
    expect(ordered(text, python).dockerfile).toBe(text)
  })
  it.each([
    ['settings of pip', 'COPY pip.conf /etc/pip.conf\nRUN pip install flask\n'],
    ['settings of npm', 'COPY .npmrc /root/.npmrc\nRUN npm install -g pm2\n'],
    ['sources of packages', 'COPY sources.list /etc/apt/sources.list\nRUN apt-get update && apt-get install -y gcc\n'],
    ['an authority', 'COPY ca.crt /usr/local/share/ca-certificates/\nRUN apt-get install -y gcc\n'],
    ['a list that a command reads', 'COPY list /list\nRUN apt-get install -y $(cat /list)\n'],
    ['packages', 'COPY wheels /wheels\nRUN pip install --find-links=/wheels -r /list\n'],
    ['a package', 'COPY a.deb /a.deb\nRUN apt-get install -y /a.deb\n'],
    ['versions that a variable names', 'ENV PIP_CONSTRAINT=/c\nCOPY c /c\nRUN pip install flask\n'],
    ['a file at a place that changes', 'ENV D=/app\nCOPY a.py $D/\nENV D=/other\nRUN pip install flask\n'],
  ])('that need %s come behind it', (_, lines) => {
    const names = ['pip.conf', '.npmrc', 'sources.list', 'ca.crt', 'list', 'wheels/a', 'a.deb', 'c', 'a.py']
    const source = Object.fromEntries(names.map((name) => [name, '']))
    const text = `FROM python:3.11\n${lines}`
    expect(ordered(text, source).dockerfile).toBe(text)
  })
  it.each(['.yarnrc.yml', 'pnpm-workspace.yaml', '.pnpmfile.cjs'])('that %s steers stay where they are', (name) => {
    const text = 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN yarn install\n'
    expect(ordered(text, { 'package.json': '{}', 'a.js': '', [name]: '' }).dockerfile).toBe(text)
  })
  it('are looked for among a hundred thousand files without comparing each with each', () => {
    const text = 'FROM python:3.11\nCOPY a /a\nCOPY b /b\nWORKDIR /b\nRUN pip install flask\n'
    const source = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, index) => [`${index % 2 === 0 ? 'a' : 'b'}/${index}.py`, '']),
    )
    expect(ordered(text, source).dockerfile).toBe(
      'FROM python:3.11\nCOPY b /b\nWORKDIR /b\nRUN pip install flask\nCOPY a /a\n',
    )
  })
  it('that are in a file with a space in its name stay where they are', () => {
    const text = 'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install -r "my req.txt"\n'
    expect(ordered(text, { 'my req.txt': '', 'a.py': '' }).dockerfile).toBe(text)
  })
  it('keep the line ends of the file', () => {
    const text = 'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n'.replaceAll(
      '\n',
      '\r\n',
    )
    const { dockerfile } = ordered(text, python)
    expect(dockerfile).not.toBe(text)
    expect(dockerfile.replaceAll('\r\n', '')).not.toContain('\n')
  })
})

describe('a smaller base', () => {
  const large: Given = { configuration: { setuid: [{ path: '/usr/bin/su', mode: '4755', bytes: 1 }] } }
  const slim = (from: string) =>
    /^FROM (.*)$/m.exec(repaired(`FROM ${from}\nCOPY a /a\n`, large, ['base']).dockerfile)?.[1]
  it.each([
    ['python:3.12', 'python:3.12-slim'],
    ['python:3.12.4-bookworm', 'python:3.12.4-slim-bookworm'],
    ['docker.io/library/ruby:3.3-bookworm AS app', 'docker.io/library/ruby:3.3-slim-bookworm AS app'],
    ['node:22', 'node:22-slim'],
    ['--platform=linux/amd64 node:22-bookworm', '--platform=linux/amd64 node:22-bookworm-slim'],
    ['debian:bookworm', 'debian:bookworm-slim'],
    ['eclipse-temurin:21-jdk-noble', 'eclipse-temurin:21-jre-noble'],
  ])('of %s is %s', (from, becomes) => expect(slim(from)).toBe(becomes))
  it.each([
    'python',
    'python:latest',
    'python:3.12-slim',
    'node:22-alpine',
    'golang:1.26',
    'ubuntu:24.04',
    'example.com/python:3.12',
    `python:3.12@sha256:${'a'.repeat(64)}`,
  ])('of %s is not known', (from) => expect(slim(from)).toBe(from))
  it('is that of the shipped stage alone, and a build argument stays', () => {
    const text = 'ARG V=3.12\nFROM python:3.12 AS build\nFROM python:$V\nCOPY --from=build /a /a\n'
    expect(repaired(text, large, ['base']).dockerfile).toBe(text)
    const both = text.replace('$V', '3.12')
    expect(repaired(both, large, ['base']).dockerfile).toBe(text.replace('$V', '3.12-slim'))
  })
  it('is not looked for where the image is small enough', () => {
    const text = 'FROM python:3.12\nCOPY a /a\n'
    expect(repaired(text, {}, ['base']).dockerfile).toBe(text)
  })
})

describe('the line that changes', () => {
  const line = (paths: string[], cmd: string[]) =>
    changedLine(
      situationOf('FROM debian:12-slim\n', {
        source: Object.fromEntries(paths.map((path) => [path, ''])),
        configuration: { cmd, entrypoint: [] },
      }),
    )
  it('is one of what is started, by whichever program', () => {
    expect(line(['a.py', 'shop/main.py', 'tests/main.py'], ['uvicorn', 'shop.main:app'])).toEqual({
      path: 'shop/main.py',
      comment: '#',
    })
    expect(line(['a.js', 'src/server.js', 'src/server.test.js'], ['node', 'src/server.js'])?.path).toBe('src/server.js')
    expect(line(['cmd/a/main.go', 'a_test.go', 'vendor/b.go'], ['/a'])).toEqual({
      path: 'cmd/a/main.go',
      comment: '//',
    })
  })
  it('is none where no file can have one', () => expect(line(['a.sh', 'b.json'], ['a'])).toBeUndefined())
})
