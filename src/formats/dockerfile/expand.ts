import { isUnknown, isWhollyUnknown, unknownValue } from '../unknown-value.ts'

/**
 * The value of a variable: a text; undefined if it is not set; `unknown` if its value is unknown here; `blank` if it is
 * declared without one.
 */
export type Variable = string | undefined | typeof unknown | typeof blank
export const unknown = Symbol('a value that only the builder knows')
/** Empty rather than unset for the builder, if the call gives it no value. */
export const blank = Symbol('declared without a value')

/** Variables as an instruction sees them. */
export type Lookup = (name: string) => Variable

/** A word that BuildKit would refuse: an unclosed quote or brace, an unknown substitution. */
export class WordFault extends Error {}

/** The limit on nested `${...}`, above what anybody writes. */
const deepest = 40

/** The limit on a pattern's matching steps: its length for each character, and for a replacement that for each starting character. */
const mostSteps = 5_000_000

const [digit, letter, inName] = [/^\p{Nd}$/u, /^[\p{L}_]$/u, /^[\p{L}\p{Nd}_]$/u]

/** The variable name at a position in a text: a number, one of the shell's special parameters, or letters; empty if none starts there. */
export function nameAt(text: string, position: number): string {
  const first = characterAt(text, position)
  if ('@*#?-$!'.includes(first)) return first
  const [begins, goesOn] = digit.test(first) ? [digit, digit] : [letter, inName]
  if (!begins.test(first)) return ''
  let end = position + first.length
  for (let next = characterAt(text, end); goesOn.test(next); next = characterAt(text, end)) end += next.length
  return text.slice(position, end)
}

/** Empty past the end. */
function characterAt(text: string, position: number): string {
  const code = text.codePointAt(position)
  return code === undefined ? '' : String.fromCodePoint(code)
}

/**
 * A word as BuildKit expands it: quotes and escapes are removed, `$NAME` and `${NAME}` expanded, with the operators - + ? # ## % %% / //.
 * A plain variable that is not set counts as unknown, because the base image or the call can set it; with an operator it counts as not set.
 * Throws `WordFault`.
 */
export function expandWord(word: string, lookup: Lookup, escape: string = '\\'): string {
  return new Expansion(word, lookup, escape).whole()
}

class Expansion {
  readonly #text: string
  readonly #lookup: Lookup
  readonly #escape: string
  #position = 0
  #depth = 0

  constructor(text: string, lookup: Lookup, escape: string) {
    this.#text = text
    this.#lookup = lookup
    this.#escape = escape
  }

  whole(): string {
    return this.#until('', false)
  }

  /** Reads up to and including a character, or to the end without one. `raw` keeps escapes, as patterns need them. */
  #until(stop: string, raw: boolean): string {
    let result = ''
    while (this.#position < this.#text.length) {
      const next = this.#text[this.#position] ?? ''
      if (next === stop) {
        this.#position++
        return result
      }
      if (next === "'") result += this.#singleQuoted()
      else if (next === '"') result += this.#doubleQuoted(raw)
      else if (next === '$') result += this.#dollar()
      else {
        this.#position++
        if (next !== this.#escape) {
          result += next
          continue
        }
        if (raw) result += next
        result += this.#text[this.#position++] ?? ''
      }
    }
    if (stop !== '') throw new WordFault(`${stop} is missing`)
    return result
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#position + 1)
    if (end === -1) throw new WordFault('a single quote is not closed')
    const inside = this.#text.slice(this.#position + 1, end)
    this.#position = end + 1
    return inside
  }

  #doubleQuoted(raw: boolean): string {
    let result = ''
    this.#position++
    while (this.#position < this.#text.length) {
      const next = this.#text[this.#position] ?? ''
      if (next === '"') {
        this.#position++
        return result
      }
      if (next === '$') {
        result += this.#dollar()
        continue
      }
      this.#position++
      const after = this.#text[this.#position] ?? ''
      if (next !== this.#escape) result += next
      else if (after !== '' && ['"', '$', this.#escape].includes(after)) {
        result += raw ? next + after : after
        this.#position++
      } else if (after !== '') result += next
    }
    throw new WordFault('a double quote is not closed')
  }

  #dollar(): string {
    this.#position++
    if (this.#text[this.#position] !== '{') {
      const name = this.#name()
      return name === '' ? '$' : this.#plain(name)
    }
    if (++this.#depth > deepest) throw new WordFault(`more than ${deepest} variables are nested`)
    this.#position++
    const name = this.#name()
    if (name === '') throw new WordFault('a substitution has no name')
    const value = this.#substituted(name)
    this.#depth--
    return value
  }

  #plain(name: string): string {
    const value = this.#lookup(name)
    return typeof value === 'string' ? value : unknownValue(name)
  }

  #substituted(name: string): string {
    let operator = this.#text[this.#position++] ?? ''
    if (operator === '}') return this.#plain(name)
    const colon = operator === ':'
    if (colon) operator = this.#text[this.#position++] ?? ''
    if (operator === '/' && !colon) return this.#replaced(name)
    const isPattern = operator === '#' || operator === '%'
    if (!'-+?#%'.includes(operator) || operator === '' || (colon && isPattern))
      throw new WordFault(`BuildKit does not support this substitution of ${name}`)
    const word = this.#until('}', isPattern)
    const found = this.#lookup(name)
    if (found === unknown || (found === blank && !colon)) return unknownValue(name)
    const value = found === blank ? undefined : found
    // A value with an unknown part is certainly not empty if it also has a known part.
    if (value !== undefined && (isPattern || (colon && isWhollyUnknown(value))) && isUnknown(value))
      return unknownValue(name)
    if (isPattern)
      return value === undefined || value.length * word.length > mostSteps
        ? unknownValue(name)
        : trimmed(value, operator, word)
    const isSet = value !== undefined && !(colon && value === '')
    if (operator === '-') return isSet ? value : word
    if (operator === '+') return isSet ? word : ''
    return isSet ? value : unknownValue(name)
  }

  #replaced(name: string): string {
    const all = this.#text[this.#position] === '/'
    if (all) this.#position++
    const pattern = this.#until('/', true)
    const replacement = this.#until('}', true)
    const value = this.#lookup(name)
    if (typeof value !== 'string' || isUnknown(value) || value.length ** 2 * pattern.length > mostSteps)
      return unknownValue(name)
    // BuildKit treats these specially: groups of a regular expression, and the empty text between two characters.
    if (replacement.includes('$') || /^\**$/.test(pattern)) return unknownValue(name)
    return replaceIn(value, pattern, replacement, all)
  }

  /** A name, a number, or one of the shell's special parameters. */
  #name(): string {
    const name = nameAt(this.#text, this.#position)
    this.#position += name.length
    return name
  }
}

function trimmed(value: string, operator: string, word: string): string {
  const isLongest = word.startsWith(operator)
  const parts = patternParts(isLongest ? word.slice(1) : word)
  const lengths =
    operator === '#' ? fittingLengths(parts, [...value]) : fittingLengths(parts.toReversed(), [...value].toReversed())
  const length = isLongest ? lengths.at(-1) : lengths[0]
  if (length === undefined) return value
  const characters = [...value]
  return (operator === '#' ? characters.slice(length) : characters.slice(0, characters.length - length)).join('')
}

function replaceIn(value: string, pattern: string, replacement: string, all: boolean): string {
  const parts = patternParts(pattern)
  const characters = [...value]
  let result = ''
  let position = 0
  while (position < characters.length) {
    const length = fittingLengths(parts, characters.slice(position)).at(-1) ?? 0
    if (length === 0) {
      result += characters[position++] ?? ''
      continue
    }
    result += replacement
    position += length
    if (!all) break
  }
  return result + characters.slice(position).join('')
}

/** A shell pattern as its characters; escaped `*` and `?` are literal. */
function patternParts(pattern: string): string[] {
  const parts: string[] = []
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? ''
    if (character === '\\') parts.push(`\\${pattern[++index] ?? ''}`)
    else parts.push(character)
  }
  return parts
}

/** The lengths of the prefixes that match a whole pattern, in ascending order. The work is bounded by the product of the two lengths. */
function fittingLengths(parts: readonly string[], characters: readonly string[]): number[] {
  const lengths: number[] = []
  const behindStars = (places: Set<number>) => {
    for (const place of places) if (parts[place] === '*') places.add(place + 1)
    return places
  }
  let open = behindStars(new Set([0]))
  for (let length = 0; open.size > 0; length++) {
    if (open.has(parts.length)) lengths.push(length)
    const character = characters[length]
    if (character === undefined) break
    const next = new Set<number>()
    for (const place of open) {
      const part = parts[place]
      if (part === '*') next.add(place)
      else if (part === '?' || part === character || part === `\\${character}`) next.add(place + 1)
    }
    open = behindStars(next)
  }
  return lengths
}

/** Variables of the stages that a stage can start from: if these differ, the value is unknown. */
export function agreed(maps: ReadonlyArray<ReadonlyMap<string, Variable>>): Map<string, Variable> {
  const [only] = maps
  if (only !== undefined && maps.length === 1) return new Map(only)
  const names = new Set(maps.flatMap((map) => [...map.keys()]))
  return new Map(
    [...names].map((name) => {
      const values = new Set(maps.map((map) => map.get(name)))
      return [name, values.size === 1 ? [...values][0] : unknown]
    }),
  )
}
