import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from '../src/settings.ts'

test('everything has a default', () => {
  assert.deepEqual(readSettings({ PORT: '' }), { port: 3000, logLevel: 'info', flagsLimit: 10_000 })
})

test('variables are read', () => {
  assert.deepEqual(readSettings({ PORT: '8080', LOG_LEVEL: 'debug', FLAGS_LIMIT: '5' }), {
    port: 8080,
    logLevel: 'debug',
    flagsLimit: 5,
  })
})

for (const [name, value] of [
  ['PORT', '0'],
  ['PORT', '8e3'],
  ['PORT', '65536'],
  ['FLAGS_LIMIT', '-1'],
  ['LOG_LEVEL', 'loud'],
] as const) {
  test(`${name}=${value} is refused by name`, () => {
    assert.throws(() => readSettings({ [name]: value }), new RegExp(`^Error: ${name} is "${value}"; wanted `))
  })
}
