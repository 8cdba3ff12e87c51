import { Document } from 'yaml'
import { printable } from '../model/printable.ts'

/** Longest comment line. */
const width = 140

/** YAML documents in one file, after a comment for the reader. */
export function yamlFile(comment: string, ...documents: readonly unknown[]): string {
  const written = documents.map((content) =>
    new Document(content, { aliasDuplicateObjects: false }).toString({ lineWidth: 0, singleQuote: false }),
  )
  return `${commentLines(comment)}${written.join('---\n')}`
}

/** A text as comment lines, wrapped: what it has from a source ends no comment. */
function commentLines(text: string): string {
  const lines: string[] = []
  for (const word of printable(text, Infinity).split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(`# ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => `${line}\n`).join('')
}
