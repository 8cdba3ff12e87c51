import { printable } from '../../model/printable.ts'

/** Text of a source in a sentence of Markdown, on one line: it opens no tag and no link. */
export function inSentence(text: string): string {
  return printable(text, Infinity)
    .replaceAll(/<(?=[A-Za-z/!?])/g, '&lt;')
    .replaceAll('](', ']\\(')
}

/** Text of a source as code in Markdown, in a table too: it does not end by its own ticks. */
export function inCode(text: string): string {
  return `\`${printable(text, Infinity).replaceAll('`', "'")}\``
}

/** Markdown in the cell of a table, which it does not end. */
export function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')
}
