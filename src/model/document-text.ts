/** In characters: what an editor still opens with ease. The largest bill of materials of an ordinary image has a quarter of it. */
const readable = 8_000_000

/**
 * A document as JSON text with a newline at its end: indented, as people read it; a very long one, which only programs read,
 * without blanks, which would be a third of its size and of the time and memory that it takes to write.
 */
export function documentText(document: object): string {
  const dense = JSON.stringify(document)
  return `${dense.length > readable ? dense : JSON.stringify(document, null, 2)}\n`
}
