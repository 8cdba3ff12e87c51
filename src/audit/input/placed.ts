import { DeliveryError } from '../../model/errors.ts'
import { isUnknown, showUnknown } from '../../formats/unknown-value.ts'

/** Where something is written: a file and its line, counted from 1. */
export interface Place {
  path: string
  line: number
}

/** A value of a manifest with its place. Anchors and merge keys are resolved; what came by one keeps the place where it was written. */
export interface Placed extends Place {
  value: string | number | boolean | null | Placed[] | Map<string, Placed>
  /** A tag of its own that it carries, e.g. `!reset`. */
  tag?: string
  /** The text before its variables were filled in. */
  written?: string
}

/** A manifest that cannot be read: one line for the place, what was expected and what was found. */
export function manifestError(
  { path, line }: Place,
  message: string,
  hint: string = 'Correct the file, or leave it out under audit.ignore in the policy.',
): DeliveryError {
  return new DeliveryError('SOURCE', `${path}:${line}: ${showUnknown(message)}`, hint)
}

/** What stands below a value at the given keys; undefined where nothing does, or nothing but null. Throws where a map is expected and something else is there. */
export function at(placed: Placed | undefined, ...keys: string[]): Placed | undefined {
  let current = placed
  for (const key of keys) {
    if (current === undefined || current.value === null) return undefined
    if (!(current.value instanceof Map))
      throw manifestError(current, `expected a map with ${JSON.stringify(key)}, found ${describe(current)}`)
    current = current.value.get(key)
  }
  return current?.value === null ? undefined : current
}

/** As `at`, for what may be anything: undefined where the way down is not made of maps. */
export function find(placed: Placed | undefined, ...keys: string[]): Placed | undefined {
  let current = placed
  for (const key of keys) current = current?.value instanceof Map ? current.value.get(key) : undefined
  return current?.value === null ? undefined : current
}

/** The entries of a list; none where there is nothing. */
export function listOf(placed: Placed | undefined): Placed[] {
  if (placed === undefined || placed.value === null) return []
  if (!Array.isArray(placed.value)) throw manifestError(placed, `expected a list, found ${describe(placed)}`)
  return placed.value
}

/** The entries of a map; none where there is nothing. */
export function entriesOf(placed: Placed | undefined): Array<[string, Placed]> {
  if (placed === undefined || placed.value === null) return []
  if (!(placed.value instanceof Map)) throw manifestError(placed, `expected a map, found ${describe(placed)}`)
  return [...placed.value]
}

/** A value as text. */
export function textOf(placed: Placed): string {
  if (placed.value === null) return ''
  if (typeof placed.value === 'object') throw manifestError(placed, `expected text, found ${describe(placed)}`)
  return String(placed.value)
}

/** A value as true or false, in the words of YAML 1.1 as well: Kubernetes and Compose read them so. `unknown` where a variable decides. */
export function truthOf(placed: Placed): boolean | 'unknown' {
  const text = textOf(placed).toLowerCase()
  if (isUnknown(text)) return 'unknown'
  if (/^(true|yes|on|y)$/.test(text)) return true
  if (/^(false|no|off|n|)$/.test(text)) return false
  throw manifestError(placed, `expected true or false, found ${JSON.stringify(text.slice(0, 40))}`)
}

function describe({ value }: Placed): string {
  return Array.isArray(value)
    ? 'a list'
    : value instanceof Map
      ? 'a map'
      : value === null
        ? 'nothing'
        : JSON.stringify(value).slice(0, 80)
}
