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
  return /!\S{0,100}?(?:binary|%[0-9a-f]{2})\S{0,100}\s{1,9}["']?[A-Za-z0-9+/=]{1,100}["']?\s{0,9}:/i.test(text)
}

const marker = String.raw`(?:\{\{.{0,2000}?\}\}|\{%.{0,2000}?%\}|\{#.{0,2000}?#\}|<%.{0,2000}?%>)`
const markers = new RegExp(marker, 'gs')
const linesOfMarkers = new RegExp(String.raw`^[ \t]*(?:${marker}[ \t]*){1,9}(?:#[^\n]*)?$`, 'gms')

/** Placeholders of Go, Jinja and similar template languages. */
export function isTemplate(text: string): boolean {
  return /\{\{|\{%|<%/.test(text)
}

/** A template with a word for each of its placeholders, and nothing where a line has nothing else; its lines stay where they are. */
export function withoutMarkers(text: string): string {
  const breaks = (found: string) => '\n'.repeat(found.split('\n').length - 1)
  return text.replaceAll(linesOfMarkers, breaks).replaceAll(markers, (found) => `x${breaks(found)}`)
}
