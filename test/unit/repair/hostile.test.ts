import { describe, expect, it } from 'vitest'
import { mayBeBuiltAlone } from '../../../src/repair/built-alone.ts'
import { needsRootToStart } from '../../../src/repair/changed-users.ts'
import { placeDockerfile } from '../../../src/repair/dockerfile-file.ts'
import { ignoring, withLines } from '../../../src/repair/ignore-list.ts'
import { furtherFiles } from '../../../src/repair/manifest-needs.ts'
import { copiedBy, isOneWord } from '../../../src/repair/placed-paths.ts'
import { labels } from '../../../src/repair/rules/labels.ts'
import { mayNeedC } from '../../../src/repair/two-stages/go-code.ts'
import { moduleWords } from '../../../src/repair/two-stages/python-stages.ts'
import { runElsewhere } from '../../../src/repair/run-elsewhere.ts'
import { sourceFileAt, workingDirectoryAt } from '../../../src/repair/source-file.ts'
import { readingOf } from '../recorded-reading.ts'
import { repaired, situationOf, type Given } from './situation.ts'

const text = 'FROM node:24-bookworm AS build\nWORKDIR /app\nCOPY . .\nCMD ["node", "main.js"]\n'
const sourceOf = (texts: Record<string, string>) => ({
  name: 'shop',
  paths: new Set(Object.keys(texts)),
  texts: new Map(Object.entries(texts)),
})

/** The files that a COPY takes. */
const taken = (pattern: string, ...paths: string[]) => {
  const written = `FROM node:24\nCOPY ${pattern} /app/\n`
  const file = placeDockerfile('Dockerfile', written, readingOf(written))
  return copiedBy(file, file.instructions[1]!, '/', new Set(paths))?.flatMap(({ files }) => files)
}

describe('a text of a megabyte', () => {
  // Each took hours.
  const blank = '\n'.repeat(1_000_000)
  const spaces = ' '.repeat(1_000_000)
  it('is searched once', () => {
    const situation = situationOf(text)
    const built = { file: situation.file, source: sourceOf({ 'docker.sh': `target${spaces}` }) }
    expect(mayBeBuiltAlone(built, 0)).toBe(false)
    const supervised = { ...situation, source: sourceOf({ 'supervisord.conf': blank }) }
    expect(needsRootToStart(supervised)).toBeUndefined()
    expect(furtherFiles(sourceOf({ 'pyproject.toml': blank }), 'pyproject.toml')).toEqual([])
    expect(furtherFiles(sourceOf({ '.npmrc': blank }), '.npmrc')).toEqual([])
    const code = sourceOf({ 'main.go': blank })
    const stage = { runs: [], bases: { isMusl: false } }
    expect(mayNeedC({ source: code }, stage, [{ files: ['main.go'], source: '', target: '/app' }])).toBe(false)
    expect(runElsewhere({ file: situation.file, source: sourceOf({ 'a.yaml': `a: [\n${blank}test` }) })).toEqual([])
  })
})

describe('a pattern', () => {
  it('of COPY takes what BuildKit takes', () => {
    const paths = ['a.js', 'ab.js', 'b.jsx', 'lib/a.js', 'lib/b/c.js', 'a+b.js', 'ä.js']
    expect(taken('*.js', ...paths)).toEqual(['a+b.js', 'a.js', 'ab.js', 'ä.js'])
    expect(taken('?.js', ...paths)).toEqual(['a.js', 'ä.js'])
    expect(taken('a*b*', ...paths)).toEqual(['a+b.js', 'ab.js'])
    expect(taken('*b*/*b*', 'ab/bc/x', 'ab/cc/x', 'b/xb')).toEqual(['ab/bc/x', 'b/xb'])
    expect(taken('a+b*', ...paths)).toEqual(['a+b.js'])
    expect(taken('a**a*a', 'aba', 'abaa', 'aa')).toEqual(['abaa'])
  })
  it('with many wildcards is tried once', () => {
    expect(taken('*a*a*a*a*a*a*a*a*b', 'a'.repeat(255))).toEqual([])
  })
  it('of a list with many wildcards is not tried', () => {
    expect(ignoring(`${'*'.repeat(100)}b`)).toBeUndefined()
    expect(ignoring('**/*.log')?.('a/b.log')).toBe(true)
    expect(ignoring('**a**a**ab')?.('a/'.repeat(2000))).toBe(false)
  })
  it('of a list may be a word that JavaScript knows', () => {
    const isIgnored = ignoring('constructor\n__proto__/\n')
    expect(['constructor', '__proto__/a', 'a'].map((path) => isIgnored?.(path))).toEqual([true, true, false])
  })
})

describe('a name', () => {
  it('that JavaScript knows is nothing that a repair knows', () => {
    expect(moduleWords(['constructor'])).toBeUndefined()
    const policy = { configuration: { labels: ['org.opencontainers.image.constructor'] } }
    const given = { configuration: { labels: {} }, policy } as Given
    expect(labels.propose(situationOf(text, given)).proposals).toEqual([])
  })
  it.each(['--from=x/package.json', '<<EOF/package.json', 'a\u001b[2K', 'a\u0085b', 'a b', "it's"])(
    'is written only where it is one word: %j',
    (path) => expect(isOneWord(path)).toBe(false),
  )
  it('of a file with a credential is listed only if the list means that file alone', () => {
    const odd = ['*', '!key', '#key', 'a\nb', ' key', 'key?', 'a[b]', 'a\\b']
    const source = Object.fromEntries([...odd, 'deploy/key'].map((path) => [path, '']))
    const secrets = [...odd, 'deploy/key'].map((path) => `/app/${path}`)
    const list = repaired(text, { secrets, source }).files['.dockerignore']
    expect(list?.split('\n').slice(-2)).toEqual(['deploy/key', ''])
    expect(list).not.toMatch(/^[*!#]|^b$|^ key|\?|\[|\\/m)
  })
  it('is added to a list as its lines end', () => {
    expect(withLines('a\r\nb', ['c'])).toBe('a\r\nb\r\nc\r\n')
    expect(withLines('a\n', ['b'])).toBe('a\nb\n')
    expect(withLines(undefined, ['b'])).toBe('b\n')
  })
})

describe('YAML', () => {
  const started = (content: string, path = 'deploy/a.yaml') =>
    runElsewhere({ file: situationOf(text).file, source: sourceOf({ [path]: content }) })
  it('that contains itself is read once', () => {
    expect(started('a: &a\n  image: shop\n  command: [npm]\n  b: *a\n')).toEqual([
      { path: 'deploy/a.yaml', programs: ['npm'] },
    ])
  })
  it('has values that are no words', () => {
    expect(started('image: shop\ncommand: [{toString: 1}, null]\n')).toEqual([
      { path: 'deploy/a.yaml', programs: [''] },
    ])
    const service = 'services: {a: {build: {context: {toString: 1}}, command: npm}}\n'
    expect(started(service, 'compose.yaml')).toEqual([{ path: 'compose.yaml', programs: ['npm'] }])
  })
})

describe('many stages', () => {
  it('that copy from each other are each looked at once', () => {
    const copies = Array.from({ length: 60 }, (_, index) => `FROM node:24\nCOPY --from=${index} /a /b /a/\n`).join('')
    const many = `FROM node:24\nRUN make\n${copies}`
    const { file, source } = situationOf(many)
    expect(sourceFileAt({ file, source }, { stage: 60, start: many.length }, '/a/a/a')).toBeUndefined()
  })
  it('that start from each other work where the first does', () => {
    const chain = Array.from({ length: 60 }, (_, index) => `FROM s${index} AS s${index + 1}\nWORKDIR d\n`).join('')
    const many = `FROM node:24 AS s0\nWORKDIR /app\n${chain}`
    expect(workingDirectoryAt(situationOf(many).file, { stage: 60, start: many.length })).toBe(`/app${'/d'.repeat(60)}`)
  })
})
