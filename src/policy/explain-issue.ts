import { z } from 'zod'
import { closest } from './closest.ts'
import type { PlacedDocument, Problem } from '../model/read-yaml.ts'
import { valueAt, isMergeable } from './value-at.ts'

/** One line per problem in one zod issue, in the policy's terms. */
export function explainIssue(issue: z.core.$ZodIssue, document: PlacedDocument, schema: z.ZodObject): Problem[] {
  const path = [...issue.path]
  const found = describe(valueAt(document.value, path))
  const at = (message: string, keys: PropertyKey[] = path, part: 'key' | 'value' = 'value'): Problem => ({
    ...document.placeOf(keys, part),
    path: keys,
    message,
  })

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => at(unknownKey(key, path, schema), [...path, key], 'key'))
    case 'invalid_key':
      return [
        at(
          `expected ${issue.issues[0]?.message ?? 'another key'}; found the key ${JSON.stringify(String(path.at(-1)))}`,
          path,
          'key',
        ),
      ]
    case 'invalid_value': {
      const choices = issue.values.map(String)
      const near = suggest(valueAt(document.value, path), choices)
      const wanted = !issue.message.startsWith('Invalid')
        ? issue.message
        : near !== '' && choices.length > 8
          ? 'a known name'
          : `${choices.length === 1 ? '' : 'one of '}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
      return [at(`expected ${wanted}; found ${found}${near}`)]
    }
    case 'invalid_type': {
      const wanted = issue.message.startsWith('Invalid input')
        ? (typeNames[issue.expected] ?? issue.expected)
        : issue.message
      return [at(`expected ${wanted}; found ${found}${quotesHint(issue.expected, valueAt(document.value, path))}`)]
    }
    case 'invalid_union': {
      // A map was meant as the variant that is a map, whose own problems say more.
      const meant = isMergeable(valueAt(document.value, path))
        ? issue.errors.filter(
            (option) => !option.some(({ code, path: inner }) => code === 'invalid_type' && inner.length === 0),
          )
        : []
      if (meant.length === 1)
        return meant.flatMap((option) =>
          option.flatMap((inner) => explainIssue({ ...inner, path: [...path, ...inner.path] }, document, schema)),
        )
      return [at(`expected ${issue.message}; found ${found}${quotesHint('number', valueAt(document.value, path))}`)]
    }
    case 'too_small':
    case 'too_big': {
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
      const wanted = /^Too (small|big)/.test(issue.message) ? `${bound}${countedIn[issue.origin] ?? ''}` : issue.message
      return [at(`expected ${wanted}; found ${found}`)]
    }
    default:
      return [at(`expected ${issue.message}; found ${found}`)]
  }
}

const typeNames: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

/** What a bound counts, if it counts things. */
const countedIn: Record<string, string> = { array: ' in the list', string: ' characters' }

function unknownKey(key: string, path: readonly PropertyKey[], schema: z.ZodObject): string {
  const known = keysAt(schema, path)
  const near = closest(key, known)
  if (near !== undefined) return `unknown key; did you mean ${JSON.stringify(near)}?`
  const elsewhere = Object.keys(schema.shape)
    .filter((section) => keysAt(schema, [section]).includes(key))
    .map((section) => `${section}.${key}`)
  if (elsewhere.length > 0) return `unknown key here; did you mean ${elsewhere.join(' or ')}?`
  if (key === 'locked' && path.length === 0)
    return "unknown key here; only an organisation's file locks keys (--organisation)"
  return `unknown key; known here: ${known.join(', ')}`
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodObject) {
    const [step, ...rest] = path
    if (step === undefined) return Object.keys(inner.shape)
    const next = (inner.shape as Record<PropertyKey, z.core.$ZodType>)[step]
    return next ? keysAt(next, rest) : []
  }
  if (inner instanceof z.ZodArray) return keysAt(inner.element, path.slice(1))
  if (inner instanceof z.ZodRecord) {
    if (path.length > 0) return keysAt(inner.valueType, path.slice(1))
    return inner.keyType instanceof z.ZodEnum ? inner.keyType.options.map(String) : []
  }
  return []
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap())
  return schema instanceof z.ZodUnion
    ? (schema.options.find((option) => option instanceof z.ZodObject) ?? schema)
    : schema
}

function suggest(value: unknown, choices: readonly string[]): string {
  if (typeof value !== 'string') return ''
  // The choice is a number, but the file has its digits as text.
  if (choices.includes(value)) return '; write it without quotes'
  const near = closest(value, choices)
  return near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`
}

/** `"0"` is text, not a number; nothing else would tell the author. */
function quotesHint(expected: string, value: unknown): string {
  if (typeof value !== 'string') return ''
  if (expected === 'number' && /^\d+(\.\d+)?$/.test(value)) return '; write it without quotes'
  if (expected === 'boolean' && /^(yes|no|on|off)$/i.test(value)) return '; YAML 1.2 knows only true and false'
  return ''
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'number') return `the number ${value}`
  const text = JSON.stringify(value)
  return `${typeof value === 'string' ? 'the text ' : ''}${text.length > 80 ? `${text.slice(0, 77)}..."` : text}`
}
