// What the words of a text say about it, before or without reading it as YAML.

/** Whether a text may be a compose file, a manifest or a task definition. */
export function mayHoldDeployment(text: string): boolean {
  const said = asRead(text)
  return (
    (/\bapiVersion\b/.test(said) && /\bkind\b/.test(said)) ||
    /\b(services|containerDefinitions)\b/.test(said) ||
    hidesWords(said)
  )
}

/** Whether a text names a workload with containers: an error in it hides what is deployed. */
export function startsContainers(text: string): boolean {
  const said = asRead(text)
  if (/\bcontainerDefinitions\b/.test(said) || hidesWords(said)) return true
  return /\bapiVersion\b/.test(said) && /\bkind\b/.test(said) && /\b(c|initC|ephemeralC)ontainers\b/.test(said)
}

/** A text with the escapes that a key in double quotes may have, and the breaks of a line within one, as a parser reads them. */
function asRead(text: string): string {
  if (!text.includes('\\')) return text
  return text.replaceAll(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|\r?\n[ \t]*)/gi,
    (_whole, ...codes: Array<string | undefined>) => {
      const code = Number.parseInt(codes.slice(0, 3).find((one) => one !== undefined) ?? '', 16)
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : ''
    },
  )
}

/** Keys in Base64, or with a tag that is itself escaped: no word of them can be seen here. */
function hidesWords(text: string): boolean {
  for (const { index } of text.matchAll(/\s["']?[A-Za-z0-9+/=]{1,100}["']?\s{0,9}:/g)) {
    const before = text.slice(Math.max(0, index - longestTag), index).trimEnd()
    const word = before.split(/\s/).at(-1) ?? ''
    const tag = word.indexOf('!')
    if (tag !== -1 && /binary|%[0-9a-f]{2}/i.test(word.slice(tag))) return true
  }
  return false
}

/** In characters, with the white space behind it. */
const longestTag = 300

/** Placeholders of Go, Jinja and similar template languages. */
export function isTemplate(text: string): boolean {
  return /\{\{|\{%|<%/.test(text)
}

/** How a placeholder begins, and how it ends. */
const placeholders: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}', '<%': '%>' }
const longestPlaceholder = 2_000

/** For a placeholder, and for a line that ends within one. */
const [mark, markedBreak] = ['\uE002', '\uE003']

/**
 * A template with a word for each of its placeholders, and nothing where a line has nothing else; its lines stay where
 * they are. Takes time in proportion to the text: it is read in files of strangers.
 */
export function withoutMarkers(text: string): string {
  if (text.includes(mark) || text.includes(markedBreak)) return text
  return marked(text)
    .replaceAll(/^[ \t]*(?:\uE002\uE003*[ \t]*){1,9}(?:#[^\n]*)?$/gm, (line) => line.replaceAll(/[^\uE003]/g, ''))
    .replaceAll(mark, 'x')
    .replaceAll(markedBreak, '\n')
}

function marked(text: string): string {
  const opening = /\{\{|\{%|\{#|<%/g
  const ends = new Map<string, number>()
  let [read, done] = ['', 0]
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const inside = match.index + 2
    const closing = placeholders[match[0]] ?? ''
    let end = ends.get(closing) ?? -1
    if (end !== Number.POSITIVE_INFINITY && end < inside) {
      end = text.indexOf(closing, inside)
      if (end === -1) end = Number.POSITIVE_INFINITY
      ends.set(closing, end)
    }
    if (end - inside > longestPlaceholder) opening.lastIndex = match.index + 1
    else {
      // Of three braces all three belong to it.
      if (text.startsWith('{{{', match.index) && text.startsWith('}}}', end)) end++
      read += text.slice(done, match.index) + mark + markedBreak.repeat(text.slice(inside, end).split('\n').length - 1)
      opening.lastIndex = done = end + 2
    }
  }
  return read + text.slice(done)
}
