import { createColors } from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/model/index.ts'
import { renderRepair, tellRepair } from '../../../src/repair/report.ts'
import { packageManagers } from '../../../src/repair/rules/package-managers.ts'
import { slimBase } from '../../../src/repair/rules/slim-base.ts'
import { twoStages } from '../../../src/repair/rules/two-stages.ts'
import { situationOf } from './situation.ts'

const text = 'FROM node:24-bookworm\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "main.js"]\n'
const full = { configuration: { packageManagers: ['/usr/bin/npm'] } }
const answer = (files: Record<string, string>, written = text) =>
  twoStages.propose(situationOf(written, { ...full, source: { 'main.js': '', 'package.json': '{}', ...files } }))
const service = (lines: string) => `services:\n  worker:\n    build: .\n    ${lines}\n`
const container = (lines: string, image = 'shop:1') =>
  `kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - image: ${image}\n          ${lines}\n`

describe('what other files start in an image', () => {
  it.each([
    ['compose.yaml', service('command: npm run worker'), 'npm'],
    ['docker-compose.yml', service('command: ["sh", "-c", "./migrate && ./server"]'), 'sh'],
    ['compose.yaml', service('healthcheck: { test: ["CMD", "curl", "-f", "http://localhost"] }'), 'curl'],
    ['compose.yaml', service('healthcheck: { test: wget -q http://localhost }'), 'wget, sh'],
    ['deploy/compose.yaml', service('command: npm start').replace('build: .', 'build: ..'), 'npm'],
    ['compose.yaml', 'services:\n  a: { build: ., image: shop }\n  b: { image: shop, entrypoint: npm start }\n', 'npm'],
    ['k8s/worker.yaml', container('command: [npm, run, worker]'), 'npm'],
    ['k8s/worker.yaml', container('livenessProbe: { exec: { command: [curl, localhost] } }'), 'curl'],
    ['k8s/worker.yaml', container('args: [npm, start]'), 'npm'],
    ['chart/templates/a.yaml', '{{- if .Values.a }}\n  command: [npm]\n{{- end }}\n', 'unknown'],
    ['Procfile', 'web: node main.js\nworker: npm run worker\n', 'npm'],
  ])('keeps the base of it, and is named: %s %s', (path, content, programs) => {
    const { proposals, remains } = answer({ [path]: content })
    expect(proposals).toBeUndefined()
    expect(remains?.[0]?.text).toContain(`: ${path} starts ${programs}. `)
  })
  it.each([
    ['compose.yaml', service('command: ./worker')],
    ['compose.yaml', service('command: npm start').replace('build: .', 'build: ./web')],
    ['compose.yaml', service('command: npm start').replace('build: .', 'image: postgres:17')],
    ['compose.yaml', service('healthcheck: { disable: true }')],
    ['k8s/db.yaml', container('readinessProbe: { exec: { command: [pg_isready] } }', 'postgres:17')],
    ['k8s/worker.yaml', container('env: []')],
    ['Procfile', 'web: node main.js\n'],
    ['.circleci/config.yml', container('command: [npm]')],
  ])('needs no more than the image: %s %s', (path, content) =>
    expect(answer({ [path]: content }).proposals).toHaveLength(1),
  )
  it('is an argument where the image has an entry point', () => {
    const written = text.replace('CMD', 'ENTRYPOINT')
    expect(answer({ 'compose.yaml': service('command: serve') }, written).proposals).toHaveLength(1)
  })
  it('keeps its package manager and what the smaller base lacks', () => {
    const situation = situationOf(text, {
      configuration: {
        packageManagers: ['/usr/local/bin/npm'],
        setuid: [{ path: '/usr/bin/su', mode: '4755', bytes: 1 }],
      },
      source: { 'compose.yaml': service('command: npm run worker') },
    })
    expect(packageManagers.propose(situation).proposals).toEqual([])
    const curl = new Map([['compose.yaml', service('command: curl localhost')]])
    expect(slimBase.propose(situation).proposals).toBeDefined()
    expect(slimBase.propose({ ...situation, source: { ...situation.source, texts: curl } }).proposals).toBeUndefined()
  })
})

describe('the result on a terminal', () => {
  it('names the source in one line', () => {
    const run = { subject: { name: 'a\u001b[2K\nb' }, outcome: 'rejected' } as unknown as Run
    const given = { before: run, after: run, kept: [], left: [], answers: [], files: {}, rebuild: undefined }
    const told = renderRepair(tellRepair({ ...given, dockerfile: '' }), createColors(false))
    expect(told).toBe('a b: rejected, 0 rules say no -> rejected, 0\n')
  })
})

describe('the packages that an image has no longer', () => {
  it('are told with those first that the Dockerfile names', () => {
    const runWith = (...names: string[]) =>
      ({
        evidence: {
          platforms: [
            { evidence: { licenses: { status: 'collected', value: { packages: names.map((name) => ({ name })) } } } },
          ],
        },
      }) as unknown as Run
    const { gone } = tellRepair({
      before: runWith('adduser', 'apt', 'base-files', 'git', 'zip'),
      after: runWith('base-files'),
      kept: [],
      left: [],
      answers: [],
      files: {},
      rebuild: undefined,
      dockerfile: 'RUN apt-get install -y git=1:2.39 \\\n  zip\n',
    })
    expect(gone).toEqual(['git', 'zip', 'adduser', 'apt'])
  })
})
