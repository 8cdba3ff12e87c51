import type { Language } from '../application.ts'
import { headersOf } from './functions.ts'
import { keySites, piecesOf, type Piece } from './key-sites.ts'
import type { Code } from './setting.ts'

/** What a name holds where a file uses it, if it is always the same text. */
export type Constants = (path: string, name: string) => string | undefined

/** `NAME = "TEXT"` with what the language puts between them; only Go has a type there without a colon. */
const assigned = /\b(\w+)[ \t]*(?::[ \t]*(?:&'static )?[^=\n"',;:]{1,60})?(?::?=|:)[ \t]*["'`]([A-Z][A-Z0-9_]*)["'`]/g
const assignedInGo = /\b(\w+)[ \t]*(?:[ \t]string[ \t]*)?:?=[ \t]*["`]([A-Z][A-Z0-9_]*)["`]/g

const loops = /\bfor\b[^\n=;{}]{0,40}?\b(\w+)\s*(?:\b(?:in|of)\b|:=\s*range\b|:)/g

/** The names with one value in each file and in all of them; what is a parameter or goes through a list is none. */
export function constantsOf(files: readonly Code[], language: Language): Constants {
  const everywhere = new Map<string, string | undefined>()
  const own = new Map<string, Map<string, string | undefined>>()
  const variable = new Map<string, Set<string | undefined>>()
  const add = (map: Map<string, string | undefined>, name: string, value: string) =>
    map.set(name, map.has(name) && map.get(name) !== value ? undefined : value)
  for (const code of files) {
    const here = new Map<string, string | undefined>()
    for (const [, name = '', value = ''] of code.text.matchAll(language === 'go' ? assignedInGo : assigned)) {
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

/** Calls of libraries that take a name, or the start of names, as the environment does. */
const libraries: Partial<Record<Language, RegExp>> = {
  python: /\b(?:env(?:\.\w+)?|config|\w+\.prefixed)\(\s*([A-Za-z_]\w*)\s*(?=[,)])/dg,
  node: /\b\w{0,40}[cC]onfig(?:Service)?\.(?:get|getOrThrow)(?:<[^<>()]{0,100}>)?\(\s*([A-Za-z_$][\w.$]*)\s*(?=[,)])/dg,
  go: /\bSetEnvPrefix\(\s*([A-Za-z_][\w.]*)\s*(?=\))/dg,
  rust: /\b(?:prefixed|with_prefix)\(\s*([A-Za-z_][\w:]*)\s*(?=\))/dg,
}

/** Code in which a variable is read by its name where that stood in a constant. Lines stay where they are. */
export function withConstants(code: Code, language: Language, constants: Constants): Code {
  const { path, text } = code
  const named = keySites(text, language).flatMap(({ from, to, expression }) => {
    const pieces = piecesOf(expression)
    const [name, ...more] = pieces === undefined ? [] : knownPieces(path, pieces, constants)
    return typeof name !== 'string' || more.length > 0 || (pieces?.length === 1 && typeof pieces[0] === 'string')
      ? []
      : [{ from, to, name }]
  })
  const form = libraries[language]
  const served = (form === undefined ? [] : [...text.matchAll(form)]).flatMap((match) => {
    const [from, to] = match.indices?.[1] ?? [0, 0]
    const name = constants(path, match[1] ?? '')
    return name === undefined ? [] : [{ from, to, name }]
  })
  const places = [...named, ...served].sort((a, b) => a.from - b.from)
  return { ...code, text: replaced(text, places) }
}

function replaced(text: string, places: ReadonlyArray<{ from: number; to: number; name: string }>): string {
  let done = 0
  const parts = places.map(({ from, to, name }) => {
    const lines = text.slice(from, to).replaceAll(/[^\n]/g, '')
    const part = `${text.slice(done, from)}"${name}"${lines}`
    done = to
    return part
  })
  return `${parts.join('')}${text.slice(done)}`
}
