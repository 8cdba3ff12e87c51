/** What a name gets in front at a place; undefined if only the running program knows. */
export type PrefixAt = (at: number) => string | undefined

interface Block {
  from: number
  to: number
  prefix: string | undefined
}

/** The prefixes of a reader: its own, and those of the blocks `with env.prefixed("ORDERS_")` around a place. */
export function readerPrefix(text: string, reader: string): PrefixAt {
  const own = [
    new RegExp(`\\b${reader}\\.prefix\\s*=\\s*["'](\\w*)["']`),
    new RegExp(`\\b${reader}\\s*=\\s*[\\w.]{1,40}\\([^()]{0,400}\\b(?:env_)?prefix\\s*=\\s*["'](\\w*)["']`),
  ]
  const first = own.map((form) => form.exec(text)?.[1]).find((prefix) => prefix !== undefined) ?? ''
  const form = new RegExp(`\\bwith\\s+${reader}\\.prefixed\\(\\s*(?:(["'])(\\w*)\\1)?[^:\\n]{0,200}:`, 'g')
  const blocks = [...text.matchAll(form)].map((match): Block => {
    const from = match.index + match[0].length
    return { from, to: endOfBlock(text, match.index, from), prefix: match[2] }
  })
  return (at) => {
    const around = blocks.filter(({ from, to }) => from <= at && at < to)
    return around.some(({ prefix }) => prefix === undefined)
      ? undefined
      : `${first}${around.map(({ prefix }) => prefix).join('')}`
  }
}

/** Where the lines end that stand further in than the one at a place. */
function endOfBlock(text: string, at: number, from: number): number {
  const indent = at - (text.lastIndexOf('\n', at) + 1)
  const outside = new RegExp(`\\n[ \\t]{0,${Math.min(indent, 200)}}[^\\s)\\]}]`).exec(
    text.slice(from, from + longestBlock),
  )
  return from + (outside?.index ?? longestBlock)
}

/** In characters. */
const longestBlock = 20_000
