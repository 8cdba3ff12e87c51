import { argumentsFrom, plainText, stringIn } from './code-text.ts'
import { dynaconfSettings } from './dynaconf.ts'
import { readerPrefix } from './environs-prefix.ts'
import { pydanticSettings } from './pydantic.ts'
import type { Code, Found } from './setting.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads of `os.environ`, by environs, django-environ, decouple, Starlette and dj-database-url, and in pydantic's settings classes. */
export function pythonSettings(files: readonly Code[]): Array<Found & Code> {
  const own = files.flatMap((code) =>
    [...subscripts(code.text), ...readers(code.text), ...urls(code.text), ...otherWrappers(code.text)].map((found) => ({
      ...found,
      ...code,
    })),
  )
  return [...own, ...pydanticSettings(files), ...dynaconfSettings(files)]
}

/** `os.environ["NAME"]` fails without it; an assignment to it is no read. */
function subscripts(text: string): Found[] {
  const asked = askedIn(text)
  return [...text.matchAll(/\benviron\[\s*["'](\w+)["']\s*\](?!\s*=(?!=))/g)].map((match) => ({
    name: match[1] as string,
    at: match.index,
    required: !asked.has(match[1]),
    fallback: undefined,
  }))
}

/** The variables of which a file also asks if they are there at all. */
function askedIn(text: string): Set<string | undefined> {
  const forms = [/["'](\w+)["']\s+(?:not\s+)?in\s+(?:os\.)?environ\b/g, /(?:getenv|environ\.get)\(\s*["'](\w+)["']/g]
  return new Set(forms.flatMap((form) => [...text.matchAll(form)].map(([, name]) => name)))
}

/** `os.environ.get` and `setdefault`, whose name the search for wrappers does not see. */
function otherWrappers(text: string): Found[] {
  const calls = [...text.matchAll(/\benviron\.(?:get|setdefault|pop)\(\s*(?=["'])/g)].flatMap((match) => {
    const [name, fallback] = argumentsFrom(text, match.index + match[0].length)
    const variable = stringIn(name)
    return variable === undefined
      ? []
      : [{ name: variable, at: match.index, required: false, fallback: plainText(fallback) }]
  })
  const byReader = new Set(readerNames(text))
  return [...calls, ...wrapperCalls(text).filter(({ at }) => !byReader.has(/^\w+/.exec(text.slice(at))?.[0] ?? ''))]
}

/** The names under which a file has a reader that fails without the variable, unless it is given a default. */
function readerNames(text: string): string[] {
  const made = [...text.matchAll(/\b(\w+)\s*=\s*(?:\w+\.)?(?:Env|FileAwareEnv|Config)\(/g)].map(([, name]) => name)
  const imported = [...text.matchAll(/^[ \t]*from (?:environs|decouple) import (?:.*\b)?(env|config)\b/gm)].map(
    ([, name]) => name,
  )
  return [...new Set([...made, ...imported])].filter((name) => name !== undefined).slice(0, mostReaders)
}

/** No file has more: each is looked for in all of it. */
const mostReaders = 50

function readers(text: string): Found[] {
  const names = readerNames(text)
  if (names.length === 0) return []
  // django-environ: Env(DEBUG=(bool, False)) declares a type and a default.
  const declared = new Map(
    [...text.matchAll(/\b([A-Z]\w+)\s*=\s*\(\s*\w+\s*,([^()]*)\)/g)].map((match) => [match[1], match[2]]),
  )
  return names.flatMap((name) => {
    const prefixAt = readerPrefix(text, name)
    return [...text.matchAll(new RegExp(`\\b${name}(?:\\.(\\w+))?\\(`, 'g'))].flatMap((match): Found[] => {
      const at = match.index
      const [first, ...others] = argumentsFrom(text, at + match[0].length)
      const method = match[1] ?? ''
      const variable = stringIn(first) ?? (first === undefined ? implied.get(method) : undefined)
      const prefix = prefixAt(at)
      if (variable === undefined || prefix === undefined || notReads.test(method)) return []
      const keyword = others.map((argument) => /^default\s*=\s*(\S[\s\S]*)/.exec(argument)?.[1])
      const positional = others.filter((argument) => !/^\w+\s*=(?!=)/.test(argument))
      const fallback = keyword.find((value) => value !== undefined) ?? positional.at(-1) ?? declared.get(variable)
      const secret = urlMethods.test(method) || others.some((argument) => secretCast.test(argument))
      const found = {
        name: `${prefix}${variable}`,
        at,
        required: fallback === undefined,
        fallback: plainText(fallback),
      }
      return [secret ? { ...found, secret: true } : found]
    })
  })
}

/** Methods of django-environ and environs for addresses of stores, and what Starlette's config makes of a secret. */
const urlMethods = /^(?:(?:dj_)?(?:db|cache|email)(?:_url)?|search(?:_url)?|channels(?:_url)?)$/
const secretCast = /^(?:cast\s*=\s*)?(?:\w+\.)?(?:Secret|DatabaseURL)$/

const notReads = /^(?:read_env|prefixed)$/

/** The variables that methods of django-environ read if they are given none. */
const implied: ReadonlyMap<string, string> = new Map([
  ['db', 'DATABASE_URL'],
  ['db_url', 'DATABASE_URL'],
  ['cache', 'CACHE_URL'],
  ['cache_url', 'CACHE_URL'],
  ['email', 'EMAIL_URL'],
  ['email_url', 'EMAIL_URL'],
])

/** dj-database-url reads DATABASE_URL unless it is told otherwise. */
function urls(text: string): Found[] {
  return [...text.matchAll(/\bdj_database_url\.config\(/g)].map((match) => {
    const given = argumentsFrom(text, match.index + match[0].length)
    const of = (key: string) =>
      given.map((argument) => new RegExp(`^${key}\\s*=\\s*([\\s\\S]+)$`).exec(argument)?.[1]).find(Boolean)
    return {
      name: stringIn(of('env')) ?? 'DATABASE_URL',
      at: match.index,
      required: false,
      fallback: plainText(of('default')),
      secret: true as const,
    }
  })
}
