// A value that only the machine knows on which something is built or deployed stands in a text between two characters that no file has.

const [open, close] = ['\uE000', '\uE001']
const marks = /\uE000([^\uE001]*)\uE001/g

/** What stands in a text for a variable whose value nobody here knows. */
export function unknownValue(name: string): string {
  return `${open}${name}${close}`
}

/** True where a part of the text is not known. */
export function isUnknown(text: string): boolean {
  return text.includes(open)
}

/** True where nothing of the text is known. */
export function isWhollyUnknown(text: string): boolean {
  return /^(?:\uE000[^\uE001]*\uE001)+$/.test(text)
}

/** Whether a text can come to a value, whatever its parts are that are not known. */
export function canBe(text: string, value: string): boolean {
  const [first = '', ...others] = text.split(/\uE000[^\uE001]*\uE001/)
  if (others.length === 0) return text === value
  if (!value.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = value.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return value.endsWith(others.at(-1) ?? first)
}

/** The text for people: `${NAME}` where the value of a variable is not known, and what a shell would run where it is that. */
export function showUnknown(text: string): string {
  return isUnknown(text)
    ? text.replaceAll(marks, (_whole, name: string) => (/^\w+$/.test(name) ? `\${${name}}` : name))
    : text
}

/** A text from outside, in which the two characters stand for nothing. */
export function withoutMarks(text: string): string {
  return text.replaceAll(/[\uE000\uE001]/g, '\uFFFD')
}
