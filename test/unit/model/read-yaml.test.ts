import { describe, expect, it } from 'vitest'
import { readYaml } from '../../../src/model/read-yaml.ts'

function messages(text: string): string[] {
  const read = readYaml(text)
  return Array.isArray(read) ? read.map(({ line, column, message }) => `${line}:${column}: ${message}`) : []
}

describe('a document that is refused', () => {
  it.each([
    ['', /^1:1: expected a policy, found an empty file/],
    ['\uFEFF', /^1:1: expected a policy, found an empty file/],
    ['# nothing\n\n', /^1:1: expected a policy, found an empty file/],
    ['---\n', /^1:1: expected a policy, found an empty file/],
    ['null\n', /^1:1: expected a policy, found an empty file/],
    ['a: 1\na: 2\n', /^2:1: the key appears twice/],
    ['a:\n  b: 1\n  "b": 2\n', /^3:3: the key appears twice/],
    ['__proto__: {polluted: true}\n', /^1:1: the key "__proto__" is refused/],
    ['a:\n  constructor: 1\n', /^2:3: the key "constructor" is refused/],
    ['1: x\n', /^1:1: expected a key that is text, found 1, which YAML reads as a number; put it in quotes/],
    ['~: x\n', /^1:1: expected a key that is text, found null/],
    ['true: x\n', /^1:1: expected a key that is text, found true/],
    ['? [a]\n: b\n', /^1:3: expected a key that is text, found a list/],
    ['? {a: 1}\n: b\n', /^1:3: expected a key that is text, found a list, a map/],
    ['<<: {a: 1}\n', /^1:1: expected a key, found the merge key/],
    ['a: &x 1\nb: *x\n', /^1:7: expected a plain value, found the anchor &x/],
    ['a: *x\n', /^1:4: /],
    ['a: !!binary aGk=\n', /^1:13: expected a plain value, found the tag/],
    ['a: !secret x\n', /^1:4: not valid YAML: Unresolved tag/],
    ['%YAML 1.1\n---\na: yes\n', /^1:1: expected plain YAML 1.2, found the directive "%YAML 1.1"/],
    ['a: 1\n---\nb: 2\n', /^2:1: expected one document, found a second one/],
    ['a:\n\tb: 1\n', /^2:1: expected spaces, found a tab/],
    ['a: [1\n', /^2:1: not valid YAML/],
    ['a: b: c\n', /^1:4: not valid YAML: Nested mappings/],
    ['a: "open\n', /not valid YAML/],
    ['a: 1\0\n', /^1:1: expected UTF-8 text/],
    ['a: 1\nb: \uFFFD\n', /^2:1: expected UTF-8 text/],
  ])('%j [fault 28]', (text, message) => {
    expect(messages(text)[0]).toMatch(message)
  })

  it('has more than 1 MiB [fault 28]', () => {
    expect(messages(`a: ${'x'.repeat(1_048_576)}`)).toEqual([
      '1:1: expected at most 1048576 bytes (1 MiB), found 1048579; a policy is read by people',
    ])
  })

  it('is nested too deeply [fault 28]', () => {
    expect(messages(`${nested(19)} 1`)).toEqual([])
    for (const text of [
      `${nested(25)} 1`,
      `${nested(500)} 1`,
      `a: ${'['.repeat(21)}${']'.repeat(21)}`,
      `${'- '.repeat(30)}x`,
      `${'? '.repeat(30)}x`,
      '{a: '.repeat(30),
    ])
      expect(messages(text).join()).toContain('at most 20 levels of nesting')
  })

  it('is an alias bomb [fault 28]', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghi'.replace(
      /./g,
      (letter) =>
        `${letter}: &${letter} [${Array(9)
          .fill(`*${String.fromCharCode(letter.charCodeAt(0) - 1)}`)
          .join(', ')}]\n`,
    )}`
    expect(messages(bomb)[0]).toMatch(/found the anchor &a/)
  })
})

it('gives the place of keys and values, also of empty ones and in lists', () => {
  const read = readYaml('a:\n  - b: 1\n    c:\n  - {d: x}\n')
  if (Array.isArray(read)) throw new Error('refused')
  expect(read.placeOf(['a', 0, 'b'])).toEqual({ line: 2, column: 8 })
  expect(read.placeOf(['a', 0, 'b'], 'key')).toEqual({ line: 2, column: 5 })
  expect(read.placeOf(['a', 0, 'c'])).toEqual({ line: 3, column: 5 })
  expect(read.placeOf(['a', 1, 'd'])).toEqual({ line: 4, column: 9 })
  expect(read.placeOf(['a', 1, 'missing', 'deeper'])).toEqual({ line: 4, column: 5 })
})

it('reads plain documents as YAML 1.2 does', () => {
  const read = readYaml('\uFEFFday: 2027-01-31\r\nno: no\r\noctal: 0o17\r\ntext: "0"\r\nfolded: >\r\n  a\r\n  b\r\n')
  expect(Array.isArray(read) ? read : read.value).toEqual({
    day: '2027-01-31',
    no: 'no',
    octal: 15,
    text: '0',
    folded: 'a b\n',
  })
})

function nested(depth: number): string {
  return Array.from({ length: depth }, (_, index) => `${' '.repeat(index)}a:`).join('\n')
}
