import { describe, expect, it } from 'vitest'
import { remains, repaired, type Given } from './situation.ts'

const seen = { port: 8000, path: '/health', listens: ['0.0.0.0:8000'], readySeconds: 2.2 }
const runtime = { stop: { signal: 'SIGTERM', seconds: 10, exit: { code: 137, signal: 'SIGKILL' }, forced: true } }
const given: Given = {
  configuration: { user: '65532', shells: [], entrypoint: [], cmd: ['/a'] },
  packages: [],
  runtime,
  source: { '.dockerignore': '' },
}
const checked: Given = {
  ...given,
  runtime: {},
  configuration: { ...given.configuration, healthcheck: undefined },
  seen,
}

const cross = `FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
COPY . .
ARG TARGETOS TARGETARCH
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /a
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /a /a
CMD ["/a"]
`

/** Lines that the repaired Dockerfile has and the written one has not. */
const added = (text: string, more: Given) =>
  repaired(text, more)
    .dockerfile.split('\n')
    .filter((line) => !text.split('\n').includes(line))

describe('a stage on the platform of the build', () => {
  it('compiles the check for the platform of the image, behind the arguments that name it', () => {
    const { dockerfile } = repaired(cross, checked)
    expect(dockerfile).toContain(
      'ARG TARGETOS TARGETARCH\nCOPY deploy/healthcheck/main.go /healthcheck/main.go\nRUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build',
    )
  })
  it.each([
    ['that does not say for which it compiles', cross.replace('ARG TARGETOS TARGETARCH\n', '')],
    ['with another user before', cross.replace('ARG', 'USER 1000\nARG')],
    [
      'with Rust',
      'FROM --platform=linux/amd64 rust:1.80 AS build\nARG TARGETOS TARGETARCH\nRUN cargo build\nFROM gcr.io/distroless/static-debian12:nonroot\nCOPY --from=build /a /a\nCMD ["/a"]\n',
    ],
  ])('%s compiles no check', (_, text) => {
    expect(added(text, checked)).toEqual([])
    expect(remains(text, checked)).toContainEqual(expect.stringContaining('has no program that can check that'))
  })
  it('gives no init', () => {
    expect(added(cross, given)).toEqual([])
    expect(remains(cross, given)).toContainEqual(expect.stringContaining('on the platform of the build'))
    const target = cross.replace('$BUILDPLATFORM', '$TARGETPLATFORM')
    expect(added(target, given)).toContain('COPY --from=build /usr/bin/tini-static /usr/bin/tini')
    const more = cross
      .replace('FROM gcr', 'FROM debian:12-slim AS tools\nFROM gcr')
      .replace('CMD', 'COPY --from=tools /etc/b /b\nCMD')
    expect(added(more, given)).toContain('COPY --from=tools /usr/bin/tini-static /usr/bin/tini')
  })
})

describe('the source of the check', () => {
  it('is seen by the build where a list leaves out everything else', () => {
    const list = '*\n!main.go'
    const { files } = repaired(cross, { ...checked, source: { '.dockerignore': list } })
    expect(files['.dockerignore']).toBe(`${list}\n!deploy/healthcheck/main.go\n`)
    expect(files['deploy/healthcheck/main.go']).toBeDefined()
    expect(
      repaired(cross, { ...checked, source: { '.dockerignore': '.git\n' } }).files['.dockerignore'],
    ).toBeUndefined()
  })
})

describe('a health check of a port that a variable gives', () => {
  const text = (command: string) => `FROM debian:12-slim\nENV PORT=8000\nCMD ${command}\n`
  const check = (command: string, more: Given, written = text(command)) => {
    const configuration = {
      shells: ['/bin/sh', '/bin/bash'],
      healthcheck: undefined,
      entrypoint: [],
      cmd: ['/bin/sh', '-c', command],
    }
    const { dockerfile } = repaired(written, { configuration, packages: [], seen, ...more })
    const [, array = '[]'] = /HEALTHCHECK .* CMD (\[.*\])/.exec(dockerfile) ?? []
    return JSON.parse(array) as string[]
  }
  const debian = (name: string) => ({ packages: [{ name, version: '1', type: 'debian' }] })
  it.each<[string, Given, string]>([
    ['python app.py $PORT', {}, 'urlopen("http://127.0.0.1:" + os.environ.get("PORT", "8000") + "/health", timeout=3)'],
    ['node app.js --port ${PORT:-8000}', {}, 'get("http://127.0.0.1:" + (process.env.PORT || 8000) + "/health", {'],
    ['server -p "$PORT"', debian('curl'), '/dev/null "http://127.0.0.1:${PORT:-8000}/health"'],
    ['server -p "$PORT"', {}, 'exec 3<>/dev/tcp/127.0.0.1/${PORT:-8000} && printf'],
  ])('%s: asks that one', (command, more, expected) => expect(check(command, more).at(-1)).toContain(expected))
  it('opens it, where nothing answers', () => {
    const { path: _, ...port } = seen
    expect(check('python app.py $PORT', { seen: port }).at(-1)).toBe(
      'import os, socket; socket.create_connection(("127.0.0.1", int(os.environ.get("PORT", "8000"))), 3).close()',
    )
    expect(check('node app.js $PORT', { seen: port }).at(-1)).toContain('connect((process.env.PORT || 8000), "127')
    expect(check('server $PORT', { seen: port }).at(-1)).toBe('exec 3<>/dev/tcp/127.0.0.1/${PORT:-8000}')
  })
  it('asks it by its number alone, which the host may have as well', () => {
    const low = { seen: { ...seen, port: 12, path: '/12', listens: ['0.0.0.0:12'] } }
    const written = text('server $PORT').replace('8000', '12')
    expect(check('server $PORT', low, written).at(-1)).toContain('/dev/tcp/127.0.0.1/${PORT:-12} && printf')
    const curl = check('server $PORT', { ...low, ...debian('curl') }, written).at(-1)
    expect(curl).toContain('"http://127.0.0.1:${PORT:-12}/12"')
  })
  it('asks the seen one where the variable is another', () => {
    const other = text('python app.py $PORT').replace('8000', '9000')
    expect(check('python app.py $PORT', {}, other).at(-1)).toContain('"http://127.0.0.1:8000/health"')
    expect(check('python app.py 8000', {}).at(-1)).toContain('"http://127.0.0.1:8000/health"')
  })
})
