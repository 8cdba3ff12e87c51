/** HTML that is already safe: the result of an `html` template. */
export class Markup {
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  toString(): string {
    return this.#source
  }
}

/** What a template can contain: text is escaped, markup kept, lists joined, and empty values omitted. */
export type Insertable = string | number | Markup | undefined | false | readonly Insertable[]

/**
 * An HTML template in which every inserted text is escaped, in content and in attributes, which must be in double quotes.
 * Never insert text into scripts, styles or URLs: URLs go through `safeUrl` first.
 */
export function html(literals: TemplateStringsArray, ...values: Insertable[]): Markup {
  return new Markup(
    literals.reduce((source, literal, position) => `${source}${inserted(values[position - 1])}${literal}`),
  )
}

function inserted(value: Insertable): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return String(value)
  return value.map(inserted).join('')
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}
