import { DeliveryError } from '../../model/errors.ts'
import { longestExpression } from './code-text.ts'
import type { Code, Found } from './setting.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads by `os.Getenv`, in the tags of structs (caarlos0/env, envconfig, cleanenv, go-flags), by cli and by viper. */
export function goSettings(files: readonly Code[]): Array<Found & Code> {
  const structs = files.flatMap(structsOf)
  return [
    ...files.flatMap((code) =>
      [...wrapperCalls(code.text), ...lookups(code.text), ...flags(code.text)].map((found) => ({ ...found, ...code })),
    ),
    ...taggedOf(structs, envconfigPrefix(files)),
  ]
}

/** viper.BindEnv("key", "NAME"): the second and later arguments are variables. */
function lookups(text: string): Found[] {
  return [...text.matchAll(/\bBindEnv\(\s*"[^"]*"\s*((?:,\s*"\w+"\s*)+)\)/g)].flatMap((match) =>
    [...(match[1] ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => ({
      name: name as string,
      at: match.index,
      required: false,
      fallback: undefined,
    })),
  )
}

/** urfave/cli: the variables of a flag; `Required` and `Value` belong to the same literal. */
function flags(text: string): Found[] {
  const forms = /\bEnvVars:\s*\[\]string\{([^}]*)\}|\bEnvVars\(([^)]*)\)|\bEnvVar:\s*("[^"]*")/g
  return [...text.matchAll(forms)].flatMap((match) => {
    const end = match.index + match[0].length
    const before = text.slice(Math.max(0, match.index - longestExpression), match.index)
    const after = text.slice(end, end + longestExpression)
    const around = `${before.slice(before.lastIndexOf('{') + 1)}${after.slice(0, after.indexOf('}'))}`
    return [...(match[1] ?? match[2] ?? match[3] ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => ({
      name: name as string,
      at: match.index,
      required: /\bRequired:\s*true/.test(around),
      fallback: /\bValue:\s*"?([^",\n]+)"?,/.exec(around)?.[1],
    }))
  })
}

interface Field {
  name: string
  type: string
  tag: string
  code: Code
  at: number
}

interface Struct {
  name: string
  fields: Field[]
}

/** Structs with their fields; one inside another is a struct of its own, under a name that its field then has as type. */
function structsOf(code: Code): Struct[] {
  const done: Struct[] = []
  const open: Array<Struct & { at: number; field: string }> = []
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

const tagged = (tag: string, ...keys: string[]) =>
  keys.map((key) => new RegExp(`(?:^|[\\s\`])${key}:"([^"]*)"`).exec(tag)?.[1]).find((value) => value !== undefined)

/** The prefix that every call of envconfig.Process gives; undefined if there is no call. */
function envconfigPrefix(files: readonly Code[]): string | undefined {
  return files
    .map(({ text }) => /\benvconfig\.(?:Must)?Process\(\s*(?:ctx\s*,\s*)?"(\w*)"/.exec(text)?.[1])
    .find((found) => found !== undefined)
}

/** Structs under all their prefixes: far more than any configuration has, and each can double the number below it. */
const mostStructs = 10_000

function requireFew(count: number): void {
  if (count < mostStructs) return
  throw new DeliveryError(
    'SOURCE',
    `expected at most ${mostStructs} structs with settings, found more: they contain each other in too many ways`,
    'Give the scaffold the folder of one application with --path.',
  )
}

/** The variables of every struct that no other has as a field, with the prefixes on the way. */
function taggedOf(structs: readonly Struct[], prefix: string | undefined): Array<Found & Code> {
  const named = new Map(structs.map((struct) => [struct.name, struct]))
  const structOf = (type: string) =>
    named.get(
      type.replace(/^[*[\]]+/, '').split('.').length > 1 && named.has(type.replace(/^[*[\]]+/, ''))
        ? type.replace(/^[*[\]]+/, '')
        : (type
            .replace(/^[*[\]]+/, '')
            .split('.')
            .at(-1) ?? ''),
    )
  const inner = new Set(structs.flatMap(({ fields }) => fields.map(({ type }) => structOf(type)?.name)))
  const visited = new Set<string>()
  /** A struct is read once under each prefix: two fields of its type say the same. */
  const isNew = ({ name }: Struct, before: string) => {
    requireFew(visited.size)
    return visited.size < visited.add(`${before} ${name}`).size
  }
  const visit = (struct: Struct, before: string, seen: readonly string[]): Array<Found & Code> =>
    seen.includes(struct.name) || !isNew(struct, before)
      ? []
      : struct.fields.flatMap((field): Array<Found & Code> => {
          const child = structOf(field.type)
          const own = tagged(field.tag, 'envconfig', 'env')
          if (child !== undefined) {
            const space =
              tagged(field.tag, 'envPrefix', 'env-prefix') ??
              (tagged(field.tag, 'env-namespace') === undefined ? '' : `${tagged(field.tag, 'env-namespace')}_`)
            return visit(child, `${before}${space}`, [...seen, struct.name])
          }
          if (own === undefined || own === '-') return []
          const [name = '', ...options] = own.split(',')
          const least =
            prefix === undefined || prefix === '' || tagged(field.tag, 'envconfig') === undefined
              ? ''
              : `${prefix.toUpperCase()}_`
          const fallback =
            tagged(field.tag, 'envDefault', 'env-default', 'default') ??
            options.map((option) => /^default=(.*)$/.exec(option.trim())?.[1]).find(Boolean)
          const must =
            options.some((option) => /^(required|notEmpty)$/.test(option.trim())) ||
            /\b(env-)?required:"(true|yes|1)"/.test(field.tag)
          return [
            {
              ...field.code,
              name: `${least}${before}${name}`,
              at: field.at,
              required: must && fallback === undefined,
              fallback: fallback === '' ? undefined : fallback,
            },
          ]
        })
  return structs.filter(({ name }) => !inner.has(name)).flatMap((struct) => visit(struct, '', []))
}
