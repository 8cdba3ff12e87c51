import { filledType, tagged, type FindStruct, type GoStruct } from './go-structs.ts'
import { argumentsFrom, plainText, stringIn } from './code-text.ts'
import type { Code, Found } from './setting.ts'
import { vipersIn, type IsViper } from './viper-receivers.ts'

/** The keys of viper that are bound to the environment by name, or all that are read where it looks there by itself: https://github.com/spf13/viper#working-with-environment-variables. */
export function viperSettings(files: readonly Code[], structOf: FindStruct): Array<Found & Code> {
  const own = files.filter(({ text }) => text.includes('viper'))
  if (own.length === 0) return []
  const all = (form: RegExp) => own.map(({ text }) => form.exec(text)?.[1]).find((found) => found !== undefined)
  const prefix = all(/\bSetEnvPrefix\(\s*"(\w*)"/) ?? ''
  const automatic = own.some(({ text }) => /\bAutomaticEnv\(\)/.test(text))
  const pairs = all(/\bSetEnvKeyReplacer\(\s*strings\.NewReplacer\(([^()]{0,200})\)/) ?? ''
  const replacements = [...pairs.matchAll(/"([^"]+)"\s*,\s*"([^"]*)"/g)].map(
    ([, from = '', to = '']) => [from, to] as const,
  )
  const variable = (key: string) => replacedOnce(prefix === '' ? key : `${prefix}_${key}`, replacements).toUpperCase()
  const isViper = vipersIn(own)
  const left = { fields: mostFields }
  const filled = automatic ? own.flatMap((code) => filledKeys(code, structOf, left)) : []
  const inStructs = filled.map((found) => ({ ...found, name: variable(found.name) }))
  const read = own.flatMap((code) =>
    keysIn(code, automatic, isViper).map((found) => ({ ...code, ...found, name: variable(found.name) })),
  )
  return [...read, ...inStructs]
}

/** A text with every replacement made in one pass, as `strings.NewReplacer` does: the first that fits a place counts. */
function replacedOnce(text: string, replacements: ReadonlyArray<readonly [from: string, to: string]>): string {
  let done = ''
  for (let at = 0; at < text.length;) {
    const [from, to] = replacements.find(([one]) => text.startsWith(one, at)) ?? [text[at] ?? '', text[at] ?? '']
    done += to
    at += from.length
  }
  return done
}

/** The keys of a struct that `viper.Unmarshal(&config)` fills. */
function filledKeys(code: Code, structOf: FindStruct, left: { fields: number }): Array<Found & Code> {
  return [...code.text.matchAll(/\.Unmarshal(?:Exact)?\(\s*&?(\w+)/g)].flatMap((match) => {
    const root = structOf(filledType(code.text.slice(0, match.index), match[1] as string), code)
    return root === undefined ? [] : keysUnder(root, '', structOf, left)
  })
}

/** No configuration has more: structs can contain each other in more ways than anybody could read. */
const mostFields = 20_000

function keysUnder(
  struct: GoStruct,
  before: string,
  structOf: FindStruct,
  left: { fields: number },
  seen: readonly GoStruct[] = [],
): Array<Found & Code> {
  if (seen.includes(struct) || seen.length > 4) return []
  return struct.fields.flatMap((field): Array<Found & Code> => {
    if (left.fields-- <= 0) return []
    const [own = '', ...options] = (tagged(field.tag, 'mapstructure') ?? field.name).split(',')
    const child = structOf(field.type, field.code)
    const key = own === '' ? field.name : own
    if (key === '-') return []
    if (child !== undefined)
      return keysUnder(child, options.includes('squash') ? before : `${before}${key}.`, structOf, left, [
        ...seen,
        struct,
      ])
    return [{ ...field.code, name: `${before}${key}`, at: field.at, required: false, fallback: undefined }]
  })
}

/** Files that viper must find, by the file of code that asks for them; the keys are in `mapstructure` of structs. */
export function filesOfViper(files: readonly Code[]): Array<{ path: string; file: string; alone: boolean }> {
  const read = files.filter(({ path, text }) => path.endsWith('.go') && text.includes('spf13/viper"'))
  const alone = !read.some(({ text }) => /\b(?:AutomaticEnv|BindEnv|MustBindEnv)\(/.test(text))
  return read.flatMap(({ path, text }) => {
    const file = /\.SetConfig(?:File|Name)\(\s*"([^"\n]+)"/.exec(text)?.[1]
    const behind = /\.ReadInConfig\(\)([\s\S]{0,200})/.exec(text)?.[1] ?? ''
    const ends =
      /^[\s;]*(?:if\s+)?(?:;\s*)?err\s*!=\s*nil\s*\{\s*(?:return|panic\(|\w*[lL]og\w*\.(?:Fatal|Panic))/.test(behind)
    return file === undefined || !ends || /ConfigFileNotFoundError/.test(text) ? [] : [{ path, file, alone }]
  })
}

function keysIn(code: Code, automatic: boolean, isViper: IsViper): Found[] {
  const { text } = code
  const form =
    /\b(\w+)\.(BindEnv|MustBindEnv|SetDefault|Get(?:String|Int|Int32|Int64|Uint|Bool|Duration|Float64|StringSlice|Time)?)\(\s*(?=")/g
  return [...text.matchAll(form)].flatMap((match): Found[] => {
    const [, receiver = '', method = ''] = match
    const [first, second] = argumentsFrom(text, match.index + match[0].length)
    const bind = method === 'BindEnv' || method === 'MustBindEnv'
    const name = stringIn(first)
    // With a second argument it is bound to just that.
    if (name === undefined || (bind ? second !== undefined : !automatic)) return []
    if (!bind && !isViper(code, receiver, match.index)) return []
    const fallback = method === 'SetDefault' ? plainText(second) : undefined
    return [{ name, at: match.index, required: false, fallback }]
  })
}
