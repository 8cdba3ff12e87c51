import { longestExpression } from './code-text.ts'
import { envconfigSettings } from './go-envconfig.ts'
import { structFinder, structsOf } from './go-structs.ts'
import { taggedSettings } from './go-tags.ts'
import type { Code, Found } from './setting.ts'
import { viperSettings } from './viper.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads by `os.Getenv`, in the tags of structs (caarlos0/env, envconfig, cleanenv, go-flags), by cli and by viper. */
export function goSettings(files: readonly Code[]): Array<Found & Code> {
  const structs = files.flatMap(structsOf)
  const structOf = structFinder(structs)
  const processed = envconfigSettings(files, structOf)
  return [
    ...files.flatMap((code) =>
      [...wrapperCalls(code.text), ...lookups(code.text), ...flags(code.text)].map((found) => ({ ...found, ...code })),
    ),
    ...viperSettings(files, structOf),
    ...processed.found,
    ...taggedSettings(
      files,
      structs.filter(({ key }) => !processed.structs.has(key)),
      structOf,
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
      fallback: /\bValue:\s*"?([^\s",][^",\n]*)"?,/.exec(around)?.[1],
    }))
  })
}
