import { expect, it } from 'vitest'
import { z } from 'zod'
import { explainIssue } from '../../../src/policy/explain-issue.ts'

function explain(schema: z.ZodType, value: unknown): string[] {
  const whole = z.strictObject({ a: schema, other: z.strictObject({ elsewhere: z.int() }).optional() })
  const document = { value: { a: value }, placeOf: () => ({ line: 1, column: 1 }) }
  const issues = whole.safeParse(document.value).error?.issues ?? []
  return issues.flatMap((issue) =>
    explainIssue(issue, document, whole).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`),
  )
}

const level = z.strictObject({ level: z.int() })
const words = (count: number) => z.enum(Array.from({ length: count }, (_, index) => `word-${index}`))
const listed = (count: number) => Array.from({ length: count }, (_, index) => `"word-${index}"`).join(', ')

it.each<[string, z.ZodType, unknown, string]>([
  ['near one of eight', words(8), 'word-0x', `one of ${listed(8)}; found the text "word-0x"; did you mean "word-0"?`],
  ['near one of nine', words(9), 'word-0x', 'a known name; found the text "word-0x"; did you mean "word-0"?'],
  ['near none of nine', words(9), 'banana', `one of ${listed(9)}; found the text "banana"`],
  ['too short', z.string().min(3), 'ab', 'at least 3 characters; found the text "ab"'],
  [
    'explained',
    z.string().min(3, 'a name: Too small ones are taken'),
    'b',
    'a name: Too small ones are taken; found the text "b"',
  ],
  ['a number as text', z.number(), '12', 'a number; found the text "12"; write it without quotes'],
  ['a whole number as text', z.int(), '12', 'a number; found the text "12"; write it without quotes'],
  ['a fraction as text', z.number(), '1.25', 'a number; found the text "1.25"; write it without quotes'],
  ['text after a number', z.number(), '12a', 'a number; found the text "12a"'],
  ['text before a number', z.number(), 'a12', 'a number; found the text "a12"'],
  ['a number as text for a switch', z.boolean(), '12', 'true or false; found the text "12"'],
  ['a number as text for another type', z.bigint(), '12', 'bigint; found the text "12"'],
  ['a word for a number', z.number(), 'yes', 'a number; found the text "yes"'],
  ['YAML 1.1', z.boolean(), 'Off', 'true or false; found the text "Off"; YAML 1.2 knows only true and false'],
  ['a word for a switch', z.boolean(), 'maybe', 'true or false; found the text "maybe"'],
  ['more than a word', z.boolean(), 'yes please', 'true or false; found the text "yes please"'],
  ['a word at the end', z.boolean(), 'oh yes', 'true or false; found the text "oh yes"'],
  ['just short enough', z.number(), 'x'.repeat(78), `a number; found the text "${'x'.repeat(78)}"`],
  ['too long to repeat', z.number(), 'x'.repeat(79), `a number; found the text "${'x'.repeat(76)}..."`],
])('a value that is %s is explained', (_what, schema, value, message) => {
  expect(explain(schema, value)).toEqual([`a: expected ${message}`])
})

it.each<[string, z.ZodType, unknown, string]>([
  ['near a known one', level, { level: 1, lvel: 2 }, 'a.lvel: unknown key; did you mean "level"?'],
  ['like no other', level, { level: 1, zzz: 2 }, 'a.zzz: unknown key; known here: level'],
  ['locked, below the top', level, { level: 1, locked: [] }, 'a.locked: unknown key; known here: level'],
  [
    'known elsewhere',
    level,
    { level: 1, elsewhere: 2 },
    'a.elsewhere: unknown key here; did you mean other.elsewhere?',
  ],
  [
    'in a record',
    z.record(z.string(), level),
    { x: { level: 1, lvel: 2 } },
    'a.x.lvel: unknown key; did you mean "level"?',
  ],
  ['in a list', z.array(level), [{ level: 1, lvel: 2 }], 'a.0.lvel: unknown key; did you mean "level"?'],
  [
    'in the variant that is a map',
    z.union([z.number(), level]),
    { level: 1, zzz: 2 },
    'a.zzz: unknown key; known here: level',
  ],
  [
    'in a variant that may be absent',
    z.union([z.number(), z.strictObject({ in: level }).optional()]),
    { in: { level: 1, zzz: 2 } },
    'a.in.zzz: unknown key; known here: ',
  ],
  [
    'in a variant that is not the first',
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('x') }),
      z.strictObject({ kind: z.literal('y'), in: level }),
    ]),
    { kind: 'y', in: { level: 1, zzz: 2 } },
    'a.in.zzz: unknown key; known here: ',
  ],
  [
    'of the wrong form, deep in the file',
    z.strictObject({ in: z.record(z.string().regex(/^x/, 'a name with an x'), z.int()) }),
    { in: { y: 1 } },
    'a.in.y: expected a name with an x; found the key "y"',
  ],
])('a key that is %s is explained', (_what, schema, value, message) => {
  expect(explain(schema, value)).toEqual([message])
})

it('every mistake in the variant that is a map is explained', () => {
  expect(explain(z.union([z.number(), level]), { level: '1', zzz: 2 })).toEqual([
    'a.level: expected a number; found the text "1"; write it without quotes',
    'a.zzz: unknown key; known here: level',
  ])
})

it('a key at the top is locked only by an organisation, and any other is not', () => {
  const schema = z.strictObject({ version: z.int() })
  const document = { value: { version: 1, locked: [], zzz: 1 }, placeOf: () => ({ line: 1, column: 1 }) }
  const [issue] = schema.safeParse(document.value).error?.issues ?? []
  expect(issue && explainIssue(issue, document, schema).map(({ message }) => message)).toEqual([
    "unknown key here; only an organisation's file locks keys (--organisation)",
    'unknown key; known here: version',
  ])
})
