// What the words of a text say about it, before or without reading it as YAML.

/** What of a text tells whether it is something to audit. */
const words: Readonly<Record<string, RegExp>> = {
  apiVersion: /\bapiVersion\b/,
  kind: /\bkind\b/,
  containers: /\b(c|initC|ephemeralC)ontainers\b/,
  containerDefinitions: /\bcontainerDefinitions\b/,
  services: /\bservices\b/,
  'services at the top': keyIn('^', 'services'),
  'an image': keyIn('^[ \\t]+', 'image|build|extends'),
}

/** A key at the beginning of a line, or in braces; before it may be a tag and an anchor. */
function keyIn(line: string, key: string): RegExp {
  return new RegExp(`(?:${line}|[{,?]\\s*)(?:[&!][^\\s,[\\]{}]{0,300}\\s+){0,2}["']?(?:${key})["']?\\s*:`, 'm')
}

/** The words that a text has, or a part of one. */
export function wordsIn(text: string): Set<string> {
  const said = asRead(text)
  const found = Object.entries(words).flatMap(([word, pattern]) => (pattern.test(said) ? [word] : []))
  return new Set(hidesWords(said) ? [...found, 'hidden words'] : found)
}

/** Whether a text may be a compose file, a manifest or a task definition. */
export function mayHoldDeployment(text: string): boolean {
  const found = wordsIn(text)
  const hasOne = ['services', 'containerDefinitions', 'hidden words'].some((word) => found.has(word))
  return hasOne || ['apiVersion', 'kind'].every((word) => found.has(word))
}

/** Whether a text names a workload with containers: an error in it hides what is deployed. */
export function startsContainers(text: string): boolean {
  return isOfWorkload(wordsIn(text))
}

/** Whether these are words of a workload with containers. */
function isOfWorkload(found: ReadonlySet<string>): boolean {
  const hasAll = (...all: string[]) => all.every((word) => found.has(word))
  return hasAll('containerDefinitions') || hasAll('hidden words') || hasAll('apiVersion', 'kind', 'containers')
}

/** Whether nobody who has only these words of a text can say that it starts no container. */
export function mayStartContainers(found: ReadonlySet<string>): boolean {
  return isOfWorkload(found) || ['services at the top', 'an image'].every((word) => found.has(word))
}

/** With which a manifest, a compose file or a task definition begins. */
const beginsManifest =
  /^(?:---(?:\s.*)?|%YAML\s.*|\{(?![{%]).*|["']?(?:apiVersion|kind|metadata|spec|items|services|version|name|networks|volumes|family|containerDefinitions)["']?\s*:(?:\s.*)?)$/

/** True for a text that begins as a manifest does, and whose words may start containers. */
export function beginsAsManifest(text: string): boolean {
  return mayBeManifest(text) && mayStartContainers(wordsIn(text))
}

/** True for a text of which the first line, comments apart, is one with which a manifest begins; a text of comments may go on with one. */
export function mayBeManifest(text: string): boolean {
  const first = /^(?:\uFEFF?[ \t]*(?:#.*)?\r?\n)*\uFEFF?(.*)/.exec(text)?.[1]?.trim() ?? ''
  return /^(?:#.*)?$/.test(first) || beginsManifest.test(first)
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

/**
 * True where no word of a key can be seen here: keys in Base64 or with a tag that is itself escaped, and such a value
 * that an alias makes a key. Takes time in proportion to the text.
 */
function hidesWords(text: string): boolean {
  // A key may be anywhere behind a question mark.
  const isKeyElsewhere = /(?:^|[\s,[{])\?\s|(?<![^\s,[{])\*[^\s,[\]{}:]+[ \t]*:/.test(text)
  for (const { 0: tag, index } of text.matchAll(/(?<![^\s,[{])!\S{0,300}/g)) {
    if (!/binary|%[0-9a-f]{2}/i.test(tag)) continue
    const [line = ''] = text.slice(index + tag.length, index + tag.length + longestKey).split('\n', 1)
    if (isKeyElsewhere || /:(?:\s|$)/.test(line)) return true
  }
  // A word over two lines, too far from each other to be seen at once.
  return /\\\r?\n[ \t]{1000}/.test(text) || /^%TAG\s/m.test(text)
}

/** YAML's own limit on a key that no question mark announces, with the space around it. */
const longestKey = 1_100

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
