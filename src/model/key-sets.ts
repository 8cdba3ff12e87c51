/** The keys of an object so far. */
export type Keys = Beginning | Set<string>

/** The first keys of objects that all have these, in this order; they are distinct. */
interface Beginning {
  readonly last: string
  readonly before: Beginning | undefined
  readonly length: number
  readonly continued: Beginning[]
}

/** Beyond these, an object gets a set of its own, which bounds what is kept and compared for a document that is made to be unlike others. */
const [mostKeys, mostContinued, mostBeginnings] = [50, 50, 5_000]

/**
 * The keys of the objects of one document. A hundred thousand objects have the same keys in the same order as one
 * before them, so most keys need only be compared with one text. Other objects get a set each.
 */
export class KeySets {
  readonly none: Beginning = { last: '', before: undefined, length: 0, continued: [] }
  #beginnings = 0

  /** The keys with another one, which is written from `start` to `end`; undefined if it is already among them. */
  add(keys: Keys, json: string, start: number, end: number): Keys | undefined {
    if (keys instanceof Set) return addTo(keys, json.slice(start, end))
    for (const next of keys.continued)
      if (next.last.length === end - start && json.startsWith(next.last, start)) return next
    return this.#addNew(keys, json.slice(start, end))
  }

  #addNew(keys: Beginning, written: string): Keys | undefined {
    const isPlain = !written.includes('\\')
    const hasRoom = keys.length < mostKeys && keys.continued.length < mostContinued && this.#beginnings < mostBeginnings
    const set = setOf(keys)
    if (!isPlain || !hasRoom) return addTo(set, written)
    if (set.has(written)) return undefined
    const next = { last: written, before: keys, length: keys.length + 1, continued: [] }
    keys.continued.push(next)
    this.#beginnings += 1
    return next
  }
}

/** The key itself: as written, it can have escape sequences. */
export function keyOf(written: string): string {
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written
}

function addTo(keys: Set<string>, written: string): Set<string> | undefined {
  const key = keyOf(written)
  return keys.has(key) ? undefined : keys.add(key)
}

function setOf(keys: Beginning): Set<string> {
  const set = new Set<string>()
  for (let one: Beginning | undefined = keys; one?.before !== undefined; one = one.before) set.add(one.last)
  return set
}
