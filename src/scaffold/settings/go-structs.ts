import type { Code } from './setting.ts'

/** A field of a struct. */
export interface GoField {
  name: string
  type: string
  tag: string
  code: Code
  at: number
}

export interface GoStruct {
  name: string
  fields: GoField[]
}

/** Structs with their fields; one inside another is a struct of its own, under a name that its field then has as type. */
export function structsOf(code: Code): GoStruct[] {
  const done: GoStruct[] = []
  const open: Array<GoStruct & { at: number; field: string }> = []
  const line =
    /^[ \t]*(?:(?:type\s+)?(\w+)\s+(?:\[\])?struct\s*\{[ \t]*$|(\})[ \t]*(`[^`]*`)?[ \t]*$|(\w+)[ \t]+([\w.*[\]]+)[ \t]*(`[^`]*`)?[ \t]*$|(\*?[\w.]+)[ \t]*(`[^`]*`)?[ \t]*$)/gm
  for (const match of code.text.matchAll(line)) {
    const at = match.index
    const parent = open.at(-1)
    if (match[1] !== undefined)
      open.push({
        name: parent === undefined ? match[1] : `${parent.name}.${match[1]}`,
        fields: [],
        at,
        field: match[1],
      })
    else if (match[2] !== undefined && parent !== undefined) {
      const { field, ...struct } = open.pop() as (typeof open)[number]
      done.push(struct)
      open.at(-1)?.fields.push({ name: field, type: struct.name, tag: match[3] ?? '', code, at })
    } else if (match[4] !== undefined)
      parent?.fields.push({ name: match[4], type: match[5] ?? '', tag: match[6] ?? '', code, at })
    else if (match[7] !== undefined) parent?.fields.push({ name: '', type: match[7], tag: match[8] ?? '', code, at })
  }
  return done
}

/** The first of several keys that a tag has. */
export const tagged = (tag: string, ...keys: string[]) =>
  keys.map((key) => new RegExp(`(?:^|[\\s\`])${key}:"([^"]*)"`).exec(tag)?.[1]).find((value) => value !== undefined)

/** The struct that a type names, as far as the files show it. */
export function structNamed(named: ReadonlyMap<string, GoStruct>, type: string): GoStruct | undefined {
  const plain = type.replace(/^[*[\]]+/, '')
  return named.get(named.has(plain) ? plain : (plain.split('.').at(-1) ?? ''))
}
