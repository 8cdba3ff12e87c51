import { describe, expect, it } from 'vitest'
import { wantedTexts } from '../../../src/repair/index.ts'
import { repaired, situationOf } from './situation.ts'
import { scriptWords } from '../../../src/repair/rules/started-script.ts'

const manifest = (start: string) => JSON.stringify({ scripts: { start } })
const own = { 'server/package.json': manifest('node --require ./tracing.js a.js'), 'server/a.js': '' }
const source = { ...own, 'package.json': manifest('node server/a.js') }
const started = (lines: string, more: Record<string, string> = {}) =>
  scriptWords(['npm', 'start'], situationOf(`FROM node:22-slim\n${lines}`, { source: { ...source, ...more } }))?.join(
    ' ',
  )
const server = 'node --require ./tracing.js a.js'
const end = 'CMD ["npm", "start"]\n'

describe('the script that is started', () => {
  it.each<[string, string | undefined]>([
    [`WORKDIR /app\nCOPY server/ .\nRUN npm ci\n${end}`, server],
    [`COPY . /app\nWORKDIR /app/server\n${end}`, server],
    [`WORKDIR /app\nCOPY . .\n${end}`, 'node server/a.js'],
    [`WORKDIR /app\nCOPY . .\nCOPY server/package.json .\n${end}`, server],
    [`WORKDIR /app\nCOPY server .\nFROM node:22-slim\nCOPY --from=0 /app /srv\nWORKDIR /srv\n${end}`, server],
    [
      `WORKDIR /app\nCOPY server/package.json .\nFROM node:22-slim\nWORKDIR /b\nCOPY --from=0 /app/package.json .\n${end}`,
      server,
    ],
    // What a RUN or another image brings is unknown.
    [`WORKDIR /app\nCOPY . .\nRUN cp -r server/. .\n${end}`, undefined],
    [`WORKDIR /app\nCOPY . .\nRUN sed -i s/a/b/ package.json\n${end}`, undefined],
    [`WORKDIR /app\nCOPY . .\nRUN cp a.env .env && npm ci\n${end}`, 'node server/a.js'],
    [`WORKDIR /app\nCOPY . .\nCOPY --from=example.com/a:1 /app /app\n${end}`, undefined],
    [
      `WORKDIR /app\nCOPY . .\nRUN npm run build\nFROM node:22-slim\nWORKDIR /app\nCOPY --from=0 /app/dist .\n${end}`,
      undefined,
    ],
    [`ARG D\nWORKDIR /app\nCOPY $D .\n${end}`, undefined],
  ])('is that of the manifest where it works: %j', (lines, words) => expect(started(lines)).toBe(words))
  it.each<Record<string, string>>([
    { 'server/a.js': 'process.env.npm_package_version' },
    { 'server/b.ts': 'const { npm_config_port } = process.env' },
    { 'server/.npmrc': 'node-options=--max-old-space-size=4096\n' },
  ])('is started by its package manager where something needs that: %o', (more) =>
    expect(started(`WORKDIR /app\nCOPY server/ .\n${end}`, more)).toBeUndefined(),
  )
  it('is started by its package manager where it is unknown whether something needs that', () => {
    const situation = situationOf(`FROM node:22-slim\nWORKDIR /app\nCOPY server/ .\n${end}`, { source })
    const texts = new Map([...situation.source.texts].filter(([path]) => path !== 'server/a.js'))
    expect(scriptWords(['npm', 'start'], { ...situation, source: { ...situation.source, texts } })).toBeUndefined()
  })
  it('decides which packages a second stage goes without', () => {
    const files = { ...own, 'server/package-lock.json': '{}', 'package.json': '{"devDependencies": {"a": "1"}}' }
    const text = `FROM node:22\nWORKDIR /app\nCOPY server/ .\nRUN npm ci\n${end}`
    const given = { source: files, configuration: { packageManagers: ['/usr/local/bin/npm'] } }
    expect(repaired(text, given, ['stages']).dockerfile).toContain(
      '["/nodejs/bin/node", "--require", "./tracing.js", "a.js"]',
    )
    expect(repaired(text, given, ['stages']).dockerfile).not.toContain('prune')
    const changed = {
      ...files,
      'server/package.json': '{"scripts": {"start": "node a.js"}, "devDependencies": {"a": "1"}}',
    }
    expect(repaired(text, { ...given, source: changed }, ['stages']).dockerfile).toContain('npm prune --omit=dev')
  })
})

describe('what is read of a source', () => {
  it('is what repairs need, those next to the root first, and code only where a package manager starts it', () => {
    const paths = [
      'a/b/package.json',
      'package.json',
      'a.js',
      'README.md',
      'x/entrypoint.sh',
      'tests/a.js',
      'requirements/a.txt',
    ]
    expect(wantedTexts(paths, 'CMD ["node", "a.js"]')).toEqual([
      'package.json',
      'a/b/package.json',
      'requirements/a.txt',
      'x/entrypoint.sh',
    ])
    expect(wantedTexts(paths, 'CMD npm start')).toContain('a.js')
  })
})
