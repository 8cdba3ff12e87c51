import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keysAndDepth } from '../../../src/model/duplicate-key.ts'
import { runs } from '../runs.ts'

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

/** With a set for each object, and the parser of strings itself. */
function simple(json: string): string | undefined {
  const open: Array<Set<string> | undefined> = []
  let wanted = false
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    if (token.startsWith('"') && wanted) {
      const key = JSON.parse(token) as string
      if (open.at(-1)?.has(key) === true) return key
      open.at(-1)?.add(key)
    }
    wanted = token === '{' || (token === ',' && open.at(-1) !== undefined)
  }
  return undefined
}

describe('many objects', () => {
  const key = fc.constantFrom('"a"', '"b"', '"ab"', '"\\u0061"', '"a\\\\b"', '"a\\b"', '"\\\\b"', '""', '"c"', '"d"')
  const json = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('1', '"a"', '"{\\"a\\":1}"'),
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 4 })
        .map((members) => `{${members.map(([name, value]) => `${name} : ${value}`).join(',')}}`),
      fc.array(tie('value'), { maxLength: 6 }).map((values) => `[${values.join(', ')}]`),
    ),
  })).value

  it('answers as one set for each object would', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 20 }), (values) => {
        const text = `[${values.join(',')}]`
        expect(duplicateKey(text)).toBe(simple(text))
      }),
      { numRuns: runs(1_000) },
    )
  })

  it.each([
    [
      'with more keys than are compared',
      () => Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, 0])),
    ],
    ['that all begin differently', () => Array.from({ length: 20_000 }, (_, index) => ({ [`k${index}`]: 0, a: 0 }))],
  ])('finds one key twice in objects %s', (_, make) => {
    const text = JSON.stringify({ first: make(), second: make() })
    expect(duplicateKey(text)).toBeUndefined()
    for (const name of ['k0', 'k7', 'k60', 'k199'])
      expect(duplicateKey(text.replace(new RegExp(`("${name}":0)(?!.*"${name}")`), `$1,"${name}":1`))).toBe(name)
  })
})
