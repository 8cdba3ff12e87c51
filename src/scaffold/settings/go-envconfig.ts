import { structNamed, tagged, type GoField, type GoStruct } from './go-structs.ts'
import type { Code, Found } from './setting.ts'

interface Processed {
  found: Array<Found & Code>
  /** The structs that are read so, by name. */
  structs: ReadonlySet<string>
}

/** The fields of the structs that `envconfig.Process("orders", &spec)` fills: https://github.com/kelseyhightower/envconfig. They need no tag. */
export function envconfigSettings(files: readonly Code[], structs: readonly GoStruct[]): Processed {
  const named = new Map(structs.map((struct) => [struct.name, struct]))
  const done = new Set<string>()
  const known = new Set<string>()
  const visit = (struct: GoStruct, prefix: string, seen: readonly string[]): Array<Found & Code> => {
    if (
      seen.length === deepest ||
      known.size > mostStructs ||
      seen.includes(struct.name) ||
      known.has(`${prefix} ${struct.name}`)
    )
      return []
    known.add(`${prefix} ${struct.name}`)
    done.add(struct.name)
    return struct.fields.flatMap((field) => {
      if (tagged(field.tag, 'ignored') === 'true' || !/^(?:[A-Z]|$)/.test(field.name)) return []
      const child = structNamed(named, field.type)
      const key = keyOf(field, prefix)
      if (child !== undefined) return visit(child, field.name === '' ? prefix : key, [...seen, struct.name])
      return field.name === '' ? [] : [valueOf(field, key)]
    })
  }
  const found = files.flatMap(({ text }) =>
    [...text.matchAll(/\benvconfig\.(?:Must)?Process\(\s*"(\w*)"\s*,\s*&?([\w.]+)/g)].flatMap((match) => {
      const root = structNamed(named, typeOf(text.slice(0, match.index), match[2] as string))
      return root === undefined ? [] : visit(root, (match[1] ?? '').toUpperCase(), [])
    }),
  )
  return { found, structs: done }
}

/** No application has so many in each other. */
const mostStructs = 500

/** How deep structs are in each other. */
const deepest = 8

/** The type of what is filled, if it is a variable that was declared before. */
function typeOf(before: string, name: string): string {
  const last = name.split('.').at(-1) ?? ''
  const near = before.slice(-3_000)
  const forms = [
    new RegExp(`\\bvar\\s+${last}\\s+\\*?([\\w.]+)`, 'g'),
    new RegExp(`\\b${last}\\s*:?=\\s*&?(?:new\\()?([\\w.]+)[{)]`, 'g'),
    new RegExp(`\\b${last}\\s+\\*?([A-Z][\\w.]*)\\s*[,)]`, 'g'),
  ]
  return forms.map((form) => [...near.matchAll(form)].at(-1)?.[1]).find((type) => type !== undefined) ?? name
}

function keyOf({ name, tag }: GoField, prefix: string): string {
  const words = tagged(tag, 'split_words') === 'true' ? split(name) : name
  const own = (tagged(tag, 'envconfig') ?? words).toUpperCase()
  return prefix === '' ? own : `${prefix}_${own}`
}

/** `DatabaseURL` as `Database_URL`. */
function split(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
}

function valueOf({ tag, code, at }: GoField, name: string): Found & Code {
  const fallback = tagged(tag, 'default')
  return {
    ...code,
    name,
    at,
    required: tagged(tag, 'required') === 'true' && fallback === undefined,
    fallback: fallback === '' ? undefined : fallback,
  }
}
