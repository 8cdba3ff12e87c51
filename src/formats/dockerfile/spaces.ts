// BuildKit has three definitions of white space, and JavaScript a fourth: a word that is split differently is a different image.

const everywhere = '\\t\\n\\v\\f\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000'
const leading = new RegExp(`^[${everywhere}]+`)
const single = new RegExp(`^[${everywhere}]$`)

/** Whether a character is Unicode white space, as in Go's `unicode.IsSpace`. */
export function isSpace(character: string): boolean {
  return single.test(character)
}

/** A text without leading white space. */
export function trimStart(text: string): string {
  return text.replace(leading, '')
}

/** A text without leading and trailing white space, as in Go's `strings.TrimSpace`. */
export function trim(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text[end - 1] ?? '')) end--
  return trimStart(text.slice(0, end))
}

/** Splits where BuildKit splits arguments: at ASCII white space only. */
export function splitArguments(text: string): string[] {
  const trimmed = trim(text)
  return trimmed === '' ? [] : trimmed.split(/[\t\v\f\r ]+/)
}
