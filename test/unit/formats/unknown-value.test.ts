import { describe, expect, it } from 'vitest'
import {
  canBe,
  isUnknown,
  isWhollyUnknown,
  showUnknown,
  unknownValue,
  withoutMarks,
} from '../../../src/formats/unknown-value.ts'

const [A, B] = [unknownValue('A'), unknownValue('LONG_NAME')]

describe('a text with unknown parts', () => {
  it.each([
    ['app', 'app', true],
    ['app', 'apps', false],
    ['', '', true],
    [A, '', true],
    [A, 'anything', true],
    [`a${A}b`, 'ab', true],
    [`a${A}b`, 'a-b', true],
    [`a${A}b`, 'xb', false],
    [`a${A}b`, 'ba', false],
    [`${A}b`, 'ab', true],
    [`${B}b`, 'bb', true],
    [`${A}x${B}b`, 'ab', false],
    [`${A}x${B}b`, 'axb', true],
    [`${A}ab${B}b`, 'ab', false],
    [`${A}ab${B}b`, 'abb', true],
  ])('%j can be %j: %s', (text, value, possible) => {
    expect(canBe(text, value)).toBe(possible)
  })

  it.each([
    ['plain', false, false],
    ['', false, false],
    [A, true, true],
    [A + B, true, true],
    [`x${A}`, true, false],
    [`${A}x`, true, false],
    [`${A}x${B}`, true, false],
  ])('%j is unknown in part: %s, as a whole: %s', (text, inPart, wholly) => {
    expect([isUnknown(text), isWhollyUnknown(text)]).toEqual([inPart, wholly])
  })

  it.each([
    ['plain', 'plain'],
    [`${A}/${B}`, '${A}/${LONG_NAME}'],
    [unknownValue('$(date) now'), '$(date) now'],
    [unknownValue('date $(now)'), 'date $(now)'],
  ])('%j is shown as %j', (text, shown) => {
    expect(showUnknown(text)).toBe(shown)
  })

  it('does not come from outside: its two marks are replaced in what is read', () => {
    expect(withoutMarks(`a ${A} b`)).toBe('a \uFFFDA\uFFFD b')
  })
})
