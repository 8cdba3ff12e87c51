import * as fc from 'fast-check'
import { parse, stringify } from 'yaml'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../src/model/errors.ts'
import { printable } from '../../src/model/printable.ts'
import { runs } from './runs.ts'

/** A reader of a text that somebody else wrote, with texts that it reads. */
export interface ForeignReader {
  name: string
  seeds: readonly string[]
  /** Gives what it reads, or throws a `DeliveryError`. */
  read: (text: string) => unknown
}

/** Enough for the slowest reader of a text of a megabyte on a busy machine: what takes longer does not end. */
const mostSeconds = 20

/** An error is read by people: longer ones repeat what they were given. */
const longestError = 120_000

/** What comes of a text is at most so many times as long, and for a short one this long. */
const mostGrowth = { times: 40, least: 400_000 }

/** Holds each reader to one law: whatever the text, it gives a bounded answer or its own error, soon, and changes nothing that others see. */
export function holdReaders(readers: readonly ForeignReader[]): void {
  describe.each(readers)('$name', ({ seeds, read }) => {
    it('reads what it is for', () => {
      for (const seed of seeds) expect(() => read(seed)).not.toThrow()
    })

    it('answers anything else with a bounded answer or its own error, in time', async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...seeds).chain(damaged), async (text) => await answers(read, text)),
        { numRuns: runs(15), endOnFailure: true, ...(runs(1) > 1 ? {} : { seed: 7 }) },
      )
    })
  })
}

async function answers(read: ForeignReader['read'], text: string): Promise<void> {
  const started = performance.now()
  const { value, error } = await outcome(read, text)
  const seconds = (performance.now() - started) / 1000
  const fail = (what: string) => {
    throw new Error(`${printable(text, 300)}, ${text.length} characters, ${what}`, { cause: error })
  }
  if (error !== undefined && !(error instanceof DeliveryError)) fail('ends a reader')
  if (error instanceof DeliveryError && error.message.length + error.hint.length > longestError)
    fail(`gives an error of ${error.message.length} characters`)
  if (seconds > mostSeconds) fail(`took ${seconds} s`)
  const size = sizeOf(value)
  if (size > Math.max(mostGrowth.least, mostGrowth.times * text.length)) fail(`became ${size}`)
  if ('polluted' in {}) fail('changed the prototype of every object')
}

async function outcome(read: ForeignReader['read'], text: string): Promise<{ value?: unknown; error?: unknown }> {
  try {
    return { value: await read(text) }
  } catch (error) {
    return { error: error ?? new Error('nothing was thrown') }
  }
}

/** Characters of texts, keys and numbers in a value, wherever they are. What is shared counts each time: so it is written out in a report. */
function sizeOf(value: unknown, depth: number = 0): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null || depth > 200) return 8
  let size = 0
  const entries =
    value instanceof Map ? value.entries() : value instanceof Set ? value.entries() : Object.entries(value)
  for (const [key, inner] of entries) size += String(key).length + sizeOf(inner, depth + 1)
  return size
}

const long = 1_000_000

/** Marks for what JSON.stringify does not write; they are exchanged in its text, each once: some are long. */
const written: Readonly<Record<string, string>> = {
  'mark:huge': '1e999',
  'mark:large': '123456789012345678901234567890',
  'mark:minus': '-0',
  'mark:tiny': '-1e-400',
  'mark:surrogate': '"\\ud800"',
  'mark:deep': `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  'mark:deeper': `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`,
}

/** Values of every other kind than the one that was there. */
const strange: ReadonlyArray<() => unknown> = [
  ...plainly(null, true, false, 0, -1, 1.5, Number.MAX_SAFE_INTEGER, '', ' ', '0', 'null', '__proto__', 'constructor'),
  ...plainly([], {}, [[]], [null], { '': '' }, ['a', 1, {}], { length: 1e9 }, { toString: 1 }, 'toString', 'length'),
  ...plainly('\0', '\u202E', '\uD800', '\uFEFF', '\uE000x\uE001', '\u001B[2J', '\r\n', '::error::x', '../../x', '-rf'),
  ...plainly('2026-99-99', '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00.001Z', 1e15, -8_640_000_000_001, '1e999'),
  ...plainly(
    'http://',
    'https://[',
    'data:,',
    'sha256:',
    '${X}',
    '${X:-${Y}}',
    '*',
    '%',
    '(',
    '\\',
    'pkg:a/b@%',
    '!!js',
  ),
  ...plainly(...Object.keys(written)),
  // Only few of the cases have these, which are last: they cost more.
  () => 'x'.repeat(long),
  () => '('.repeat(50_000),
  () => 'a-'.repeat(50_000),
  () => ' '.repeat(100_000),
  () => `${'a@'.repeat(20_000)}\n`,
  () => Array.from({ length: 20_000 }, (_, index) => index),
  () => Array.from({ length: 5_000 }, () => ({ id: 'x' })),
  () => Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index])),
]

function plainly(...values: unknown[]): Array<() => unknown> {
  return values.map((value) => () => structuredClone(value))
}

const step = fc.record({
  what: fc.constantFrom('remove', 'replace', 'replace', 'replace', 'twice', 'proto', 'add', 'swap', 'repeat'),
  where: fc.nat(),
  other: fc.nat(),
  value: fc.oneof(
    { weight: 6, arbitrary: fc.nat(strange.length - 9) },
    { weight: 1, arbitrary: fc.nat(strange.length - 1) },
  ),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A text that was whole, with some of it changed: as a document, where it is one, or as characters. */
function damaged(seed: string): fc.Arbitrary<string> {
  const document = documentOf(seed)
  const asCharacters = fc
    .array(characterStep, { minLength: 1, maxLength: 3 })
    .map((steps) => steps.reduce(changeCharacters, seed))
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.json(),
    fc.constantFrom(...Object.values(written)),
  )
  if (document === undefined)
    return fc.oneof({ weight: 9, arbitrary: asCharacters }, { weight: 1, arbitrary: anything })
  const asDocument = fc
    .tuple(fc.array(step, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([steps, block]) => changeDocument(document, steps, block))
  return fc.oneof(
    { weight: 6, arbitrary: asDocument },
    { weight: 3, arbitrary: asCharacters },
    { weight: 1, arbitrary: anything },
  )
}

interface Seed {
  value: unknown
  isYaml: boolean
}

function documentOf(text: string): Seed | undefined {
  try {
    return { value: JSON.parse(text) as unknown, isYaml: false }
  } catch {
    try {
      const value = parse(text) as unknown
      return typeof value === 'object' && value !== null ? { value, isYaml: true } : undefined
    } catch {
      return undefined
    }
  }
}

/** Every list and map of a document. */
function holders(value: unknown, found: object[] = []): object[] {
  if (typeof value !== 'object' || value === null) return found
  found.push(value)
  for (const inner of Object.values(value)) holders(inner, found)
  return found
}

function changeDocument({ value, isYaml }: Seed, steps: readonly Step[], block: boolean): string {
  const document = { top: structuredClone(value) }
  for (const one of steps) if (sizeOf(document) < long) changeOne(document, one)
  const text =
    isYaml && block ? stringify(document.top, { aliasDuplicateObjects: false }) : JSON.stringify(document.top)
  return Object.entries(written).reduce(
    (whole, [mark, instead]) => whole.replace(isYaml && block ? mark : `"${mark}"`, () => instead),
    (text ?? '').replaceAll('"twice:', '"').replaceAll('proto:', '__proto__'),
  )
}

function changeOne(document: object, { what, where, other, value }: Step): void {
  const all = holders(document)
  const holder = all[where % all.length] as Record<string, unknown>
  const keys = Object.keys(holder)
  const key = keys[other % Math.max(1, keys.length)] ?? 'key'
  const instead = strange[value]?.()
  if (what === 'remove') delete holder[key]
  else if (what === 'twice') holder[`twice:${key}`] = instead
  else if (what === 'proto') holder['proto:'] = { polluted: 1, toString: instead }
  else if (Array.isArray(holder) && (what === 'add' || key === 'length')) holder.push(instead)
  else if (what === 'add')
    holder[(typeof instead === 'string' ? instead : JSON.stringify(instead)).slice(0, 50)] = instead
  else if (what === 'swap') holder[key] = structuredClone(all[other % all.length])
  else if (what === 'repeat')
    holder[key] = Array.from(
      { length: Math.min(300, Math.ceil((3 * long) / (1 + sizeOf(holder[key])))) },
      () => holder[key],
    )
  else holder[key] = instead
}

const characterStep = fc.record({
  what: fc.constantFrom('cut', 'remove', 'insert', 'repeat', 'insert'),
  where: fc.nat(),
  length: fc.nat(200),
  piece: fc.oneof(
    {
      weight: 9,
      arbitrary: fc.constantFrom(
        '\0',
        '\uD800',
        '\uDC00',
        '\uFEFF',
        '\uFFFD',
        '\u2028',
        '\r',
        '\n',
        '\t',
        '"',
        "'",
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '#',
        '&a ',
        '*a',
        '<<: ',
        '---\n',
        '%',
        '$',
        '${',
        '__proto__',
        '\u001B[',
        '-',
        '=',
        '@',
        '!!js/function ',
        '1e999',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          'x',
          ' ',
          '\n',
          '(',
          '[',
          '{"a":',
          '- ',
          '\\\n',
          '"',
          '$',
          '${a:-',
          ':',
          '@',
          '&a [*a,*a],',
          '/',
          '\t',
        )
        .map((one) => one.repeat(one.length > 2 ? 5_000 : 60_000)),
    },
  ),
})
type CharacterStep = typeof characterStep extends fc.Arbitrary<infer T> ? T : never

function changeCharacters(text: string, { what, where, length, piece }: CharacterStep): string {
  const place = where % (text.length + 1)
  if (what === 'cut') return text.slice(0, place)
  if (what === 'remove') return text.slice(0, place) + text.slice(place + length)
  if (what === 'repeat') return text.slice(0, place) + text.slice(place, place + length).repeat(40) + text.slice(place)
  return text.slice(0, place) + piece + text.slice(place)
}
