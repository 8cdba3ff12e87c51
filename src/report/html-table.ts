import { html, type Markup } from './markup.ts'

/** A cell that names its column, for narrow screens on which the head is gone. */
export function cell(label: string, content: string | Markup): Markup {
  return html`<td data-label="${label}">${content}</td>`
}

/** The head of a table, one column for each text. */
export function columnHeads(texts: readonly string[]): Markup {
  return html`<thead><tr>${texts.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>`
}
