import { nameAt, WordFault } from './expand.ts'
import { isSpace } from './spaces.ts'

/**
 * The words of an instruction's text in which BuildKit looks for here-documents. It splits them while expanding, with
 * no variable set, and the result of a substitution is split too. Throws `WordFault` where BuildKit gives up; it then
 * finds no here-document in the text.
 */
export function heredocWords(text: string): string[] {
  return new Splitter(text, { quotes: true, escapes: true }).words()
}

/**
 * The name after `<<`, and whether the text below it is expanded; undefined if it is not a single word. Throws
 * `WordFault` if BuildKit refuses the file.
 */
export function heredocName(written: string): { name: string; expands: boolean } | undefined {
  const plain = new Splitter(written, { quotes: false, escapes: false }).words()
  const [name] = plain
  if (name === undefined || plain.length !== 1) return undefined
  const [quoted = '', ...more] = new Splitter(written, { quotes: true, escapes: false }).words()
  if (more.length > 0) throw new WordFault('the name of a here-document is ambiguous')
  return { name, expands: quotesIn(name) === quotesIn(quoted) }
}

const quotesIn = (text: string) => text.replaceAll(/[^'"]/g, '').length

/** What is kept of a text as written. */
interface Kept {
  quotes: boolean
  escapes: boolean
}

/**
 * BuildKit's shell words, with no variable set and the backslash as escape. One buffer holds the current word, also for
 * words inside `${...}`, which end it.
 */
class Splitter {
  readonly #text: string
  readonly #kept: Kept
  #position = 0
  #depth = 0
  #buffer = ''

  constructor(text: string, kept: Kept) {
    this.#text = text
    this.#kept = { ...kept }
  }

  words(): string[] {
    return this.#until(undefined, this.#kept.escapes).words
  }

  #until(stop: string | undefined, escapes: boolean): { whole: string; words: string[] } {
    const before = this.#kept.escapes
    this.#kept.escapes = escapes
    this.#buffer = ''
    const words: string[] = []
    let whole = ''
    const end = () => {
      if (this.#buffer !== '') words.push(this.#buffer)
      this.#buffer = ''
      this.#kept.escapes = before
      return { whole, words }
    }
    const raw = (part: string) => {
      this.#buffer += part
    }
    const split = (part: string) => {
      for (const character of part)
        if (!isSpace(character)) raw(character)
        else if (this.#buffer !== '') {
          words.push(this.#buffer)
          this.#buffer = ''
        }
    }
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (next === stop) {
        this.#position++
        return end()
      }
      if (next === '$') {
        const part = this.#dollar()
        whole += part
        split(part)
      } else if (next === "'" || next === '"') {
        const part = next === "'" ? this.#singleQuoted() : this.#doubleQuoted()
        whole += part
        raw(part)
      } else whole += this.#plain(raw, split)
    }
    if (stop !== undefined) throw new WordFault(`${stop} is missing`)
    return end()
  }

  /** One character, or two where the first escapes the second. */
  #plain(raw: (part: string) => void, split: (part: string) => void): string {
    const character = this.#next() ?? ''
    if (character !== '\\') {
      split(character)
      return character
    }
    const kept = this.#kept.escapes ? character : ''
    if (kept !== '') raw(kept)
    const escaped = this.#next()
    if (escaped !== undefined) raw(escaped)
    return kept + (escaped ?? '')
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#position + 1)
    if (end === -1) throw new WordFault('a single quote is opened and never closed')
    const inside = this.#text.slice(this.#position + 1, end)
    this.#position = end + 1
    return this.#kept.quotes ? `'${inside}'` : inside
  }

  #doubleQuoted(): string {
    const quote = this.#kept.quotes ? '"' : ''
    let result = quote
    this.#position++
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (next === '$') {
        result += this.#dollar()
        continue
      }
      this.#position++
      if (next === '"') return result + quote
      if (next !== '\\') {
        result += next
        continue
      }
      if (this.#kept.escapes) result += next
      const after = this.#peek()
      if (after !== undefined && ['"', '$', '\\'].includes(after)) {
        result += after
        this.#position++
      } else if (after !== undefined) result += next
    }
    throw new WordFault('a double quote is opened and never closed')
  }

  #dollar(): string {
    this.#position++
    if (this.#peek() !== '{') return `$${this.#name()}`
    this.#position++
    if (++this.#depth > 1_000) throw new WordFault('too many variables are nested')
    const first = this.#peek()
    if (first === undefined || '{}:'.includes(first)) throw new WordFault('a substitution has no name')
    const substituted = this.#substituted(this.#name())
    this.#depth--
    return substituted
  }

  #substituted(name: string): string {
    const operator = this.#next() ?? ''
    if (operator === '}') return `\${${name}}`
    if (operator === '/') {
      if (this.#peek() === '/') this.#position++
      const pattern = this.#until('/', true).whole
      return `\${${name}/${pattern}/${this.#until('}', true).whole}}`
    }
    const second = operator === ':' ? (this.#next() ?? '') : ''
    const last = operator === ':' ? second : operator
    const isPattern = last === '#' || last === '%'
    if (operator === ':' ? isPattern : operator === '' || !'+-?#%'.includes(operator))
      throw new WordFault(`BuildKit does not support this substitution of ${name}`)
    return `\${${name}${operator}${second}${this.#until('}', isPattern).whole}}`
  }

  #name(): string {
    const name = nameAt(this.#text, this.#position)
    this.#position += name.length
    return name
  }

  #peek(): string | undefined {
    return this.#text[this.#position]
  }

  #next(): string | undefined {
    return this.#text[this.#position++]
  }
}
