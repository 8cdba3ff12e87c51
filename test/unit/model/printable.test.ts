import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, safeUrl, shellWord, shorten } from '../../../src/model/printable.ts'
import { runs } from '../runs.ts'

const anyText = fc
  .string({ unit: 'binary', maxLength: 200 })
  .chain((text) =>
    fc
      .array(
        fc.constantFrom(
          '\u001b[31m',
          '\u001b]8;;x\u0007',
          '\u009b2J',
          '\ud800',
          '\udc00',
          '\n',
          '\u202e',
          '\u200b',
          '\u0000',
          '\ufeff',
          text,
        ),
      )
      .map((parts) => parts.join('')),
  )

describe('printable', () => {
  it.each([
    ['plain text', 'plain text'],
    ['größer 東京 🚢', 'größer 東京 🚢'],
    ['a\r\nb\tc\u2028d', 'a b c d'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007', 'link'],
    ['bell\u0007', 'bell\ufffd'],
    ['user\u202egnp.exe', 'user\ufffdgnp.exe'],
    ['pay\u200bpal', 'pay\ufffdpal'],
    ['half \ud83d of it', 'half \ufffd of it'],
    [`a${'\u0301'.repeat(50)}b`, `a${'\u0301'.repeat(4)}b`],
  ])('makes %j into %j', (text, expected) => {
    expect(printable(text)).toBe(expected)
  })

  it('never lets through what moves, hides or breaks [fault 67]', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printable(text)).not.toMatch(
          /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2028\u2029]/u,
        )
      }),
      { numRuns: runs(2_000) },
    )
  })

  it('changes nothing when said twice', () => {
    fc.assert(fc.property(anyText, (text) => printable(printable(text)) === printable(text)))
  })

  it('takes no more than a moment for a very long text', () => {
    const start = performance.now()
    printable('\u001b['.repeat(500_000))
    printable('a\u0301'.repeat(500_000))
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

describe('shorten', () => {
  it('counts characters, not halves of them', () => {
    expect(shorten('🚢🚢🚢', 3)).toBe('🚢🚢🚢')
    expect(shorten('🚢🚢🚢🚢', 3)).toBe('🚢🚢🚢… (1 more characters)')
  })
})

describe('safeUrl', () => {
  it.each(['https://avd.aquasec.com/nvd/cve-2024-1', 'http://example.com/'])('keeps %s', (url) => {
    expect(safeUrl(url)).toBe(url)
  })

  it.each([
    'javascript:alert(1)',
    ' JAVASCRIPT:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '//evil.example',
    'nothing',
    '',
    'https://me:secret@example.com/',
    `https://example.com/${'a'.repeat(2_000)}`,
    undefined,
  ])('refuses %j', (url) => {
    expect(safeUrl(url)).toBeUndefined()
  })
})

describe('shellWord', () => {
  it.each([
    ['Dockerfile', 'Dockerfile'],
    ['my file', "'my file'"],
    ["it's", "'it'\\''s'"],
    ['$(rm -rf .)', "'$(rm -rf .)'"],
    ['-rf', './-rf'],
    ['a\nb', "'a b'"],
    ['', "''"],
  ])('quotes %j as %j', (text, expected) => {
    expect(shellWord(text)).toBe(expected)
  })
})
