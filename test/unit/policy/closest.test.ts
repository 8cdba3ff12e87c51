import { expect, it } from 'vitest'
import { closest } from '../../../src/policy/closest.ts'

const words = ['critical', 'high', 'medium', 'low', 'vulnerabilities']

it.each([
  ['critcal', 'critical'],
  ['hihg', 'high'],
  ['Medium', 'medium'],
  ['vulnerabilites', 'vulnerabilities'],
  ['lwo', 'low'],
  ['banana', undefined],
  ['', undefined],
])('the closest word to %j is %j', (word, nearest) => {
  expect(closest(word, words)).toBe(nearest)
})

it.each([
  ['one letter of two', 'ab', ['ax'], 'ax'],
  ['two letters of five', 'abcde', ['abcxy'], undefined],
  ['two letters of six', 'abcdef', ['abcdxy'], 'abcdxy'],
  ['two swapped letters, once', 'abc', ['acb'], 'acb'],
  ['two swapped letters, twice', 'abcde', ['badce'], undefined],
  ['one swapped letter that comes again', 'abcd', ['abdx'], undefined],
  ['one swapped letter that came before', 'abcd', ['abxc'], undefined],
  ['the first letter again', 'aab', ['bbb'], undefined],
  ['the nearer after the farther', 'abcdef', ['abcdxy', 'abcdex'], 'abcdex'],
  ['the first of two as near', 'abcdef', ['abcdex', 'abcdey'], 'abcdex'],
])('%s: the closest to %j of %j is %j', (_what, word, candidates, nearest) => {
  expect(closest(word, candidates)).toBe(nearest)
})
