import { DeliveryError } from '../../model/errors.ts'
import { longestExpression } from './code-text.ts'
import { envconfigSettings } from './go-envconfig.ts'
import { structNamed, structsOf, tagged, type GoStruct } from './go-structs.ts'
import type { Code, Found } from './setting.ts'
import { viperSettings } from './viper.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads by `os.Getenv`, in the tags of structs (caarlos0/env, envconfig, cleanenv, go-flags), by cli and by viper. */
export function goSettings(files: readonly Code[]): Array<Found & Code> {
  const structs = files.flatMap(structsOf)
  const processed = envconfigSettings(files, structs)
  return [
    ...files.flatMap((code) =>
      [...wrapperCalls(code.text), ...lookups(code.text), ...flags(code.text)].map((found) => ({ ...found, ...code })),
    ),
    ...viperSettings(files),
    ...processed.found,
    ...taggedOf(
      structs.filter(({ name }) => !processed.structs.has(name)),
      optionsPrefix(files),
    ),
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

/** The prefix that caarlos0/env is given for all names. */
function optionsPrefix(files: readonly Code[]): string {
  const forms = files.map(({ text }) => /\benv\.Options\{[^{}]{0,400}\bPrefix:\s*"(\w*)"/.exec(text)?.[1])
  return forms.find((prefix) => prefix !== undefined) ?? ''
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
function taggedOf(structs: readonly GoStruct[], prefix: string): Array<Found & Code> {
  const named = new Map(structs.map((struct) => [struct.name, struct]))
  const structOf = (type: string) => structNamed(named, type)
  const inner = new Set(structs.flatMap(({ fields }) => fields.map(({ type }) => structOf(type)?.name)))
  const visited = new Set<string>()
  /** A struct is read once under each prefix: two fields of its type say the same. */
  const isNew = ({ name }: GoStruct, before: string) => {
    requireFew(visited.size)
    return visited.size < visited.add(`${before} ${name}`).size
  }
  const visit = (struct: GoStruct, before: string, seen: readonly string[]): Array<Found & Code> =>
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
          const least = tagged(field.tag, 'envconfig') === undefined ? prefix : ''
          const fallback =
            tagged(field.tag, 'envDefault', 'env-default', 'default') ??
            options.map((option) => /^default=(.*)$/.exec(option.trim())?.[1]).find(Boolean)
          const must =
            options.some((option) => /^(required|notEmpty)$/.test(option.trim())) ||
            /\b(env-)?required:"(true|yes|1)"/.test(field.tag)
          const secret = /(?:^|\.)\w*(?:Secret|DSN|Password)\w*$/.test(field.type) || options.includes('unset')
          return [
            {
              ...field.code,
              name: `${least}${before}${name}`,
              at: field.at,
              required: must && fallback === undefined,
              fallback: fallback === '' ? undefined : fallback,
              ...(secret ? { secret: true as const } : {}),
            },
          ]
        })
  return structs.filter(({ name }) => !inner.has(name)).flatMap((struct) => visit(struct, '', []))
}
