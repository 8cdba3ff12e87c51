import { unknownValue } from '../../../formats/unknown-value.ts'
import { textOf, type Placed } from '../placed.ts'

/** Variables with a known value; any other may be set where the file is used. */
export type Variables = ReadonlyMap<string, string>

/** Limits on the nesting of `${...}` and the length of a default, above what anybody writes. */
const deepest = 40
const longestDefault = 2_000

/**
 * A value with every variable filled in, as Compose does it; keys are left alone. A variable with neither a value nor a
 * default is marked as unknown.
 */
export function interpolated(placed: Placed, known: Variables): Placed {
  const { value } = placed
  if (typeof value === 'string') {
    return value.includes('$') ? { ...placed, value: interpolateText(value, known), written: value } : placed
  }
  if (Array.isArray(value)) return { ...placed, value: value.map((item) => interpolated(item, known)) }
  if (!(value instanceof Map)) return placed
  return { ...placed, value: new Map([...value].map(([key, inner]) => [key, interpolated(inner, known)])) }
}

/** A text as the file itself states it: its own defaults count, values from an environment file do not. */
export function ownText(placed: Placed): string {
  return placed.written === undefined ? textOf(placed) : interpolateText(placed.written, new Map())
}

/** `$NAME`, `${NAME}` with the operators :- - :+ + :? ?, `$$` for a dollar. Anything else is left as written. */
export function interpolateText(text: string, known: Variables): string {
  return filled(text, known, 0)
}

function filled(text: string, known: Variables, depth: number): string {
  let result = ''
  let behind = 0
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$', behind)) {
    result += text.slice(behind, at)
    const { value, end } = variableAt(text, at, known, depth)
    result += value
    behind = end
  }
  return result + text.slice(behind)
}

const bareName = /[a-z_][a-z0-9_]*/iy
const bracedName = /([a-z_][a-z0-9_]*)(:?[-+?])?/iy

function variableAt(text: string, at: number, known: Variables, depth: number): { value: string; end: number } {
  if (text[at + 1] === '$') return { value: '$', end: at + 2 }
  if (text[at + 1] !== '{') {
    bareName.lastIndex = at + 1
    const name = bareName.exec(text)?.[0]
    return name === undefined
      ? { value: '$', end: at + 1 }
      : { value: known.get(name) ?? unknownValue(name), end: at + 1 + name.length }
  }
  bracedName.lastIndex = at + 2
  const [whole = '', name = '', operator] = bracedName.exec(text) ?? []
  const from = at + 2 + whole.length
  const close = operator === undefined || depth > deepest ? from : closing(text, from)
  if (name === '' || text[close] !== '}') return { value: '${', end: at + 2 }
  const value = known.get(name)
  const word = () => filled(text.slice(from, close), known, depth + 1)
  return {
    value: operator === undefined ? (value ?? unknownValue(name)) : decided(operator, name, value, word),
    end: close + 1,
  }
}

function decided(operator: string, name: string, value: string | undefined, word: () => string): string {
  const isSet = value !== undefined && !(operator.startsWith(':') && value === '')
  if (operator.endsWith('-')) return isSet ? value : word()
  // The variable may be set where the file is used: then the word applies, and its value is unknown here.
  if (operator.endsWith('+')) return isSet ? word() : (value ?? unknownValue(name))
  return isSet ? value : unknownValue(name)
}

/** The closing brace for the one before `from`. */
function closing(text: string, from: number): number {
  let open = 1
  for (let index = from; index < Math.min(text.length, from + longestDefault); index++) {
    if (text[index] === '{') open++
    else if (text[index] === '}' && --open === 0) return index
  }
  return -1
}
