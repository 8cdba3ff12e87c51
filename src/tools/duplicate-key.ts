/**
 * The first key that an object of a JSON text has twice, if any. `JSON.parse` keeps the last value and says nothing: a second, empty list of findings would hide the first.
 * The text must be valid JSON.
 */
export function duplicateKey(json: string): string | undefined {
  const objects: Array<Set<string> | undefined> = []
  let expectsKey = false
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case '{':
        objects.push(new Set())
        expectsKey = true
        break
      case '[':
        objects.push(undefined)
        expectsKey = false
        break
      case '}':
      case ']':
        objects.pop()
        expectsKey = false
        break
      case ',':
        expectsKey = objects.at(-1) !== undefined
        break
      case '"': {
        const end = endOfString(json, at)
        const keys = objects.at(-1)
        if (expectsKey && keys !== undefined) {
          const written = json.slice(at, end + 1)
          const key = written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1)
          if (keys.has(key)) return key
          keys.add(key)
          expectsKey = false
        }
        at = end
      }
    }
  }
  return undefined
}

/** Where the text that begins at a quotation mark ends. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const sign = json[at]
    if (sign === '\\') at += 1
    else if (sign === '"' || sign === undefined) return at
  }
}
