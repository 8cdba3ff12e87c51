import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keysAndDepth } from '../../../src/model/duplicate-key.ts'

const duplicateKey = (json: string) => keysAndDepth(json).twice

describe('duplicateKey', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"Results":[{}],"Other":{},"Results":[]}', 'Results'],
    ['{"a":{"b":1, "c":[{"d":1},{"d":2,"d":3}]}}', 'd'],
    ['{"\\u0061":1,"a":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('finds it in %s', (json, key) => {
    expect(duplicateKey(json)).toBe(key)
  })

  it.each([
    '{}',
    '[]',
    '"a"',
    '1',
    '{"a":"a","b":"a"}',
    '{"a":{"a":1},"b":["a","a",{"a":1}]}',
    '[{"a":1},{"a":1}]',
    '{"a":"\\\\","b":"{\\"a\\":1,\\"a\\":1}"}',
  ])('finds none in %s', (json) => {
    expect(duplicateKey(json)).toBeUndefined()
  })

  it('finds none in what JSON itself writes, and the key that is then written again', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const json = JSON.stringify(value)
        const [key = ''] = Object.keys(JSON.parse(json) as object)
        expect(duplicateKey(json)).toBeUndefined()
        expect(duplicateKey(`${json.slice(0, -1)},${JSON.stringify(key)}:0}`)).toBe(key)
      }),
    )
  })
})
