import { groupBy } from '../../model/group-by.ts'
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
  /** Names it alone: another package may have one of its name. */
  key: string
  code: Code
  fields: GoField[]
}

/** The struct that a type names in a file, as far as the files show it. */
export type FindStruct = (type: string, code: Code) => GoStruct | undefined

/** Structs with their fields; one inside another is a struct of its own, whose key its field then has as type. */
export function structsOf(code: Code): GoStruct[] {
  const done: GoStruct[] = []
  const open: Array<GoStruct & { at: number; field: string }> = []
  const line =
    /^[ \t]*(?:(?:type\s+)?(\w+)\s+(?:\[\])?struct\s*\{[ \t]*$|(\})[ \t]*(?:(`[^`]*`)[ \t]*)?$|(\w+)[ \t]+([\w.*[\]]+)[ \t]*(?:(`[^`]*`)[ \t]*)?$|(\*?[\w.]+)[ \t]*(?:(`[^`]*`)[ \t]*)?$)/gm
  for (const match of code.text.matchAll(line)) {
    const at = match.index
    const parent = open.at(-1)
    if (match[1] !== undefined) {
      const name = parent === undefined ? match[1] : `${parent.name}.${match[1]}`
      open.push({ name, key: keyOf(code, name), code, fields: [], at, field: match[1] })
    } else if (match[2] !== undefined && parent !== undefined) {
      const { field, ...struct } = open.pop() as (typeof open)[number]
      done.push(struct)
      open.at(-1)?.fields.push({ name: field, type: struct.key, tag: match[3] ?? '', code, at })
    } else if (match[4] !== undefined)
      parent?.fields.push({ name: match[4], type: match[5] ?? '', tag: match[6] ?? '', code, at })
    else if (match[7] !== undefined) parent?.fields.push({ name: '', type: match[7], tag: match[8] ?? '', code, at })
  }
  return done
}

/** The first of several keys that a tag has. */
export const tagged = (tag: string, ...keys: string[]) =>
  keys.map((key) => new RegExp(`(?:^|[\\s\`])${key}:"([^"]*)"`).exec(tag)?.[1]).find((value) => value !== undefined)

const folderOf = ({ path }: Code) => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** A blank, which no type has, parts the folder of a package from the name. */
const keyOf = (code: Code, name: string) => `${folderOf(code)} ${name}`

/** Types are those of the file's own package, or of one that it imports: `Config` of one is not that of another. */
export function structFinder(structs: readonly GoStruct[]): FindStruct {
  const keyed = new Map(structs.map((struct) => [struct.key, struct]))
  const named = groupBy([...keyed.values()], ({ name }) => name)
  const packages = new Map<string, string | undefined>()
  const packageOf = ({ path, text }: Code) => {
    if (!packages.has(path)) packages.set(path, /^package[ \t]+(\w+)/m.exec(text)?.[1])
    return packages.get(path)
  }
  const imports = new Map<string, Import[]>()
  const imported = new Map<string, GoStruct | undefined>()
  const importedAs = (from: string, name: string, code: Code) => {
    const known = imports.get(code.path) ?? importsIn(code.text)
    imports.set(code.path, known)
    return named
      .get(name)
      ?.find((struct) => known.some((one) => isImported(one, from, { struct, called: packageOf(struct.code) })))
  }
  return (type, code) => {
    if (type.includes(' ')) return keyed.get(type)
    const [, from, name = ''] = /^[*[\]]*(?:(\w+)\.)?(\w+)$/.exec(type) ?? []
    if (from === undefined) return keyed.get(keyOf(code, name))
    // Thousands of fields may have one type.
    const key = `${code.path} ${from}.${name}`
    if (!imported.has(key)) imported.set(key, importedAs(from, name, code))
    return imported.get(key)
  }
}

/** The type of what is filled, if it is a variable that was declared before. */
export function filledType(before: string, name: string): string {
  const last = name.split('.').at(-1) ?? ''
  const near = before.slice(-3_000)
  const forms = [
    new RegExp(`\\bvar\\s+${last}\\s+\\*?([\\w.]+)`, 'g'),
    new RegExp(`\\b${last}\\s*:?=\\s*&?(?:new\\()?([\\w.]+)[{)]`, 'g'),
    new RegExp(`\\b${last}\\s+\\*?([A-Z][\\w.]*)\\s*[,)]`, 'g'),
  ]
  return forms.map((form) => [...near.matchAll(form)].at(-1)?.[1]).find((type) => type !== undefined) ?? name
}

interface Import {
  alias: string | undefined
  path: string
}

function importsIn(text: string): Import[] {
  const lists = [...text.matchAll(/^import[ \t]*(?:\(([^()]*)\)|([^\n(]*))/gm)].map(
    ([, many, one]) => many ?? one ?? '',
  )
  return lists.flatMap((list) =>
    [...list.matchAll(/(?:(?<!\w)(\w+)[ \t]+)?"([^"\n]+)"/g)].map(([, alias, path = '']) => ({ alias, path })),
  )
}

/** Whether a name in front of a dot is that of the package of a struct: its alias, or what the package calls itself. */
function isImported(
  { alias, path }: Import,
  from: string,
  { struct, called }: { struct: GoStruct; called: string | undefined },
): boolean {
  const folder = folderOf(struct.code)
  return (alias ?? called) === from && (folder === '' || `/${path}`.endsWith(`/${folder}`))
}
