import { html, type Markup } from './markup.ts'

/** A cell that names its column, for narrow screens without a table head. */
export function cell(label: string, content: string | Markup): Markup {
  return html`<td data-label="${label}">${content}</td>`
}

/** Text for a narrow column: a long name may be broken after its dots and slashes, and an option is never separated from its dashes. */
export function breakable(text: string): Markup {
  return html`${text.split(/( +)/).map((word) => {
    if (/^--[a-z][\w=-]{0,24}[.,;]?$/.test(word)) return html`<span class="whole">${word}</span>`
    return word.length < 20
      ? word
      : word.split(/(?<=[./])(?=.)/).map((part, position) => html`${position > 0 && html`<wbr>`}${part}`)
  })}`
}

/** The head of a table, one column for each text. */
export function columnHeads(texts: readonly string[]): Markup {
  return html`<thead><tr>${texts.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>`
}
