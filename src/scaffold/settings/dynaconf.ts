import { argumentsFrom, plainText, stringIn } from './code-text.ts'
import type { Code, Found } from './setting.ts'

const made = /\b(\w+)\s*=\s*(?:Dynaconf|LazySettings|FlaskDynaconf)\(/g

/** The settings that code takes from Dynaconf, as the environment spells them: https://www.dynaconf.com/envvars/. Files may hold them too, so then none must be set. */
export function dynaconfSettings(files: readonly Code[]): Array<Found & Code> {
  const instances = files.flatMap(({ text }) =>
    [...text.matchAll(made)].map((match) => {
      const given = argumentsFrom(text, match.index + match[0].length)
      const prefix = keyword(given, 'envvar_prefix')
      return { name: match[1] as string, prefix: prefix === 'False' ? '' : `${stringIn(prefix) ?? 'DYNACONF'}_`, given }
    }),
  )
  const [first] = instances
  if (first === undefined) return []
  const withFiles = instances.some(({ given }) => keyword(given, 'settings_files') !== undefined)
  const names = new Set(instances.map(({ name }) => name))
  return files
    .filter(({ text }) => /\b(?:dynaconf|Dynaconf)\b/.test(text) || importsOne(text, names))
    .flatMap((code) =>
      [...attributes(code.text, names, !withFiles), ...validated(code.text)].map((found) => ({
        ...code,
        ...found,
        name: `${first.prefix}${found.name.toUpperCase().replaceAll('.', '__')}`,
      })),
    )
}

function importsOne(text: string, names: ReadonlySet<string>): boolean {
  const lists = [...text.matchAll(/\bimport\b([^\n]{0,200})/g)]
  return lists.some(([, list = '']) => (list.match(/\w+/g) ?? []).some((word) => names.has(word)))
}

function keyword(given: readonly string[], key: string): string | undefined {
  return given
    .map((one) => new RegExp(`^${key}\\s*=\\s*([\\s\\S]+)$`).exec(one)?.[1])
    .find((value) => value !== undefined)
}

/** `settings.NAME`, `settings["NAME"]` and `settings.get("NAME", other)`. */
function attributes(text: string, names: ReadonlySet<string>, required: boolean): Found[] {
  const form =
    /(?<![.\w])(\w+)(?:\.get\(\s*["']([\w.]+)["'](?:\s*,\s*("[^"\n]*"|'[^'\n]*'|[\w.-]+))?|\[["'](\w+)["']\]|\.([A-Z][A-Z0-9_]*(?:\.[A-Z][A-Z0-9_]*)?))(?!\w|\(|\s*=(?!=))/g
  return [...text.matchAll(form)].flatMap((match): Found[] => {
    if (!names.has(match[1] ?? '')) return []
    const name = match[2] ?? match[4] ?? match[5] ?? ''
    return [{ name, at: match.index, required: required && match[2] === undefined, fallback: plainText(match[3]) }]
  })
}

/** `Validator("NAME", must_exist=True)`. */
function validated(text: string): Found[] {
  return [...text.matchAll(/\bValidator\(/g)].flatMap((match): Found[] => {
    const given = argumentsFrom(text, match.index + match[0].length)
    const fallback = keyword(given, 'default')
    const must = keyword(given, 'must_exist') === 'True' && fallback === undefined
    return given
      .flatMap((one) => stringIn(one) ?? [])
      .map((name) => ({ name, at: match.index, required: must, fallback: plainText(fallback) }))
  })
}
