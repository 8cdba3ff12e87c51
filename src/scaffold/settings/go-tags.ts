import { DeliveryError } from '../../model/errors.ts'
import { filledType, tagged, type FindStruct, type GoField, type GoStruct } from './go-structs.ts'
import type { Code, Found } from './setting.ts'

/** Fields under all their prefixes: far more than any configuration has, and each struct can double the number below it. */
const mostFields = 50_000

/** Structs in each other: no code has more. */
const deepest = 100

function requireFew(fields: number): void {
  if (fields <= mostFields) return
  throw new DeliveryError(
    'SOURCE',
    `expected at most ${mostFields} fields of structs with settings, found more: they contain each other in too many ways`,
    'Give the scaffold the folder of one application with --path.',
  )
}

/** The variables in the tags of every struct that no other has as a field, with the prefixes on the way; of structs that only contain each other, those of the first. */
export function taggedSettings(
  files: readonly Code[],
  structs: readonly GoStruct[],
  structOf: FindStruct,
): Array<Found & Code> {
  const inner = new Set(structs.flatMap(({ fields }) => fields.map(({ type, code }) => structOf(type, code)?.key)))
  const prefixesOf = givenPrefixes(files, structOf)
  const isChecked = checkedFields()
  const visited = new Set<string>()
  const reached = new Set<string>()
  /** A struct is read once under each prefix: two fields of its type say the same. */
  let read = 0
  const isNew = ({ key, fields }: GoStruct, before: string) => {
    reached.add(key)
    if (visited.size === visited.add(`${before} ${key}`).size) return false
    read += fields.length + 1
    requireFew(read)
    return true
  }
  const visit = (struct: GoStruct, before: string, seen: readonly string[]): Array<Found & Code> =>
    seen.length === deepest || seen.includes(struct.key) || !isNew(struct, before)
      ? []
      : struct.fields.flatMap((field): Array<Found & Code> => {
          const child = structOf(field.type, field.code)
          return child === undefined
            ? variableOf(field, before, isChecked)
            : visit(child, `${before}${spaceOf(field)}`, [...seen, struct.key])
        })
  const fromRoot = (struct: GoStruct) => prefixesOf(struct).flatMap((prefix) => visit(struct, prefix, []))
  const roots = structs.filter(({ key }) => !inner.has(key)).flatMap(fromRoot)
  return [...roots, ...structs.flatMap((struct) => (reached.has(struct.key) ? [] : fromRoot(struct)))]
}

/** What a field puts in front of the names of its struct. */
function spaceOf({ tag }: GoField): string {
  const space = tagged(tag, 'env-namespace')
  const inOptions = /(?:^|,)\s*prefix=(\w+)/.exec(tagged(tag, 'env') ?? '')?.[1]
  return tagged(tag, 'envPrefix', 'env-prefix') ?? inOptions ?? (space === undefined ? '' : `${space}_`)
}

function variableOf(field: GoField, before: string, isChecked: (field: GoField) => boolean): Array<Found & Code> {
  const own = tagged(field.tag, 'envconfig', 'env')
  if (own === undefined || own === '-') return []
  const [name = '', ...options] = own.split(',')
  const fallback =
    tagged(field.tag, 'envDefault', 'env-default', 'default') ??
    options.map((option) => /^default=(.*)$/.exec(option.trim())?.[1]).find(Boolean)
  const must =
    options.some((option) => /^(required|notEmpty)$/.test(option.trim())) ||
    /\b(env-)?required:"(true|yes|1)"/.test(field.tag) ||
    /\b(?:validate|binding):"(?:[^"]*,)?required(?:,[^"]*)?"/.test(field.tag)
  const type = field.type.slice(field.type.lastIndexOf('.') + 1)
  const secret = (/^\w+$/.test(type) && /Secret|DSN|Password/.test(type)) || options.includes('unset')
  return [
    {
      ...field.code,
      name: `${before}${name}`,
      at: field.at,
      required: fallback === undefined && (must || isChecked(field)),
      fallback: fallback === '' ? undefined : fallback,
      ...(secret ? { secret: true as const } : {}),
    },
  ]
}

/** Rules of ozzo-validation, and checks that fail at once, which refuse a field without text. */
const checks =
  /\bField\(&\w+\.(\w+),(?=[^\n]{0,400}\bRequired\b)|\bif [^{}\n|&]{0,80}\.(\w+) == ""[^{}\n&]{0,200}\{\s*(?:return[^\n]*(?:\bErr\w+|\berrors\.|\bfmt\.Errorf)|panic\(|\w*log\w*\.(?:Fatal|Panic)|os\.Exit)/g

/** Whether the file of a field refuses it without text. Each file is read once, for all its fields. */
function checkedFields(): (field: GoField) => boolean {
  const known = new Map<string, ReadonlySet<string | undefined>>()
  return ({ name, code: { path, text } }) => {
    const names = known.get(path) ?? new Set([...text.matchAll(checks)].map(([, rule, check]) => rule ?? check))
    known.set(path, names)
    return names.has(name)
  }
}

/** Calls that give all names of a struct a prefix: `env.ParseWithOptions(&cfg, env.Options{Prefix: "ORDERS_"})` of caarlos0, `env.New("ORDERS_", log).Load(&cfg)` of qiangxue, `envconfig.PrefixLookuper("ORDERS_", …)` of sethvargo. */
const givings =
  /\benv\.Options\{[^{}]{0,400}\bPrefix:\s*(?:"(\w*)"|[\w.]+)|\bPrefixLookuper\(\s*(?:"(\w*)"|[\w.]+)|\benv\.New\(\s*(?:"(\w*)"|[\w.]+)\s*,(?:[^;\n]{0,200}\.Load\(\s*&?(\w+))?|\benv\.(Load)\(\s*&?(\w+)/g

const calls = /\benv\.(?:ParseWithOptions\(\s*&?(\w+)|ParseAsWithOptions\[([\w.]+)\])/g

/** The prefixes of a root; none where only the running program knows it. */
function givenPrefixes(files: readonly Code[], structOf: FindStruct): (root: GoStruct) => string[] {
  const own = new Map<string, string[]>()
  const general = new Set<string | undefined>()
  for (const code of files) {
    const parsed = [...code.text.matchAll(calls)]
    for (const match of code.text.matchAll(givings)) {
      const ofQiangxue = match[0].startsWith('env.New') || match[5] !== undefined
      if (ofQiangxue && !code.text.includes('/qiangxue/go-env"')) continue
      const prefix = match[1] ?? match[2] ?? match[3] ?? (match[5] === undefined ? undefined : 'APP_')
      const call = parsed.findLast(({ index }) => index < match.index)
      const target = match[4] ?? match[6] ?? call?.[1]
      const type = call?.[2] ?? (target === undefined ? '' : filledType(code.text.slice(0, match.index), target))
      const struct = structOf(type, code)
      if (struct === undefined) general.add(prefix)
      else own.set(struct.key, [...(own.get(struct.key) ?? []), ...(prefix === undefined ? [] : [prefix])])
    }
  }
  const others = general.size === 0 ? [''] : [...general].filter((prefix) => prefix !== undefined)
  return ({ key }) => own.get(key) ?? others
}
