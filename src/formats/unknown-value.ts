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
