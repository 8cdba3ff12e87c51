// A value that is only known where something is built or deployed is marked in a text by two characters that no file contains.

const [open, close] = ['\uE000', '\uE001']
const marks = /\uE000([^\uE000\uE001]*)\uE001/g

/** The marker in a text for a variable whose value is unknown here. */
export function unknownValue(name: string): string {
  return `${open}${name}${close}`
}

/** Whether a part of the text is unknown. */
export function isUnknown(text: string): boolean {
  return text.includes(open)
}

/** Whether the whole text is unknown. */
export function isWhollyUnknown(text: string): boolean {
  return /^(?:\uE000[^\uE000\uE001]*\uE001)+$/.test(text)
}

/** Whether a text can equal a value, for some value of its unknown parts. */
export function canBe(text: string, value: string): boolean {
  const [first = '', ...others] = text.split(/\uE000[^\uE000\uE001]*\uE001/)
  const last = others.at(-1)
  if (last === undefined) return text === value
  if (!value.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = value.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return value.endsWith(last)
}

/** The text for people: `${NAME}` for a variable with an unknown value, or the command that a shell would run. */
export function showUnknown(text: string): string {
  return text.replaceAll(marks, (_whole, name: string) => (/^\w+$/.test(name) ? `\${${name}}` : name))
}

/** A text from outside, in which the two characters have no meaning. */
export function withoutMarks(text: string): string {
  return text.replaceAll(/[\uE000\uE001]/g, '\uFFFD')
}
