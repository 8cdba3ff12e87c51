import type { DirectLists } from './direct-lists.ts'
import { KeySets, keyOf, type Keys } from './key-sets.ts'

/**
 * The first key that appears twice in an object of a JSON text, if any, and how deeply lists and objects are nested, up
 * to that key if there is one. `JSON.parse` silently keeps the last value: a second, empty list of findings would hide
 * the first. For a text that is not valid JSON, the answer means nothing. It may be a hundred megabytes long, so it is
 * read by character codes. `lists` is told where the document's direct lists are.
 */
export function keysAndDepth(json: string, lists?: DirectLists): { twice: string | undefined; depth: number } {
  const sets = new KeySets()
  // For each open object its keys so far; a list has none.
  const open: Array<Keys | undefined> = []
  let depth = 0
  let expectsKey = false
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    switch (code) {
      case braceOpens:
      case bracketOpens:
        expectsKey = code === braceOpens
        open.push(expectsKey ? sets.none : undefined)
        depth = Math.max(depth, open.length)
        if (open.length === 2 && !expectsKey) lists?.begin(at)
        break
      case braceCloses:
      case bracketCloses:
        open.pop()
        expectsKey = false
        if (open.length === 1) lists?.end(at)
        break
      case comma:
        expectsKey = open.length > 0 && open[open.length - 1] !== undefined
        if (open.length === 2 && !expectsKey) lists?.comma(at)
        break
      case quotationMark: {
        const end = endOfString(json, at)
        if (expectsKey) {
          const keys = sets.add(open[open.length - 1] ?? sets.none, json, at + 1, end)
          if (keys === undefined) return { twice: keyOf(json.slice(at + 1, end)), depth }
          open[open.length - 1] = keys
          expectsKey = false
        }
        at = end
      }
    }
  }
  return { twice: undefined, depth }
}

const [braceOpens, braceCloses, bracketOpens, bracketCloses, comma, quotationMark, backslash] = [
  0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x22, 0x5c,
]

/** The end of the string that starts at a quotation mark: the next one after an even number of backslashes. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let before = at
    while (json.charCodeAt(before - 1) === backslash) before -= 1
    if ((at - before) % 2 === 0) return at
  }
  return json.length
}
