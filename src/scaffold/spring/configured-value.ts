import type { Code } from '../settings/setting.ts'

/** What a property is in the container. */
export interface ConfiguredValue {
  /** As its file says it, with its placeholders; undefined where none does. */
  value: string | undefined
  /** Whether it may be something else there, as a profile that may be active says. */
  open: boolean
}

/** Properties of configuration by their names, as `relaxedName` gives them. */
export function configuredValues(code: readonly Code[], names: readonly string[]): ConfiguredValue[] {
  const wanted = new Set(names)
  const files = code
    .filter(({ properties }) => properties !== undefined)
    .toSorted((a, b) => rank(a.path) - rank(b.path))
  const found = files.flatMap(({ properties = [] }) =>
    properties.flatMap((property) => {
      const name = relaxedName(property.name)
      return wanted.has(name)
        ? [{ ...property, name, value: property.value.trim().replaceAll(/^["']|["']$/g, '') }]
        : []
    }),
  )
  return names.map((wantedName) => {
    const own = found.filter(({ name }) => name === wantedName)
    const value = own.findLast(({ holds }) => holds === 'surely')?.value
    return { value, open: own.some((other) => other.holds !== 'surely' && other.value !== value) }
  })
}

/** The file that Spring prefers comes last. */
function rank(path: string): number {
  return (/\/application-[^/]*$/.test(path) ? 2 : 0) + (path.endsWith('.properties') ? 1 : 0)
}

/** A name as Spring compares it. */
export function relaxedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '')
}

/** What a property has unless the environment says otherwise; undefined where only the environment knows. */
export function valueByDefault(value: string): string | undefined {
  const made = /^\$\{[^:}]*(?::([^{}]*))?\}$/.exec(value)
  return made === null ? (value.includes('${') ? undefined : value) : made[1]
}
