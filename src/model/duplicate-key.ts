/**
 * The first key that appears twice in an object of a JSON text, if any, and how deeply lists and objects are nested, up
 * to that key if there is one. `JSON.parse` silently keeps the last value: a second, empty list of findings would hide
 * the first. The text must be valid JSON. It may be a hundred megabytes long, so it is read by character codes, and
 * objects share their sets of keys.
 */
export function keysAndDepth(json: string): { twice: string | undefined; depth: number } {
  // Per depth, the last object that had a key: two objects at one depth are never open at once, so their number distinguishes them.
  const keysAt: Array<Map<string, number>> = []
  const open: number[] = []
  let objects = 0
  let depth = 0
  let expectsKey = false
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charCodeAt(at)) {
      case braceOpens:
        objects += 1
        open.push(objects)
        depth = Math.max(depth, open.length)
        expectsKey = true
        break
      case bracketOpens:
        open.push(noObject)
        depth = Math.max(depth, open.length)
        expectsKey = false
        break
      case braceCloses:
      case bracketCloses:
        open.pop()
        expectsKey = false
        break
      case comma:
        expectsKey = open.length > 0 && open[open.length - 1] !== noObject
        break
      case quotationMark: {
        const end = endOfString(json, at)
        if (expectsKey) {
          const object = open[open.length - 1] ?? noObject
          const keys = (keysAt[open.length] ??= new Map())
          const written = json.slice(at + 1, end)
          const key = written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written
          if (keys.get(key) === object) return { twice: key, depth }
          keys.set(key, object)
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
const noObject = 0

/** The end of the string that starts at a quotation mark: the next one after an even number of backslashes. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let before = at
    while (json.charCodeAt(before - 1) === backslash) before -= 1
    if ((at - before) % 2 === 0) return at
  }
  return json.length
}
