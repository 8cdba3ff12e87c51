import { posix } from 'node:path'
import { manifestError, textOf, type Placed } from '../placed.ts'

type Path = readonly string[]
type Merge = (below: Placed, above: Placed, path: Path) => Placed

/** How Compose merges service keys that are not simply maps, lists and values. The names are the keys below the service. */
const ofService: Readonly<Record<string, Merge>> = {
  command: (_below, above) => above,
  entrypoint: (_below, above) => above,
  'healthcheck.test': (_below, above) => above,
  build: (below, above, path) => merged(withContext(below), withContext(above), path),
  ...each(['annotations', 'build.args', 'build.labels', 'environment', 'labels', 'sysctls'], keyed),
  ...each(['depends_on', 'networks', 'models'], (below, above, path) => merged(asMap(below), asMap(above), path)),
  ...each(['dns', 'dns_opt', 'dns_search', 'env_file', 'extra_hosts', 'label_file', 'tmpfs'], (below, above) =>
    joined(asList(below), asList(above)),
  ),
}

function each(names: readonly string[], merge: Merge): Record<string, Merge> {
  return Object.fromEntries(names.map((name) => [name, merge]))
}

/**
 * Merges one compose tree over another by Compose's rules: maps merge, lists are joined, values are replaced, and some
 * keys have special rules. `!reset` removes what is below, `!override` replaces it. `path` is the trees' position, from
 * the top.
 */
export function overlaid(below: Placed, above: Placed, path: Path = []): Placed {
  const [root, , ...rest] = path
  const special = root === 'services' || root === 'jobs' ? ofService[rest.join('.')] : undefined
  if (above.tag === '!override') return above
  return special === undefined ? merged(below, above, path) : special(below, above, path)
}

/** A tree on its own, without what `!reset` marks. */
export function withoutResets(placed: Placed): Placed {
  const { value } = placed
  if (Array.isArray(value))
    return { ...placed, value: value.filter(({ tag }) => tag !== '!reset').map((item) => withoutResets(item)) }
  if (!(value instanceof Map)) return placed
  const kept = [...value].filter(([, { tag }]) => tag !== '!reset')
  return { ...placed, value: new Map(kept.map(([key, inner]) => [key, withoutResets(inner)])) }
}

function merged(below: Placed, above: Placed, path: Path): Placed {
  if (above.value === null) return below
  if (below.value instanceof Map && above.value instanceof Map) return mergedMaps(below, above, path)
  if (Array.isArray(below.value) && Array.isArray(above.value)) return joined(below, above)
  const isValue = (placed: Placed) => typeof placed.value !== 'object' || placed.value === null
  if (isValue(below)) return above
  throw manifestError(above, `expected the form that ${path.join('.')} has in ${below.path}:${below.line}`)
}

function mergedMaps(below: Placed, above: Placed, path: Path): Placed {
  const map = new Map(below.value as Map<string, Placed>)
  for (const [key, value] of above.value as Map<string, Placed>) {
    const under = map.get(key)
    if (value.tag === '!reset') map.delete(key)
    else map.set(key, under === undefined ? value : overlaid(under, value, [...path, key]))
  }
  // People look for a service where it is first defined.
  return { ...below, value: map }
}

/**
 * Two lists joined, without exact duplicates. Of duplicates in files of different directories, the later one is kept.
 */
function joined(below: Placed, above: Placed): Placed {
  const kept = new Map<string, Placed>()
  for (const item of [...(below.value as Placed[]), ...(above.value as Placed[])]) {
    const words = wordsOf(item)
    const before = kept.get(words)
    if (before === undefined || posix.dirname(before.path) !== posix.dirname(item.path)) kept.set(words, item)
  }
  return { ...above, value: [...kept.values()] }
}

function wordsOf({ value }: Placed): string {
  if (Array.isArray(value)) return `[${value.map(wordsOf).join()}]`
  if (value instanceof Map)
    return `{${[...value].map(([key, inner]) => `${JSON.stringify(key)}:${wordsOf(inner)}`).join()}}`
  return JSON.stringify(value)
}

function keyed(below: Placed, above: Placed, path: Path): Placed {
  return merged(asPairs(below), asPairs(above), path)
}

/** `NAME=value` texts as a map; a map stays one. A name without a value has null. */
export function asPairs(placed: Placed): Placed {
  if (placed.value === null) return { ...placed, value: new Map() }
  if (!Array.isArray(placed.value)) return placed
  const pairs = placed.value.map((item): [string, Placed] => {
    const [name = '', ...rest] = textOf(item).split('=')
    const { written, ...place } = item
    const behind = written === undefined ? {} : { written: written.slice(written.indexOf('=') + 1) }
    return [name, { ...place, ...behind, value: rest.length === 0 ? null : rest.join('=') }]
  })
  return { ...placed, value: new Map(pairs) }
}

/** Names as a map without values; a map stays one. */
function asMap(placed: Placed): Placed {
  if (placed.value instanceof Map) return placed
  if (placed.value === null) return { ...placed, value: new Map() }
  const names = Array.isArray(placed.value) ? placed.value : [placed]
  return { ...placed, value: new Map(names.map((name) => [textOf(name), { ...name, value: null }])) }
}

function asList(placed: Placed): Placed {
  if (Array.isArray(placed.value)) return placed
  if (placed.value === null) return { ...placed, value: [] }
  if (!(placed.value instanceof Map)) return { ...placed, value: [placed] }
  const pairs = [...placed.value].map(([key, { path, line, ...value }]) => ({
    path,
    line,
    value: `${key}=${textOf({ path, line, ...value })}`,
  }))
  return { ...placed, value: pairs }
}

function withContext(placed: Placed): Placed {
  return placed.value instanceof Map ? placed : { ...placed, value: new Map([['context', placed]]) }
}
