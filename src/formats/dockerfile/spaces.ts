// BuildKit has three ideas of white space, and JavaScript a fourth: a word that is split otherwise is another image.

const everywhere = '\\t\\n\\v\\f\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000'
const leading = new RegExp(`^[${everywhere}]+`)
const single = new RegExp(`^[${everywhere}]$`)

/** True for a character that is white space in any writing, as Go's `unicode.IsSpace` has it. */
export function isSpace(character: string): boolean {
  return single.test(character)
}

/** A text without white space at its beginning. */
export function trimStart(text: string): string {
  return text.replace(leading, '')
}

/** A text without white space at both ends, as Go's `strings.TrimSpace` has it. */
export function trim(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text[end - 1] ?? '')) end--
  return trimStart(text.slice(0, end))
}

/** Splits where BuildKit splits arguments: at white space of ASCII, and at no other. */
export function splitArguments(text: string): string[] {
  const trimmed = trim(text)
  return trimmed === '' ? [] : trimmed.split(/[\t\v\f\r ]+/)
}
