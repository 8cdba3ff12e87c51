import { argumentsFrom, plainText, stringIn } from './code-text.ts'
import type { Code, Found } from './setting.ts'
import { vipersIn, type IsViper } from './viper-receivers.ts'

/** The keys of viper that are bound to the environment by name, or all that are read where it looks there by itself: https://github.com/spf13/viper#working-with-environment-variables. */
export function viperSettings(files: readonly Code[]): Array<Found & Code> {
  const own = files.filter(({ text }) => text.includes('viper'))
  if (own.length === 0) return []
  const all = (form: RegExp) => own.map(({ text }) => form.exec(text)?.[1]).find((found) => found !== undefined)
  const prefix = all(/\bSetEnvPrefix\(\s*"(\w*)"/) ?? ''
  const automatic = own.some(({ text }) => /\bAutomaticEnv\(\)/.test(text))
  const pairs = all(/\bSetEnvKeyReplacer\(\s*strings\.NewReplacer\(([^()]{0,200})\)/) ?? ''
  const replaced = [...pairs.matchAll(/"([^"]*)"\s*,\s*"([^"]*)"/g)]
  const variable = (key: string) => {
    const full = prefix === '' ? key : `${prefix}_${key}`
    return replaced.reduce((name, [, from = '', to = '']) => name.replaceAll(from, to), full).toUpperCase()
  }
  const isViper = vipersIn(own)
  return own.flatMap((code) =>
    keysIn(code, automatic, isViper).map((found) => ({ ...code, ...found, name: variable(found.name) })),
  )
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
