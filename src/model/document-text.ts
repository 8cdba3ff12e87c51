/** In characters: what an editor still opens easily. The largest SBOM of an ordinary image is a quarter of this. */
const readable = 8_000_000

/**
 * A document as JSON text with a trailing newline: indented for people; a very long one, which only programs read,
 * without white space, which would be a third of its size and of the time and memory to write it.
 */
export function documentText(document: object): string {
  const dense = JSON.stringify(document)
  // Joined, because V8 would copy a concatenated text on first use, when it may have long been in memory twice.
  return [dense.length > readable ? dense : JSON.stringify(document, null, 2), '\n'].join('')
}

/** The same for a document whose direct lists are given as the texts of their parts: entries with commas between them. */
export function documentTextInParts(document: object, lists: ReadonlyMap<string, readonly string[]>): string {
  const pieces: string[] = []
  for (const [key, value] of Object.entries(document)) {
    if (value === undefined) continue
    pieces.push(`${pieces.length === 0 ? '{' : ','}${JSON.stringify(key)}:`)
    const parts = lists.get(key)
    if (parts === undefined) pieces.push(JSON.stringify(value))
    else pieces.push('[', ...parts.flatMap((part, index) => (index === 0 ? [part] : [',', part])), ']')
  }
  const dense = [...pieces, pieces.length === 0 ? '{}\n' : '}\n'].join('')
  return dense.length > readable + 1 ? dense : documentText(JSON.parse(dense) as object)
}
