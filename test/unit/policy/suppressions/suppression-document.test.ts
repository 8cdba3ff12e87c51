import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readOpenVex } from '../../../../src/policy/suppressions/openvex.ts'
import { readSuppressionFile, suppressionError } from '../../../../src/policy/suppressions/suppression-document.ts'

const schema = z.strictObject({ ids: z.array(z.string('expected an id')).optional() })
const read = (text: string) => readSuppressionFile(text, 'ignore.yaml', 'a list of ids', schema)

describe('a file that the policy names', () => {
  it.each([
    ['', {}],
    ['---', {}],
    ['---  \n...\t\n', {}],
    ['\uFEFF\n  # nothing\n# yet', {}],
    ['---\nids: [a] # more\n', { ids: ['a'] }],
    ['ids:\n  - a\n  - "#"\n', { ids: ['a', '#'] }],
    ['{"ids": ["---"]}', { ids: ['---'] }],
  ])('%j has %j', (text, data) => {
    expect(read(text)).toEqual(data)
  })

  it.each([
    [' ---', /^ignore\.yaml:1: expected a list of ids; Invalid input/],
    ['---#', /^ignore\.yaml:1: expected a list of ids; Invalid input/],
    ['---x', /^ignore\.yaml:1: expected a list of ids; Invalid input/],
    ['----', /^ignore\.yaml:1: expected a list of ids; Invalid input/],
    ['a # b', /^ignore\.yaml:1: expected a list of ids; Invalid input/],
    ['ids:\n  - a\n  - [b]\n', /^ignore\.yaml:3: expected a list of ids; ids\.1: expected an id$/],
    ['ids: []\nothers: []\n', /^ignore\.yaml:1: expected a list of ids; Unrecognized key: "others"$/],
    ['ids: []\nids: []\n', /^ignore\.yaml:2: expected a list of ids; \S/],
  ])('%j is refused with its line', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'POLICY', message: expect.stringMatching(message) }),
    )
  })

  it.each([
    [3, 'ignore.yaml:3: it is wrong'],
    [undefined, 'ignore.yaml: it is wrong'],
  ])('is named in what is said about it, with the line %s', (line, message) => {
    expect(suppressionError('ignore.yaml', line, 'it is wrong')).toMatchObject({ code: 'POLICY', message })
  })
})

describe('an OpenVEX document', () => {
  const document = JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.com/vex/1',
    author: 'team-x',
    timestamp: '2026-11-01T00:00:00Z',
    version: 1,
    statements: [{ vulnerability: { name: 'CVE-2026-1234' }, products: [{ '@id': 'pkg:oci/app' }], status: 'fixed' }],
  })

  it('may begin with white space', () => {
    const plain = readOpenVex(document, 'vex.json')
    expect(plain).toMatchObject({ author: 'team-x', statements: [{ status: 'fixed' }] })
    expect(readOpenVex(`\uFEFF \n\t${document}\n`, 'vex.json')).toEqual(plain)
  })

  it.each([
    ['a list of one', `[${document}]`],
    ['a value of YAML', `a: ${document}`],
    ['an empty text', ''],
    ['a comment', `# ${document}`],
  ])('is a JSON object, and not %s', (_what, text) => {
    expect(() => readOpenVex(text, 'vex.json')).toThrow(
      'vex.json:1: expected an OpenVEX document, found something that is not a JSON object',
    )
  })
})
