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
