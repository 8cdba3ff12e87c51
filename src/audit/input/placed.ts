import { DeliveryError } from '../../model/errors.ts'
import { isUnknown, showUnknown } from '../../formats/unknown-value.ts'

/** Where something is written: file and line, counted from 1. */
export interface Place {
  path: string
  line: number
}

/** A value of a manifest with its place. Anchors and merge keys are resolved; their values keep the place where they were written. */
export interface Placed extends Place {
  value: string | number | boolean | null | Placed[] | Map<string, Placed>
  /** Its explicit tag, e.g. `!reset`. */
  tag?: string
  /** The text before its variables were filled in. */
  written?: string
}

/** A manifest that cannot be read: one line with the place, what was expected and what was found. */
export function manifestError(
  { path, line }: Place,
  message: string,
  hint: string = 'Correct the file, or add it to audit.ignore in the policy.',
): DeliveryError {
  return new DeliveryError('SOURCE', `${path}:${line}: ${showUnknown(message)}`, hint)
}

/** The value at the given keys; undefined if there is none, or only null. Throws if something other than a map is on the way. */
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

/** Like `at`, but undefined if something other than a map is on the way. */
export function find(placed: Placed | undefined, ...keys: string[]): Placed | undefined {
  let current = placed
  for (const key of keys) current = current?.value instanceof Map ? current.value.get(key) : undefined
  return current?.value === null ? undefined : current
}

/** The entries of a list; none if it is absent. */
export function listOf(placed: Placed | undefined): Placed[] {
  if (placed === undefined || placed.value === null) return []
  if (!Array.isArray(placed.value)) throw manifestError(placed, `expected a list, found ${describe(placed)}`)
  return placed.value
}

/** The entries of a map; none if it is absent. */
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

/** A value as true or false, in YAML 1.1 spellings too, as Kubernetes and Compose accept them. `unknown` if a variable decides. */
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
