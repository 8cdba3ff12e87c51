import type { Language } from '../application.ts'
import { headersOf } from './functions.ts'
import { keySites, piecesOf, type Piece } from './key-sites.ts'
import type { Code } from './setting.ts'

/** What a name holds where a file uses it, if it is always the same text. */
export type Constants = (path: string, name: string) => string | undefined

/** `NAME = "TEXT"` with what the language puts between them; only Go has a type there without a colon. */
const assigned = (text: string, language: Language) =>
  new RegExp(
    language === 'go'
      ? `\\b(\\w+)[ \\t]*(?:[ \\t]string[ \\t]*)?:?=[ \\t]*["\`](${text})["\`]`
      : `\\b(\\w+)[ \\t]*(?::[ \\t]*(?:&'static )?[^=\\n"',;:]{1,60})?(?::?=|:)[ \\t]*["'\`](${text})["'\`]`,
    'g',
  )

/** Names of variables are in upper case; what stands before them may be made so. */
const heldForms = { name: '[A-Z][A-Z0-9_]*', prefix: '[A-Za-z]\\w*' }

const loops = /\bfor\b[^\n=;{}]{0,40}?\b(\w+)\s*(?:\b(?:in|of)\b|:=\s*range\b|:)/g

/** The names with one value in each file and in all of them; what is a parameter or goes through a list is none. */
export function constantsOf(files: readonly Code[], language: Language, held: keyof typeof heldForms): Constants {
  const form = assigned(heldForms[held], language)
  const everywhere = new Map<string, string | undefined>()
  const own = new Map<string, Map<string, string | undefined>>()
  const variable = new Map<string, Set<string | undefined>>()
  const add = (map: Map<string, string | undefined>, name: string, value: string) =>
    map.set(name, map.has(name) && map.get(name) !== value ? undefined : value)
  for (const code of files) {
    const here = new Map<string, string | undefined>()
    for (const [, name = '', value = ''] of code.text.matchAll(form)) {
      add(here, name, value)
      add(everywhere, name, value)
    }
    own.set(code.path, here)
    const parameters = headersOf(code, language).flatMap((header) => header.parameters)
    variable.set(code.path, new Set([...parameters, ...[...code.text.matchAll(loops)].map(([, name]) => name)]))
  }
  return (path, name) => {
    const last = name.split(/[.:]+/).at(-1) ?? ''
    if (last === name && variable.get(path)?.has(name) === true) return undefined
    return own.get(path)?.has(last) === true ? own.get(path)?.get(last) : everywhere.get(last)
  }
}

/** The text of a name, as far as it is known; neighbouring texts are one. */
export function knownPieces(path: string, pieces: readonly Piece[], constants: Constants): Piece[] {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : (constants(path, piece.held) ?? piece)))
    .reduce<Piece[]>((done, piece) => {
      const before = done.at(-1)
      return typeof piece === 'string' && typeof before === 'string'
        ? [...done.slice(0, -1), before + piece]
        : [...done, piece]
    }, [])
}

/** Calls of libraries that take a name as the environment does. */
const libraries: Partial<Record<Language, RegExp>> = {
  python: /\b(?:env(?:\.\w+)?|config)\(\s*([A-Za-z_]\w*)\s*(?=[,)])/dg,
  node: /\b\w{0,40}[cC]onfig(?:Service)?\.(?:get|getOrThrow)(?:<[^<>()]{0,100}>)?\(\s*([A-Za-z_$][\w.$]*)\s*(?=[,)])/dg,
}

/** Where libraries take the start of names. */
const prefixes: Partial<Record<Language, RegExp>> = {
  python: /(?:\b\w+\.prefixed\(|\b(?:env_prefix|envvar_prefix|prefix)[ \t]*=)\s*([A-Za-z_][\w.]*)[ \t]*(?=[,)\n])/dg,
  go: /\b(?:SetEnvPrefix\(|envconfig\.(?:Must)?Process\(|env\.New\(|PrefixLookuper\(|env\.Options\{[^{}]{0,400}\bPrefix:|env\.Provider\()\s*([A-Za-z_][\w.]*)\s*(?=[,)}])/dg,
  rust: /\b(?:prefixed|with_prefix)\(\s*&?([A-Za-z_][\w:]*)\s*(?=\))/dg,
}

/** Code in which a variable is read by its name where that stood in a constant. Lines stay where they are. */
export function withConstants(
  code: Code,
  language: Language,
  { constants, starts }: { constants: Constants; starts: Constants },
): Code {
  const { path, text } = code
  const named = keySites(text, language).flatMap(({ from, to, expression }) => {
    const pieces = piecesOf(expression)
    const [name, ...more] = pieces === undefined ? [] : knownPieces(path, pieces, constants)
    return typeof name !== 'string' || more.length > 0 || (pieces?.length === 1 && typeof pieces[0] === 'string')
      ? []
      : [{ from, to, name }]
  })
  const served = heldIn(code, libraries[language], constants)
  const started = heldIn(code, prefixes[language], starts)
  const places = [...named, ...served, ...started].sort((a, b) => a.from - b.from)
  return { ...code, text: replaced(text, places) }
}

interface Held {
  from: number
  to: number
  name: string
}

function heldIn({ path, text }: Code, form: RegExp | undefined, constants: Constants): Held[] {
  return (form === undefined ? [] : [...text.matchAll(form)]).flatMap((match) => {
    const [from, to] = match.indices?.[1] ?? [0, 0]
    const name = constants(path, match[1] ?? '')
    return name === undefined ? [] : [{ from, to, name }]
  })
}

function replaced(text: string, places: readonly Held[]): string {
  let done = 0
  const parts = places.map(({ from, to, name }) => {
    const lines = text.slice(from, to).replaceAll(/[^\n]/g, '')
    const part = `${text.slice(done, from)}"${name}"${lines}`
    done = to
    return part
  })
  return `${parts.join('')}${text.slice(done)}`
}
