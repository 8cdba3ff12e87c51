/** In characters: what an editor still opens easily. The largest SBOM of an ordinary image is a quarter of this. */
const readable = 8_000_000

/**
 * A document as JSON text with a trailing newline: indented for people; a very long one, which only programs read,
 * without white space, which would be a third of its size and of the time and memory to write it.
 */
export function documentText(document: object): string {
  const dense = JSON.stringify(document)
  return `${dense.length > readable ? dense : JSON.stringify(document, null, 2)}\n`
}
