import { stringIn } from './code-text.ts'
import { filledType, tagged, type FindStruct, type GoField, type GoStruct } from './go-structs.ts'
import type { Code, Found } from './setting.ts'

interface Processed {
  found: Array<Found & Code>
  /** The structs that are read so, by key. */
  structs: ReadonlySet<string>
}

/** The fields of the structs that `envconfig.Process("orders", &spec)` fills: https://github.com/kelseyhightower/envconfig. They need no tag. */
export function envconfigSettings(files: readonly Code[], structOf: FindStruct): Processed {
  const done = new Set<string>()
  const known = new Set<string>()
  const visit = (struct: GoStruct, prefix: string, seen: readonly string[]): Array<Found & Code> => {
    if (
      seen.length === deepest ||
      known.size > mostStructs ||
      seen.includes(struct.key) ||
      known.has(`${prefix} ${struct.key}`)
    )
      return []
    known.add(`${prefix} ${struct.key}`)
    done.add(struct.key)
    return struct.fields.flatMap((field) => {
      if (tagged(field.tag, 'ignored') === 'true' || !/^(?:[A-Z]|$)/.test(field.name)) return []
      const child = structOf(field.type, field.code)
      const key = keyOf(field, prefix)
      if (child !== undefined) return visit(child, field.name === '' ? prefix : key, [...seen, struct.key])
      return field.name === '' ? [] : [valueOf(field, key)]
    })
  }
  const found = files.flatMap((code) =>
    [...code.text.matchAll(/\benvconfig\.(?:Must)?Process\(\s*("\w*"|[\w.]+)\s*,\s*&?([\w.]+)/g)].flatMap((match) => {
      const root = structOf(filledType(code.text.slice(0, match.index), match[2] as string), code)
      const prefix = stringIn(match[1])
      // Of another library of this name, the first argument is a context.
      if (root === undefined || /\bsethvargo\b/.test(code.text)) return []
      const names = visit(root, prefix?.toUpperCase() ?? '?', [])
      return prefix === undefined ? [] : names
    }),
  )
  return { found, structs: done }
}

/** No application has so many in each other. */
const mostStructs = 500

/** How deep structs are in each other. */
const deepest = 8

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
