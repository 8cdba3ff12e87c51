import type { Code } from './setting.ts'

/** The names that a variable goes through at a place; undefined if it goes through no list that is known. */
export type Listed = (code: Code, variable: string, at: number) => string[] | undefined

const starts =
  /\b(\w+)[ \t]*(?::[^=\n]{0,80})?:?=[ \t]*(?:new )?(?:[\w.!&]{1,20}[ \t]*)?(?:\[(?:\.\.\.)?\]string[ \t]*)?[[({]{1,2}\s*["'][A-Z]/g

/** In characters. */
const longestList = 3_000

export function listedNames(files: readonly Code[]): Listed {
  const everywhere = new Map<string, string[]>()
  const own = new Map<string, Map<string, string[]>>()
  for (const { path, text } of files) {
    const here = new Map<string, string[]>()
    for (const match of text.matchAll(starts)) {
      const from = match.index + match[0].length - 2
      const names = namesIn(text.slice(from, from + longestList))
      if (names !== undefined) {
        here.set(match[1] as string, names)
        everywhere.set(match[1] as string, names)
      }
    }
    own.set(path, here)
  }
  return ({ path, text }, variable, at) => {
    const source = listOf(text, variable, at)
    if (source === undefined) return undefined
    const opened = /^(?:\[\]string|[\w.!&]{0,20})\s*[[({]\(?\s*(?=["'])/.exec(source)
    if (opened !== null) return namesIn(source.slice(opened[0].length))
    const name = /^&?([\w.:]+)/.exec(source)?.[1]?.split(/[.:]+/).at(-1) ?? ''
    return own.get(path)?.get(name) ?? everywhere.get(name)
  }
}

/** The strings up to the next bracket, if there is nothing else. */
function namesIn(text: string): string[] | undefined {
  const inside = /^[^\])}]*/.exec(text)?.[0] ?? ''
  const names = [...inside.matchAll(/["'`]([A-Z][A-Z0-9_]*)["'`]/g)].map(([, name]) => name as string)
  return /^[\s,]*$/.test(inside.replaceAll(/["'`][^"'`\n]*["'`]/g, '')) && names.length > 0 ? names : undefined
}

/** What a variable goes through: `for name in LIST` on the rest of the line, as in a comprehension, or what stands nearest before. */
function listOf(text: string, variable: string, at: number): string | undefined {
  const from = Math.max(0, at - 600)
  const before = text.slice(from, at)
  const loop = new RegExp(`\\bfor\\b[^\\n=;{}]{0,40}?\\b${variable}\\s*(?:\\b(?:in|of)\\b|:=\\s*range\\b|:)\\s*`, 'g')
  const line = /^[^\n]*/.exec(text.slice(at, at + 300))?.[0] ?? ''
  const behind = [...line.matchAll(loop)][0]
  if (behind !== undefined) return text.slice(at + behind.index + behind[0].length).slice(0, longestList)
  const call = new RegExp(
    `\\.(?:forEach|filter|map|find|some|every|reduce|flatMap)\\(\\s*(?:async\\s*)?\\(?\\s*${variable}\\b`,
    'g',
  )
  const around = [...before.matchAll(loop)].at(-1)
  const given = [...before.matchAll(call)].at(-1)
  if (around !== undefined && around.index > (given?.index ?? -1))
    return text.slice(from + around.index + around[0].length).slice(0, longestList)
  if (given === undefined) return undefined
  const list = before.slice(0, given.index)
  return list.endsWith(']') ? list.slice(list.lastIndexOf('[')) : /[\w.]{1,80}$/.exec(list)?.[0]
}
