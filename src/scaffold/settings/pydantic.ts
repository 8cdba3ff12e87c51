import { argumentsFrom, partsFrom, plainText, stringIn } from './code-text.ts'
import { memberNeeds, needed } from './requirement.ts'
import { meanings, type Meaning } from './same-name.ts'
import { variableName, type Code, type Found } from './setting.ts'

interface Class {
  name: string
  bases: string[]
  /** What stands in brackets behind its name. */
  head: string
  code: Code
  /** The text of its body, and where that starts. */
  body: { text: string; at: number }
}

interface Field {
  name: string
  at: number
  type: string
  /** What stands behind the equals sign. */
  value: string | undefined
}

/**
 * The fields of pydantic's settings classes, under the names that they have in the environment:
 * https://docs.pydantic.dev/latest/concepts/pydantic_settings/. A class that others extend counts through them.
 */
export function pydanticSettings(files: readonly Code[]): Array<Found & Code> {
  const classes = files.flatMap(classesOf)
  const classOf = meanings(classes)
  const lineages = new Map<Class, Class[]>()
  const left = { fields: mostFields }
  const settings = classes.filter((one) =>
    lineage(one, classOf, lineages).some(({ bases }) => bases.includes('BaseSettings')),
  )
  const extended = new Set(settings.flatMap(({ bases, code }) => bases.map((base) => classOf(base, code))))
  const made = new Set(files.flatMap(({ text }) => [...text.matchAll(/\b(\w+)\(\s*\)/g)].map(([, name]) => name)))
  return settings
    .filter((one) => !extended.has(one) || made.has(one.name))
    .flatMap((one) => variablesOf(lineage(one, classOf, lineages), classOf, left))
}

/** No application has more, in all its settings and the models in them. */
const mostFields = 20_000

/** No settings are the children of more. */
const longestLineage = 100

/** A class after those that it extends, each once. Classes of one name in several files can seem to extend each other. */
function lineage(one: Class, classOf: Meaning<Class>, known: Map<Class, Class[]>, depth = 0): Class[] {
  const before = known.get(one)
  if (before !== undefined) return before
  known.set(one, [])
  const above = one.bases.flatMap((base) => {
    const found = classOf(base, one.code)
    return found === undefined || found === one || depth === longestLineage
      ? []
      : lineage(found, classOf, known, depth + 1)
  })
  // The last mention counts: what is stated there wins.
  const lines = [...new Set([...above, one].toReversed())].toReversed().slice(-longestLineage)
  known.set(one, lines)
  return lines
}

function variablesOf(
  classes: readonly Class[],
  classOf: Meaning<Class>,
  left: { fields: number },
): Array<Found & Code> {
  if (left.fields <= 0) return []
  const configured = (key: string) =>
    classes
      .flatMap(({ body, head }) => [head, body.text])
      .map((text) => new RegExp(`\\b${key}\\s*=\\s*([^,)\\n]+)`).exec(text)?.[1])
      .findLast((value) => value !== undefined)
  // Undefined where only the running program knows it.
  const prefix = stringIn(configured('env_prefix') ?? '""')
  const delimiter = stringIn(configured('env_nested_delimiter'))
  const exact = classes.some(({ body, head }) => /\bcase_sensitive\s*=\s*True/.test(`${head}${body.text}`))
  const written = (name: string) => (exact && variableName.test(name) ? name : name.toUpperCase())
  const inConfig = new Map(classes.flatMap(({ body }) => namesInConfig(body.text)))
  return classes.flatMap(({ code, body }) => {
    const needs = memberNeeds(body.text, 'python')
    return fieldsOf(body).flatMap((field): Array<Found & Code> => {
      if (left.fields-- <= 0) return []
      const { alias = inConfig.get(field.name), ...stated } = valueOf(field)
      const empty = !stated.required && stated.fallback === undefined
      const value = empty && isEmpty(field) ? { ...stated, ...needed(needs(field.name)) } : stated
      if (alias === undefined && prefix === undefined) return []
      const own = { ...code, ...value, name: written(alias ?? `${prefix}${field.name}`), at: field.at }
      return delimiter === undefined ? [own] : nestedIn(own, field, { classOf, delimiter, written, left })
    })
  })
}

/** A field that has nothing unless the environment has; a validator of its class may refuse that. */
function isEmpty({ value = '' }: Field): boolean {
  return /^(?:None|["']{2}|(?:\w+\.)?Field\((?:default\s*=\s*)?(?:None|["']{2})\s*[,)][\s\S]*)$/.test(value)
}

interface Nesting {
  classOf: Meaning<Class>
  delimiter: string
  written: (name: string) => string
  /** How many fields may still be read. */
  left: { fields: number }
}

/** How deep a model is read that is a field of another. */
const deepest = 4

/** The variables of the fields of a model, under the name of the field that holds it; that field itself if it is no model. */
function nestedIn(own: Found & Code, field: Field, nesting: Nesting, depth = 0): Array<Found & Code> {
  const { classOf, delimiter, written } = nesting
  const model = classOf((/^(?:Optional\[\s*)?(\w+)/.exec(field.type) ?? [])[1] ?? '', own)
  if (model === undefined || depth === deepest || nesting.left.fields <= 0) return [own]
  const spared = field.value !== undefined && !own.required
  return fieldsOf(model.body).flatMap((inner) => {
    if (nesting.left.fields-- <= 0) return []
    const { alias, ...value } = valueOf(inner)
    const name = `${own.name}${delimiter}${written(alias ?? inner.name)}`
    const found = { ...model.code, ...value, name, at: inner.at, required: value.required && !spared }
    return nestedIn(found, inner, nesting, depth + 1)
  })
}

/** The first form of pydantic gives fields other names in `class Config`: `fields = {"url": {"env": "DATABASE_URL"}}`. */
function namesInConfig(body: string): Array<[string, string]> {
  const start = /\bfields\s*(?::[^=\n]{0,80})?=\s*\{/.exec(body)
  if (start === null) return []
  return argumentsFrom(body, start.index + start[0].length).flatMap((entry): Array<[string, string]> => {
    const [, field, value = ''] = /^["'](\w+)["']\s*:\s*([\s\S]*)/.exec(entry) ?? []
    const name = /^["'](\w+)["']$/.exec(value)?.[1] ?? /["']env["']\s*:\s*(?:[[({]\s*)?["'](\w+)["']/.exec(value)?.[1]
    return field === undefined || name === undefined ? [] : [[field, name]]
  })
}

/** Types of pydantic for secrets, and for addresses of stores. */
const secretType = /\b(?:\w*Dsn|Secret(?:Str|Bytes)?|MultiHostUrl)\b/

/** Whether a field must be set, what it is otherwise, and the name that it is given by hand. */
function valueOf({ type, value }: Field): Pick<Found, 'required' | 'fallback' | 'secret'> & {
  alias: string | undefined
} {
  const call = /^(?:\w+\.)?Field\(/.exec(value ?? '') ?? /\bField\(/.exec(type)
  const own = value !== undefined && call !== null && call.index === 0 && value.startsWith(call[0])
  const given = call === null ? [] : argumentsFrom(own ? (value as string) : type, call.index + call[0].length)
  const keyword = (key: string) =>
    given
      .map((argument) => new RegExp(`^${key}\\s*=\\s*([\\s\\S]+)$`).exec(argument)?.[1])
      .find((found) => found !== undefined)
  const aliases = keyword('validation_alias') ?? keyword('env') ?? keyword('alias')
  const alias = stringIn(aliases) ?? stringIn(/["'][^"']+["']/.exec(aliases ?? '')?.[0])
  const stated = own
    ? (keyword('default') ?? keyword('default_factory') ?? given.find((argument) => !/^\w+\s*=(?!=)/.test(argument)))
    : (value ?? keyword('default') ?? keyword('default_factory'))
  const secret = secretType.test(type) ? { secret: true as const } : {}
  return { required: stated === undefined || stated === '...', fallback: plainText(stated), alias, ...secret }
}

function classesOf(code: Code): Class[] {
  return [...code.text.matchAll(/^([ \t]*)class (\w+)\(([^)]*)\):[^\n]*\n/gm)].map((match) => {
    const at = match.index + match[0].length
    const indent = (match[1] ?? '').length
    let end = at
    while (end < code.text.length) {
      const next = code.text.indexOf('\n', end)
      const line = code.text.slice(end, next === -1 ? undefined : next)
      if (line.trim() !== '' && (/^[ \t]*/.exec(line)?.[0].length ?? 0) <= indent && !/^[ \t]*[)\]}]/.test(line)) break
      end += line.length + 1
    }
    return {
      name: match[2] as string,
      head: `${match[3] ?? ''}\n`,
      bases: (match[3] ?? '').split(',').map((base) => base.trim().split('.').at(-1) ?? ''),
      code,
      body: { text: code.text.slice(at, end), at },
    }
  })
}

/** The fields of a class: annotated names at the indentation of its body. */
function fieldsOf({ text, at }: Class['body']): Field[] {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? ''
  return [...text.matchAll(new RegExp(`^${indent}([A-Za-z]\\w*)[ \\t]*:[ \\t]*(?=\\S)`, 'gm'))].flatMap((match) => {
    const name = match[1] as string
    const { parts } = partsFrom(text, match.index + match[0].length, '=')
    const [type = '', value] = parts
    if (name === 'model_config' || /\bClassVar\b/.test(type)) return []
    return [{ name, at: at + match.index, type, value }]
  })
}
