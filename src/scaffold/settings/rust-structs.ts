import { partsFrom } from './code-text.ts'
import { meanings, type Meaning } from './same-name.ts'
import type { Code, Found } from './setting.ts'

interface RustField {
  name: string
  at: number
  type: string
  attributes: string
}

interface RustStruct {
  name: string
  fields: RustField[]
  code: Code
}

/** How a library fills a struct from the environment. */
interface Filling {
  at: number
  prefix: string
  /** What joins the names of fields in each other; undefined if it fills none in each other. */
  separator: string | undefined
  /** The fields that code gives a value, under their names in each other; undefined if it may be any. Files do not count: no image has them. */
  given: ReadonlySet<string> | undefined
}

/** The fields of structs that envy, config and figment fill from the environment, under the names that they have there. */
export function filledStructs(files: readonly Code[]): Array<Found & Code> {
  const structOf = meanings(files.flatMap(structsIn))
  const known = new Set<string>()
  const left = { fields: mostFields }
  return files.flatMap((code) =>
    fillingsIn(code.text).flatMap((filling) => {
      const root = filledBy(code, filling.at, structOf)
      const key = `${filling.prefix} ${root?.code.path} ${root?.name}`
      if (root === undefined || known.has(key)) return []
      known.add(key)
      return fieldsUnder(root, filling.prefix, filling, structOf, left)
    }),
  )
}

function fillingsIn(text: string): Filling[] {
  const given = /\bSerialized::|\bFile::from_str\(|\binclude_str!|\b(?:Toml|Json|Yaml)::string\(/.test(text)
    ? undefined
    : new Set([...text.matchAll(/\bset_(?:default|override)\(\s*"([\w.]+)"/g)].map(([, key = '']) => key))
  const envy = [...text.matchAll(/\benvy::(?:prefixed\(\s*"(\w+)"\s*\)|from_env\b)/g)].map((match) => ({
    at: match.index,
    prefix: match[1] ?? '',
    separator: undefined,
    given: new Set<string>(),
  }))
  const others = [
    ...text.matchAll(
      /\b(Environment|Env)::(?:with_prefix|prefixed)\(\s*"(\w+)"\s*\)|\b(Environment)::default\(\)|\bEnv::raw\(\)/g,
    ),
  ]
  return [
    ...envy,
    ...others.map((match): Filling => {
      const end = match.index + match[0].length
      const chain = /^(?:\s*\.\s*\w+\([^()\n]{0,100}\)){0,12}/.exec(text.slice(end, end + 600))?.[0] ?? ''
      const stated = (method: string) => new RegExp(`\\.\\s*${method}\\(\\s*"([^"\\n]*)"`).exec(chain)?.[1]
      const ofConfig = (match[1] ?? match[3]) === 'Environment'
      const separator = stated(ofConfig ? 'separator' : 'split')
      const between = ofConfig ? (stated('prefix_separator') ?? separator ?? '_') : ''
      return {
        at: match.index,
        prefix: match[2] === undefined ? '' : `${match[2]}${between}`,
        // Figment splits by what it is given, and the environment then has just that.
        separator,
        given,
      }
    }),
  ]
}

/** The struct that a call fills: the one named nearest to it, or the one whose implementation it stands in. */
function filledBy(code: Code, at: number, structOf: Meaning<RustStruct>): RustStruct | undefined {
  const { text } = code
  const behind = text.slice(at, at + 600)
  const before = text.slice(Math.max(0, at - 400), at)
  const names = [
    /::<\s*(?:[\w:]+::)?(\w+)/.exec(behind)?.[1],
    ...[...before.matchAll(/(?:(?<!:):\s|->\s?(?:[\w:]{1,40}<)?)\s?(?:\w+::)?(\w+)/g)]
      .map(([, name]) => name)
      .toReversed(),
    [...text.slice(Math.max(0, at - 3_000), at).matchAll(/\bimpl\s+(\w+)\s*\{/g)].at(-1)?.[1],
  ]
  return names.map((name) => structOf(name ?? '', code)).find((struct) => struct !== undefined)
}

/** Types of secrecy and its like, and those of drivers that hold how to connect. */
export const secretType = /\b(?:Secret\w*|Redacted|Sensitive\w*|\w*ConnectOptions|ConnectionInfo|ConnectionString)\b/

/** How deep structs are in each other. */
const deepest = 6

/** No application has more, under all their prefixes. */
const mostFields = 20_000

function fieldsUnder(
  struct: RustStruct,
  prefix: string,
  filling: Filling,
  structOf: Meaning<RustStruct>,
  left: { fields: number },
  seen: readonly RustStruct[] = [],
  key = '',
): Array<Found & Code> {
  if (seen.length === deepest || seen.includes(struct)) return []
  return struct.fields.flatMap((field) => {
    if (left.fields-- <= 0 || /\bskip(?:_deserializing)?\b/.test(field.attributes)) return []
    const renamed = /\brename\s*=\s*"(\w+)"/.exec(field.attributes)?.[1] ?? field.name
    const name = `${prefix}${renamed}`.toUpperCase()
    const inner = structOf(/(?<!\w)(\w+)>*$/.exec(field.type)?.[1] ?? '', struct.code)
    const flat = /\bflatten\b/.test(field.attributes)
    if (inner !== undefined && (flat || filling.separator !== undefined)) {
      const under = flat ? prefix : `${name}${filling.separator}`
      return fieldsUnder(inner, under, filling, structOf, left, [...seen, struct], flat ? key : `${key}${renamed}.`)
    }
    const spared = /^Option\b/.test(field.type) || /\bdefault\b/.test(field.attributes)
    const secret = secretType.test(field.type) ? { secret: true as const } : {}
    return [
      {
        ...struct.code,
        name,
        at: field.at,
        required: filling.given?.has(`${key}${renamed}`) === false && !spared,
        fallback: undefined,
        ...secret,
      },
    ]
  })
}

/** The structs of a file that serde fills. */
function structsIn(code: Code): RustStruct[] {
  const form =
    /#\[derive\([^()\]]{0,200}\bDeserialize\b[^()\]]{0,200}\)\]([^{};]{0,400})\bstruct\s+(\w+)[^{};]{0,100}\{/g
  return [...code.text.matchAll(form)].map((match) => {
    const from = match.index + match[0].length
    const attributes = `${/(?:#\[[^\]]{0,200}\]\s*)*$/.exec(code.text.slice(Math.max(0, match.index - 400), match.index))?.[0]}${match[1]}`
    const spared = /\bserde\((?:[^()]*,)?\s*default\b/.test(attributes)
    const fields = fieldsOfStruct(code.text, from)
    return {
      name: match[2] as string,
      fields: spared
        ? fields.map((field) => ({ ...field, attributes: `${field.attributes}#[serde(default)]` }))
        : fields,
      code,
    }
  })
}

function fieldsOfStruct(text: string, from: number): RustField[] {
  let at = from
  return partsFrom(text, from, ',').parts.flatMap((part): RustField[] => {
    const place = text.indexOf(part, at)
    at = place + part.length
    const [, attributes = '', name, type = ''] =
      /^((?:#\[[^\]]{0,200}\]\s*){0,8})(?:pub(?:\([^()]{0,20}\))?\s+)?(\w+)\s*:\s*(\S[\s\S]*)/.exec(part) ?? []
    return name === undefined
      ? []
      : [{ name, at: place + part.lastIndexOf(name, part.length - type.length), type: type.trim(), attributes }]
  })
}
