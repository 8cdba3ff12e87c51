import type { Language } from './language.ts'
import { lineAt } from './settings/code-text.ts'
import type { Code, Setting } from './settings/setting.ts'

/** A place where the code itself says how, or whether, the server of its database is verified. */
export interface TlsPlace {
  path: string
  line: number
  /** The word that it uses. */
  what: string
  /** The setting that it takes that from, if it names one. */
  variable: string | undefined
  /** Whether it stands in a whole address, which one from outside takes the place of. */
  whole: boolean
}

interface Form {
  languages?: readonly Language[]
  /** What it sets by name, with what follows that, if it is a name and a value. */
  form: RegExp
  /** Whether it speaks of the database wherever it stands; if not, the file has to. */
  alone: boolean
  /** Values that verify the server by the authorities that the deployment gives, and those that say nothing. */
  harmless?: RegExp
}

/** What follows a name that has a type here and no value. */
const typed =
  /^(?:(?:string|str|String|bool|boolean|any|object|unknown)\b(?![^\n]{0,40}[^=!<>]=[^=])|&(?:'\w+\s)?str\b|Option(?:al)?[<[]|\w*Ssl_?Mode\s*[,;)}=\n])/i

/** A mode, or a schema for one. */
const verifyFull = /^\{\s*(?:["'\n]|type\b)|^["'`]?(?:[\w.]+(?:::|\.))?verify[-_]?full\b/i

const forms: readonly Form[] = [
  {
    // A name in capitals is a variable's, which is a setting.
    form: /(?<what>(?<![A-Za-z0-9_$-])(?:(?:set|with|With)(?=S))?(?:ssl[_-]?[mM]ode|[sS]sl_?Mode|SSLMode|ssl[_-]?[rR]oot[_-]?[cC]ert|sslfactory))(?:["'`]\s*,\s*|\(\)\s*[:=]\s*|["'`]?\]?\s*(?::=|=>|=(?![=>])|:(?![:=])|\((?!\)))\s*)/g,
    alone: true,
    harmless: verifyFull,
  },
  { languages: ['rust'], form: /(?<what>\bPgSslMode)::/g, alone: true, harmless: verifyFull },
  {
    languages: ['rust'],
    form: /(?<what>\bdanger_accept_invalid_(?:certs|hostnames))\(\s*/g,
    alone: false,
    harmless: /^false/,
  },
  {
    languages: ['node'],
    form: /(?<what>(?<![\w$.@/`-])ssl)["'`]?\s*(?::|=(?![=>]))\s*/g,
    alone: false,
    harmless: /^(?:true\b|["'`]verify-full|\{\s*rejectUnauthorized:\s*true,?\s*\})/,
  },
  {
    languages: ['node'],
    form: /(?<what>\brejectUnauthorized)["'`]?\s*(?::|=(?![=>]))\s*/g,
    alone: false,
    harmless: /^true\b/,
  },
  {
    languages: ['node'],
    form: /(?<what>\bNODE_TLS_REJECT_UNAUTHORIZED)["'`]?\]?\s*=(?!=)\s*/g,
    alone: true,
    harmless: /^["'`]?1/,
  },
  { languages: ['python'], form: /(?<what>(?<![\w.])ssl(?:_context)?)["']?\s*[=:](?!=)\s*/g, alone: false },
  { languages: ['python'], form: /(?<what>\bssl_require)\s*=\s*/g, alone: true, harmless: /^False/ },
  { languages: ['python'], form: /(?<what>\bCERT_NONE\b|\bcheck_hostname\s*=\s*False)/g, alone: false },
  { languages: ['go'], form: /(?<what>\bInsecureSkipVerify)\s*[:=]\s*/g, alone: false, harmless: /^false/ },
  { languages: ['go'], form: /(?<what>\bTLSConfig)\s*[:=](?!=)\s*/g, alone: false },
  { languages: ['go'], form: /(?<what>\bWith(?:Insecure|TLSConfig))\(\s*/g, alone: false, harmless: /^false/ },
  { languages: ['java'], form: /(?<what>\bsetSsl|\benableSsl|\bsetTrustAll)\(/g, alone: false },
  { languages: ['java'], form: /(?<what>(?<=["'])ssl(?=["']\s*,))/g, alone: false },
  { languages: ['java'], form: /(?<what>\bpostgresql\S{0,40}\btrust-all)\s*[:=]\s*/g, alone: true, harmless: /^false/ },
  { form: /(?<=postgres[^\s"'`]{0,300}[?&])(?<what>ssl)=/g, alone: true },
]

/** Files that speak of PostgreSQL or of what opens a database. */
const ofDatabase =
  /postgres|psycopg|asyncpg|["'`]pg["'`]|\bpgx|\bpgdriver\b|\bsequelize\b|\btypeorm\b|\bknex\b|mikro-?orm|drizzle-orm|slonik|sqlalchemy|create_(?:async_)?engine|\b(?:TYPEORM|DATABASES?|DB)_[A-Z]|\bDATABASES\b/i

/** Files of other services, by their names. */
const ofOthers = /(?:mysql|maria|mongo|redis|kafka|rabbit|amqp|mail|smtp|elastic|clickhouse)[^/]*$/i

/** Every place of the code that says by itself how the server of PostgreSQL is verified, and not by what a deployment sets for that. */
export function tlsInCode(code: readonly Code[], language: Language, settings: ReadonlySet<string>): TlsPlace[] {
  return code.flatMap(({ path, text }) => {
    if (ofOthers.test(path)) return []
    const speaks = ofDatabase.test(text)
    return forms
      .filter(({ languages = [language], alone }) => languages.includes(language) && (alone || speaks))
      .flatMap((form) => placesOf(form, path, text, settings))
      .toSorted((a, b) => a.line - b.line)
  })
}

/** In characters: what is set stands behind its name. */
const longestValue = 160

/** Of one form in one file: somebody who looks there sees the rest. */
const mostPlaces = 5

function placesOf({ form, harmless }: Form, path: string, text: string, settings: ReadonlySet<string>): TlsPlace[] {
  const found = [...text.matchAll(form)].slice(0, mostPlaces)
  return found.flatMap((match): TlsPlace[] => {
    const end = match.index + match[0].length
    const value = text.slice(end, end + longestValue)
    const what = match.groups?.['what'] ?? ''
    const defined = /\b(?:def|fn|func|function)\s+$/.test(text.slice(Math.max(0, match.index - 12), match.index))
    if (defined || typed.test(value) || harmless?.test(value) === true) return []
    const [line = ''] = value.split('\n')
    const variable = [...line.matchAll(/[A-Z][A-Z0-9_]{2,}/g)].map(([name]) => name).find((name) => settings.has(name))
    const at = match.index + match[0].indexOf(what)
    return [{ path, line: lineAt(text, at), what, variable, whole: inWholeAddress(text, at) }]
  })
}

/** Whether it is part of an address or a connection string that has everything in it: what stands between quotes, or behind the sign of a property. */
function inWholeAddress(text: string, at: number): boolean {
  const before =
    /(?:["'`]|^[\w.-]+\s*[=:]\s*)([^"'`\n]{0,400})(?![\s\S])/m.exec(text.slice(Math.max(0, at - 400), at))?.[1] ?? ''
  const [behind = ''] = /^[^"'`\n]{0,300}/.exec(text.slice(at, at + 300)) ?? []
  const literal = `${before}${behind}`
  if (/%[sdv]|[{}]|\$\w/.test(literal) || /^["'`]\s*[+.%]/.test(text.slice(at + behind.length, at + behind.length + 3)))
    return false
  return (
    /^(?:(?:jdbc|r2dbc):)?postgres\w*(?:\+\w+)?:\/\/[^\s/]+/.test(literal) ||
    /^\s*(?:host|port|user|password|dbname)=\S/.test(before)
  )
}

const modes = /^(?:disable|allow|prefer|require|verify-ca|verify-full)$/

const modeName = /^(?:[A-Z0-9]+_+)*?(?:POSTGRES|POSTGRESQL|PG|DATABASE|DB|SQL)_{0,2}SSL_?MODE$/

/**
 * The variables that the code takes its mode of TLS from, which can therefore be told to verify. Node's clients have no such modes: what code there makes of one is not known, and neither is it
 * where the code compares it.
 */
export function modeVariables(
  places: readonly TlsPlace[],
  settings: readonly Setting[],
  language: Language,
  code: readonly Code[],
): ReadonlySet<string> {
  const taken = places.filter(({ what, whole }) => /mode/i.test(what) && !whole)
  if (language === 'node' || taken.length === 0) return new Set()
  const compared = code.some(({ text }) => /ssl_?mode\w{0,20}["']?[\])]*\s*[!=]==?\s*["'][a-z]/i.test(text))
  const named = settings.filter(({ name, fallback }) => {
    const direct = taken.some(({ variable }) => variable === name)
    return (direct || modeName.test(name)) && !compared && (fallback === undefined || modes.test(fallback))
  })
  return new Set(named.map(({ name }) => name))
}

/** Places with their files and lines, one of each file; more than a few are counted. */
export function listedPlaces(places: readonly TlsPlace[]): string {
  const firsts = places.filter(({ path }, index) => places.findIndex((one) => one.path === path) === index)
  const shown = firsts
    .slice(0, 4)
    .map(
      ({ path, line, what, variable }) =>
        `${path}:${line} (${what}${variable === undefined ? '' : `, by ${variable}`})`,
    )
  return `${shown.join(', ')}${firsts.length > 4 ? ` and ${firsts.length - 4} more files` : ''}`
}
