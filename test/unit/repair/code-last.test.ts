import { describe, expect, it } from 'vitest'
import { codeLast } from '../../../src/repair/rules/code-last.ts'
import { buildingFiles } from '../../../src/repair/index.ts'
import { applyEdits } from '../../../src/repair/dockerfile-file.ts'
import { situationOf } from './situation.ts'

const packages = '/usr/local/lib/python3.11/site-packages'
const found = packages.replace('site', 'dist')
const source = {
  'requirements.txt': 'flask\n',
  'app.py': '',
  'shop/urls.py': '',
  'package.json': '{}',
  'server.js': '',
}

/** The Dockerfile after the repair; undefined if nothing is proposed. */
function moved(text: string): string | undefined {
  const { proposals: [proposal] = [] } = codeLast.propose(situationOf(text, { source }))
  return proposal === undefined ? undefined : applyEdits(text, proposal.edits ?? [])
}

const simple = `FROM python:3.11-slim AS build
WORKDIR /app
RUN pip install flask
COPY . .
FROM gcr.io/distroless/python3-debian12:nonroot
COPY --from=build /app /app
`

describe('code that nothing is made from', () => {
  const python = `FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
# The application.
COPY --chown=65532 . .

FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /app
COPY --from=build ${packages} ${found}
COPY --from=build /app /app
USER 65532
CMD ["app.py"]
`
  it('is copied straight to where it runs, over what the other stage has there', () => {
    expect(moved(python)).toBe(`FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt

FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /app
COPY --from=build ${packages} ${found}
COPY --from=build /app /app
# The application.
COPY --chown=65532 . .
USER 65532
CMD ["app.py"]
`)
    expect(moved(moved(python) ?? '')).toBeUndefined()
  })
  it('keeps its place where the other stage works elsewhere', () => {
    expect(moved(python.replace('nonroot\nWORKDIR /app', 'nonroot\nWORKDIR /srv'))).toContain(
      'COPY --chown=65532 . /app/',
    )
  })
  it('is copied over the packages that are beside it', () => {
    const text = `FROM node:24 AS build
WORKDIR /app
COPY package.json ./
RUN npm install
COPY server.js /app/
COPY shop /app/shop
FROM gcr.io/distroless/nodejs24-debian12
COPY --from=build /app /app
COPY --from=probe /probe /probe
CMD ["/app/server.js"]
`.replace('FROM gcr', 'FROM golang:1.26 AS probe\nRUN touch /probe\nFROM gcr')
    expect(moved(text)).toContain(`RUN npm install
FROM golang:1.26 AS probe
RUN touch /probe
FROM gcr.io/distroless/nodejs24-debian12
COPY --from=build /app /app
COPY server.js /app/
COPY shop /app/shop
COPY --from=probe /probe /probe
`)
  })
  it.each([
    ['it is added', python.replace('COPY --chown=65532 .', 'ADD --chown=65532 .')],
    ['its owner is a name, which the other base may not have', python.replace('=65532 .', '=app .')],
    ['a variable names it', python.replace('=65532 . .', '=65532 $CODE .')],
    ['some of it is not shipped', python.replace('=65532 . .', '=65532 . /elsewhere')],
    ['it comes to another place', python.replace('/app /app', '/app /srv')],
    [
      'it may be the first in its directory',
      python.replace('WORKDIR /app\nCOPY req', 'COPY req').replace('. .', '. /app'),
    ],
    ['it is a pattern of nothing', python.replace('=65532 . .', '=65532 *.rb .')],
    ['another owner is given to what is taken', python.replace('=build /app', '=build --chown=7 /app')],
    ['another stage starts from it', python.replace('FROM gcr', 'FROM build AS test\nRUN true\nFROM gcr')],
    [
      'another stage takes from it',
      python.replace('FROM gcr', 'FROM alpine:3 AS x\nCOPY --from=build /app /x\nFROM gcr'),
    ],
    [
      'a RUN reads it',
      python.replace('FROM gcr', 'FROM alpine:3 AS x\nRUN --mount=from=build,target=/x ls /x\nFROM gcr'),
    ],
    ['what is copied is changed before', python.replace('COPY --from=build /app', 'RUN true\nCOPY --from=build /app')],
    [
      'something is copied over it before',
      python.replace('COPY --from=build /app', 'COPY app.py /app/\nCOPY --from=build /app'),
    ],
    ['it is at a second place', python.replace('USER', 'COPY --from=build /app/shop /srv/www\nUSER')],
    [
      'something else is put over it',
      python.replace('USER', 'COPY --from=build /app/requirements.txt /app/app.py\nUSER'),
    ],
    ['its stage has a command of its own', python.replace('. .\n', '. .\nCMD ["python", "app.py"]\n')],
    ['arguments decide', python.replace('WORKDIR', 'ARG CODE=.\nWORKDIR')],
    ['the stage has no name', python.replace(' AS build', '').replaceAll('=build', '=0')],
  ])('stays where it is if %s', (_, text) => expect(moved(text)).toBeUndefined())
})

describe('a stage that people build by its name', () => {
  it.each([
    'services: {app: {build: {target: build}}}',
    'docker build --target build .',
    'docker build --target="build"',
    'docker buildx build . --target \\\n  build',
    'target "test" {\n  target = "build"\n  dockerfile = "Dockerfile"\n}',
    '{"target": {"test": {"dockerfile": "Dockerfile", "target": "build"}}}',
    'docker build --target 0 .',
    'docker build --target "$STAGE" .',
    'build:\n  target: ${STAGE:-app}\n',
    "docker_build('app', '.', target='build')",
  ])('keeps its code: %s', (text) => {
    const given = { source: { ...source, 'ci.yaml': text } }
    expect(codeLast.propose(situationOf(simple, given))).toEqual({})
    expect(codeLast.propose(situationOf(simple, { source })).proposals).toHaveLength(1)
  })
  it.each(['build: {target: builder}', 'volumes: [{target: /build}]', 'cargo test --target "$TRIPLE"', 'make target'])(
    'is not meant by %s',
    (text) => {
      const given = { source: { ...source, 'ci.yaml': text } }
      expect(codeLast.propose(situationOf(simple, given)).proposals).toHaveLength(1)
    },
  )
  it('is what another starts from, by a variable', () => {
    const text = `ARG BASE=build\n${simple.replace('FROM gcr', 'FROM $BASE AS test\nRUN pytest\nFROM gcr')}`
    expect(moved(text)).toBeUndefined()
    expect(moved(text.replace('BASE=build', 'BASE=debian:12'))).toBeUndefined()
    expect(moved(text.replace('$BASE', 'debian:12'))).toBeDefined()
  })
  it('is the last one of its name', () => {
    const text = `FROM debian:12 AS build\nCOPY . .\n${simple}`
    expect(moved(text)).toContain('RUN pip install flask\nFROM gcr')
  })
  it('is found at any depth, and may be one where not everything is read', () => {
    const files = [
      'deploy/compose.test.yaml',
      'deploy/test.sh',
      'a/docker-bake.hcl',
      'ci/Justfile',
      'x/y/z/Jenkinsfile',
    ]
    const others = ['src/app.py', 'package-lock.json', 'data/people.json', 'static/app.css']
    expect(buildingFiles([...files, ...others]).read.toSorted()).toEqual(files.toSorted())
    const many = buildingFiles(Array.from({ length: 301 }, (_, index) => `charts/${index}.yaml`))
    expect(many).toMatchObject({ isWhole: false, read: { length: 300 } })
    const situation = situationOf(simple, { source })
    const partly = { ...situation, source: { ...situation.source, hasUnread: true as const } }
    expect(codeLast.propose(partly)).toEqual({})
  })
})

describe('code from which something is made', () => {
  const django = `FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput && chmod -R a+r /app

FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /app
COPY --from=build ${packages} ${found}
COPY --from=build /app /app
CMD ["app.py"]
`
  it('gets a stage behind that of the packages', () => {
    expect(moved(django)).toBe(`FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt

FROM build AS code
COPY . .
RUN python manage.py collectstatic --noinput && chmod -R a+r /app

FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /app
COPY --from=build ${packages} ${found}
COPY --from=code /app /app
CMD ["app.py"]
`)
    expect(moved(moved(django) ?? '')).toBeUndefined()
  })
  it.each([
    ['another stage cannot be named', django.replace('--from=build /app', '--from=build\t/app')],
    ['packages are installed for it', django.replace('&& chmod -R a+r /app', '&& pip install x')],
    ['a pattern names packages', django.replace('a+r /app', 'a+r /usr/local/lib/*')],
    ['something is written elsewhere', django.replace('chmod -R a+r /app', `true >${packages}/a`)],
    ['any program runs', django.replace('manage.py collectstatic', 'make.py')],
    ['packages are changed', django.replace('a+r /app', `a+r ${packages}`)],
    ['it is copied over packages', django.replace('COPY . .', `COPY . ${packages}/shop`)],
    ['there is a stage of that name', django.replace('FROM gcr', 'FROM alpine:3 AS code\nFROM gcr')],
    ['an archive is unpacked behind it', django.replace('RUN python', 'ADD tools.tar.gz /\nRUN python')],
    [
      'a stage has a number',
      django.replace('FROM gcr', 'FROM node:24\nFROM gcr').replace('CMD', 'COPY --from=1 /a /a\nCMD'),
    ],
    ['only it is taken', django.replace(`COPY --from=build ${packages} ${found}\n`, '')],
  ])('stays where it is if %s', (_, text) => expect(moved(text)).toBeUndefined())
})
