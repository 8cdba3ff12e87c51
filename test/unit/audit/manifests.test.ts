import { describe, expect, it } from 'vitest'
import { readManifest } from '../../../src/audit/input/read-manifest.ts'
import type { Placed } from '../../../src/audit/input/placed.ts'
import { auditOfNamed } from './audit-of.ts'

/** A value without its places. */
function plain({ value }: Placed): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]))
  return value
}
const read = (text: string) => readManifest(text, 'a.yaml').map(plain)

describe('manifests that cannot be read', () => {
  it.each([
    ['a tab', 'services:\n\tweb: {}\n', 'compose.yaml:2: expected spaces, found a tab'],
    ['a key twice', 'services:\n  web:\n    image: a\n    image: b\n', 'compose.yaml:4: the key "image" appears twice'],
    ['an alias without an anchor', 'services:\n  web: *nowhere\n', 'compose.yaml:2: '],
    ['an alias inside of what it names', 'services: &a\n  web: *a\n', 'the alias *a is inside its own anchor'],
    ['text where a map is expected', 'services:\n  web: nginx\n', 'compose.yaml:2: expected a map with '],
    [
      'a list where text is expected',
      'services:\n  web:\n    image: [a]\n',
      'compose.yaml:3: expected text, found a list',
    ],
    [
      'a port that is not valid',
      'services:\n  web:\n    ports: ["http"]\n',
      'compose.yaml:3: expected a port as [ip:][host:]container, found "http"',
    ],
    ['an empty file', '', 'compose.yaml:1: expected a Dockerfile, a compose file'],
    ['something else', 'on: push\n', 'compose.yaml:1: expected a Dockerfile, a compose file'],
    [
      'a second document that is not an object',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: b}]}\n---\nother: c\n',
      'compose.yaml:6: expected a Kubernetes object',
    ],
  ])('%s: file, line and what was expected', async (_what, text, message) => {
    await expect(auditOfNamed(text, 'compose.yaml')).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining(message) as string,
    })
  })

  it('refuses aliases of aliases that stand for more than anybody writes', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `x-${level}: &a${level} [${Array.from({ length: 10 }, () => (level === 0 ? 'x' : `*a${level - 1}`)).join(', ')}]`,
    )
    expect(() => read(levels.join('\n'))).toThrow(/expected at most 400000 values/)
  })

  it.each([
    ['lists in lists', '['.repeat(50_000)],
    ['maps in maps', '{a: '.repeat(50_000)],
    ['items on one line', '- '.repeat(50_000)],
    ['keys below keys', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('refuses %s, and does not break off', (_what, text) => {
    expect(() => read(text)).toThrow(/a\.yaml:\d+: expected at most 100 levels/)
  })
})

describe('what kubectl and Compose take', () => {
  it.each([
    ['a directive', '%YAML 1.1\n---\na: b\n', [{ a: 'b' }]],
    ['documents that hold nothing', '---\n# nothing\n---\na: 1\n---\n', [{ a: 1 }]],
    ['the end of a document', 'a: 1\n...\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['bytes', 'a: !!binary aGk=\n', [{ a: 'hi' }]],
    ['a tag of somebody else', 'a: !Ref b\n', [{ a: 'b' }]],
    ['a quoted text that goes on at the margin', 'a:\n  - "b \\\n c"\n  - d\n', [{ a: ['b c', 'd'] }]],
    ['one with several such lines', "a:\n    b: 'x\n y\n z'\n    c: 1\n", [{ a: { b: 'x y z', c: 1 } }]],
    ['braces that close at the margin', 'a:\n  b: {\n  c: d\n}\ne: f\n', [{ a: { b: { c: 'd' } }, e: 'f' }]],
    ['windows line ends', 'a: 1\r\n---\r\nb: 2\r\n', [{ a: 1 }, { b: 2 }]],
    ['line ends of old Macs', 'a: 1\r---\rb: 2\r', [{ a: 1 }, { b: 2 }]],
    ['a byte order mark', '\uFEFFa: 1\n', [{ a: 1 }]],
    ['merge keys', 'x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n', [{ x: { a: 1, b: 2 }, y: { b: 3, a: 1 } }]],
    ['JSON', '{"a": [1, true, null]}', [{ a: [1, true, null] }]],
  ])('%s', (_what, text, value) => {
    expect(read(text)).toEqual(value)
  })

  it('keeps the lines of a file in its later documents', () => {
    expect(readManifest('# one\na: 1\n---\n\nb: 2\n', 'a.yaml').map(({ line }) => line)).toEqual([2, 5])
  })
})
