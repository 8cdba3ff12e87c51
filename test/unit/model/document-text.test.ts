import { expect, it } from 'vitest'
import { documentText } from '../../../src/model/index.ts'

it('indents a document that people read', () => {
  expect(documentText({ name: 'web', sizes: [1] })).toBe('{\n  "name": "web",\n  "sizes": [\n    1\n  ]\n}\n')
})

it('writes one of millions of characters without blanks, and the same values', () => {
  const document = { names: Array.from({ length: 400_000 }, (_, at) => `a package of number ${at}`) }
  const text = documentText(document)
  expect(text.slice(0, 40)).toBe('{"names":["a package of number 0","a pac')
  expect(text.endsWith('"]}\n')).toBe(true)
  expect(JSON.parse(text)).toEqual(document)
})
