import { describe, expect, it } from 'vitest'
import { remains, repaired, type Given } from './situation.ts'

const shells = ['/bin/sh']
const made = (text: string, given: Given = {}) => repaired(text, given).dockerfile
const asRoot = (more: Given['configuration']): Given => ({ configuration: { user: '', shells, ...more } })

describe('root stays', () => {
  const text = 'FROM debian:12\nCOPY . /app\nCMD ["supervisord", "-c", "/app/supervisord.conf"]\n'
  const given = (cmd: string[], source: Record<string, string>): Given => ({
    ...asRoot({ entrypoint: [], cmd }),
    source: { '.dockerignore': '', ...source },
  })
  it.each<[string, string[], Record<string, string>]>([
    ['a supervisor', ['supervisord', '-c', '/app/a.conf'], { 'supervisord.conf': '[program:worker]\nuser=nobody\n' }],
    ['a supervisor of unknown configuration', ['/usr/bin/supervisord'], {}],
    ['services of s6', ['/init'], { 'services.d/worker/run': '#!/bin/sh\nexec s6-setuidgid app worker\n' }],
    ['a script', ['/entrypoint.sh'], { 'entrypoint.sh': 'exec gosu app "$@"\n' }],
    [
      'a script that another starts',
      ['/start.sh'],
      { 'start.sh': '. /prepare.sh\n', 'prepare.sh': 'chown -R app /data\n' },
    ],
    ['the command', ['sh', '-c', 'chown app /data && su app -c worker'], {}],
  ])('where %s needs it to start others', (_, cmd, source) => {
    expect(made(text, given(cmd, source))).not.toContain('USER')
    expect(remains(text, given(cmd, source))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^user: .*only root/)]),
    )
  })
  it.each<[string[], Record<string, string>]>([
    [['supervisord'], { 'supervisord.conf': '[program:web]\ncommand=web\n[supervisord]\nuser=root\n' }],
    [['/entrypoint.sh'], { 'entrypoint.sh': 'exec "$@"\n', 'other.sh': 'chown a b\n' }],
  ])('only there: %j', (cmd, source) => expect(made(text, given(cmd, source))).toContain('USER 65532'))
})

describe('a volume', () => {
  const text = 'FROM debian:12\nRUN mkdir /data && chmod 777 /data\nVOLUME /data\nCMD ["a"]\n'
  const given = asRoot({
    volumes: ['/data'],
    worldWritable: [{ path: '/data', mode: '0777' }],
  } as Given['configuration'])
  it('belongs to the user before it is one, and keeps its mode', () => {
    const dockerfile = made(text, given)
    expect(dockerfile).toContain('RUN mkdir -p /data && chown -R 65532:65532 /data\nVOLUME /data\n')
    expect(dockerfile).toContain('USER 65532:65532')
    expect(dockerfile).not.toContain('o-w')
    expect(remains(text, given)).toEqual(expect.arrayContaining([expect.stringMatching(/^world-writable: \/data/)]))
  })
  it('of the base belongs to the user at the end, and without a shell people are told', () => {
    const base = text.replace('VOLUME /data\n', '')
    expect(made(base, asRoot({ volumes: ['/data'] }))).toContain('chown -R 65532:65532 /data\nUSER 65532')
    expect(made(base, asRoot({ volumes: ['/data'], shells: [] }))).not.toContain('USER')
    expect(remains(base, asRoot({ volumes: ['/data'], shells: [] })).join()).toContain('A new volume for /data')
  })
})

describe('what is said to be equal', () => {
  it.each([
    ['RUN sudo make', 'RUN make'],
    ['USER app\nRUN sudo pip install x', 'USER app\nRUN sudo pip install x'],
    ['USER app\nUSER root\nRUN sudo make', 'USER app\nUSER root\nRUN make'],
    ['ENV A=b\nRUN sudo make', 'ENV A=b\nRUN sudo make'],
    ['ENV LANG=C A=b\nRUN sudo make', 'ENV LANG=C A=b\nRUN sudo make'],
    ['RUN su\\\ndo make', 'RUN  make'],
    ['RUN sudo \\\n    # As root.\n    make', 'RUN  \\\n    # As root.\n    make'],
  ])('is sudo where root runs the command anyway: %j', (written, becomes) => {
    const line = 1 + written.split('\n').length
    expect(made(`FROM debian:12\n${written}\n`, { lint: [`DL3004:${line}`] })).toBe(`FROM debian:12\n${becomes}\n`)
  })
  it('is sudo on a base that has no other user', () => {
    const text = 'FROM example.com/a:1\nRUN sudo make\n'
    expect(made(text, { lint: ['DL3004:2'] })).toBe(text)
  })
  it('is a secret in every RUN that may read it', () => {
    const text =
      'FROM node:24-slim\nARG NPM_TOKEN\nRUN apt-get update\nRUN test -n "$NPM_TOKEN"\nRUN npm ci\nCMD ["node", "a.js"]\n'
    const mount = 'RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN'
    expect(made(text, { checks: ['SecretsUsedInArgOrEnv:2'], source: { '.dockerignore': '' } })).toBe(
      `FROM node:24-slim\nRUN apt-get update\n${mount} test -n "$NPM_TOKEN"\n${mount} npm ci\nCMD ["node", "a.js"]\n`,
    )
  })
  it('is a version that this very RUN has installed', () => {
    const packages = (path: string) => [{ name: 'typescript', version: '4.9.5', type: 'node-pkg', path }]
    const local = packages('app/node_modules/typescript/package.json')
    const global = packages('usr/local/lib/node_modules/typescript/package.json')
    const single = 'FROM node:24\nRUN npm install -g typescript\n'
    const builder = `${single}FROM node:24-slim\nCOPY --from=0 /app /app\n`
    const lint = ['DL3016:2']
    expect(made(single, { lint, packages: local })).toBe(single)
    expect(made(single, { lint, packages: global })).toContain('typescript@4.9.5')
    expect(made(builder, { lint, packages: local })).toBe(builder)
    expect(made(builder, { lint, packages: global })).toBe(builder)
    const copied = builder.replaceAll('/app', '/usr/local/lib/node_modules')
    expect(made(copied, { lint, packages: global })).toContain('typescript@4.9.5')
  })
})
