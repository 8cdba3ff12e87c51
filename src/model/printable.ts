import { stripVTControlCharacters } from 'node:util'

/** The longest text from an image that a report quotes, in characters. */
const longestText = 600

/**
 * Untrusted text from an image or a tool as one safe line. Escape sequences are removed, line breaks and tabs become
 * spaces, and every other control, direction override, invisible character and lone surrogate becomes U+FFFD.
 * Longer text is cut, with the number of characters removed.
 */
export function printable(text: string, longest: number = longestText): string {
  if (text.length <= longest && plainAscii.test(text)) return text
  const visible = stripVTControlCharacters(text)
    .replace(lineBreaks, ' ')
    .replace(unprintable, '\uFFFD')
    .replace(stackedMarks, '$1')
  return shorten(visible, longest)
}

/** Cuts text to a number of characters and says how many were removed. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text
  let [characters, end] = [0, text.length]
  // Counted in place: a text of some hundred megabytes cannot be split into a list of characters.
  for (let at = 0; at < text.length; characters += 1) {
    if (characters === longest) end = at
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  }
  if (characters <= longest) return text
  return `${text.slice(0, end)}… (${characters - longest} more characters)`
}

/** Text of at most this many characters; the rest is cut. */
export function fitting(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, Math.max(0, longest - 1))}…`
}

/**
 * Text for a log: GitHub Actions would execute a line that looks like a workflow command, with `::` at its start or
 * `##[` anywhere. Colours are kept.
 */
export function defused(text: string): string {
  return text.replace(commandStart, '$1: ').replaceAll('##[', '# #[')
}

/** An address that is safe to link to: http or https, without credentials. Undefined for anything else, above all `javascript:`. */
export function safeUrl(address: string | undefined): string | undefined {
  if (address === undefined || address.length > 2000 || !URL.canParse(address)) return undefined
  const url = new URL(address)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  return url.username === '' && url.password === '' ? url.href : undefined
}

/** A word for a POSIX shell, quoted if necessary, so that a command in a report can be pasted as it is. */
export function shellWord(text: string): string {
  const word = printable(text)
  const unlikeOption = word.startsWith('-') ? `./${word}` : word
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(unlikeOption) ? unlikeOption : `'${unlikeOption.replaceAll("'", "'\\''")}'`
}

const commandStart = new RegExp(`^((?:\\s|${'\u001b'}\\[[\\d;]*m)*):(?=:)`, 'gm')
const plainAscii = /^[\x20-\x7e]*$/
const lineBreaks = /\r\n|[\t\n\v\f\r\u0085\u2028\u2029]/g
const unprintable = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu
/** More than four combining marks on one letter only serve to draw over adjacent lines. */
const stackedMarks = /(\p{M}{4})\p{M}+/gu
