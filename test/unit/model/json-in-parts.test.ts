import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { documentText } from '../../../src/model/index.ts'
import { readJsonInParts } from '../../../src/model/json-in-parts.ts'
import { readJson } from '../../../src/model/read-json.ts'
import { runs } from '../runs.ts'

const Form = z.looseObject({ name: z.string(), entries: z.array(z.looseObject({ id: z.string() })).optional() })

/** What happens to the whole must happen to the parts. */
const whole = (text: string) => {
  const document = readJson('trivy', text, Form)
  for (const entry of document.entries ?? []) entry.id = `${entry.id}!`
  document.name = 'changed'
  return documentText(document)
}

const inParts = (text: string) => {
  const read = readJsonInParts('trivy', text, Form, (part) => {
    for (const entry of part.entries ?? []) entry.id = `${entry.id}!`
  })
  read.document.name = 'changed'
  return read.text()
}

/** The text, or the error. */
const outcome = (task: () => string) => {
  try {
    return task()
  } catch (error) {
    return String(error)
  }
}

const document = fc
  .record({
    name: fc.string(),
    entries: fc.array(
      fc.record({ id: fc.string() }).chain((entry) => fc.jsonValue().map((more) => ({ ...entry, more }))),
    ),
    others: fc.dictionary(fc.oneof(fc.string(), fc.nat(3).map(String)), fc.jsonValue()),
  })
  .map(({ others, ...rest }) => ({ ...others, ...rest }))

describe('a document in parts', () => {
  it('has the same text as the whole, whatever is in it and however it is indented', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(0, 2), (value, indentation) => {
        const text = JSON.stringify(value, null, indentation)
        expect(inParts(text)).toBe(whole(text))
      }),
    )
  })

  it('is refused with the same words when something in it is missing, doubled or of another form', () => {
    fc.assert(
      fc.property(
        document,
        fc.nat(),
        fc.constantFrom(
          '',
          '"',
          ',',
          ',,',
          ']',
          '}',
          '[',
          '{',
          ':',
          '\\',
          '1',
          'null',
          '"id":1,',
          '],[',
          '},{',
          '"a":1,"a":2,',
        ),
        fc.nat(3),
        (value, position, inserted, removed) => {
          const text = JSON.stringify(value)
          const at = position % (text.length + 1)
          const broken = `${text.slice(0, at)}${inserted}${text.slice(at + removed)}`
          expect(outcome(() => inParts(broken))).toBe(outcome(() => whole(broken)))
        },
      ),
      { numRuns: runs(1_000) },
    )
  })

  it.each([
    '',
    ' ',
    '1',
    '"a"',
    'null',
    '[]',
    '[{"id":"a"}]',
    '{}',
    '{"name":"a"',
    '{"name":"a","entries":[',
    '{"name":"a","entries":[{"id":"a"}',
    '{"name":"a","entries":[{"id":"a"}}',
    '{"name":"a","entries":[{"id":"a"},]}',
    '{"name":"a","entries":[,]}',
    '{"name":"a","entries":[1]}',
    '{"name":"a","entries":{"id":"a"}}',
    '{"name":"a","entries":[{"id":"a","id":"b"}]}',
    '{"name":"a","entries":[],"entries":[]}',
    '{"name":"a","x":"[1,2","entries":[ ]}',
    '{"name":"a","__proto__":[1],"entries":[{"id":"a","__proto__":2}]}',
    '{"name":"a","2":[1],"1":[2,[3,{"b":[4]}]]}',
    `{"name":"a","x":${'['.repeat(600)}${']'.repeat(600)}}`,
  ])('%j: the same', (text) => {
    expect(outcome(() => inParts(text))).toBe(outcome(() => whole(text)))
  })

  describe('that is long', () => {
    const entries = Array.from({ length: 3_000 }, (_, index) => ({
      id: `${index}`,
      words: `${index} "],[{" `.repeat(8),
    }))
    const text = JSON.stringify({ entries, name: 'a', others: Array.from({ length: 30_000 }, (_, index) => [index]) })

    it('is visited part by part, each list alone and every entry once', () => {
      const parts: Array<{ entries: number; others: number }> = []
      readJsonInParts('trivy', text, Form, (part) =>
        parts.push({ entries: part.entries?.length ?? 0, others: (part['others'] as unknown[]).length }),
      )
      expect(parts.length).toBeGreaterThan(4)
      expect(parts.every((part) => part.entries === 0 || part.others === 0)).toBe(true)
      expect(parts.reduce((sum, part) => sum + part.entries, 0)).toBe(3_000)
      expect(parts.reduce((sum, part) => sum + part.others, 0)).toBe(30_000)
      expect(inParts(text)).toBe(whole(text))
    })

    it('is refused for one entry of thousands, which is named', () => {
      const broken = text.replace('{"id":"2999"', '{"id":2999')
      expect(() => inParts(broken)).toThrow('entries.2999.id')
      expect(outcome(() => inParts(broken))).toBe(outcome(() => whole(broken)))
    })

    it('is refused for a comma too many where a part ends', () => {
      for (const double of [',,', ', ,']) {
        const broken = text.replaceAll('},{"id"', `}${double}{"id"`)
        expect(outcome(() => inParts(broken))).toBe(outcome(() => whole(broken)))
      }
    })

    it('keeps its text without blanks beyond the length that people read', () => {
      const long = JSON.stringify(
        {
          name: 'a',
          entries: Array.from({ length: 90_000 }, (_, index) => ({ id: `${index}`, words: 'a'.repeat(90) })),
        },
        null,
        1,
      )
      expect(inParts(long)).toBe(whole(long))
      expect(inParts(long).slice(0, 40)).not.toContain('\n')
    })
  })
})
