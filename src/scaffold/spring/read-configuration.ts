import { parseAllDocuments } from 'yaml'
import { yamlOptions } from '../../model/read-yaml.ts'

/** A property as its file says it, with its placeholders, and the profiles for which the file says so. */
export interface ConditionalProperty {
  name: string
  value: string
  /** Expressions of profiles, each of which must hold. */
  profiles: readonly string[]
}

/** A piece of a file that holds for some profiles alone. */
export interface ConditionalPiece {
  from: number
  to: number
  profiles: readonly string[]
}

/** What a file says. Pieces are in the order in which they begin, and one may lie in another. */
export interface Configuration {
  properties: ConditionalProperty[]
  pieces: ConditionalPiece[]
}

/** The files from which Spring, Quarkus and Micronaut take their properties, with the profile of each. */
export const configurationPath = /^src\/main\/resources\/application(?:-([\w-]+))?\.(?:properties|ya?ml)$/

type Entry = [name: string, value: string]

interface Format {
  /** What stands before every document but the first. */
  separator: RegExp
  /** What Quarkus has for a profile, by its own key. */
  own: RegExp
  entriesOf(document: string): Entry[]
}

/** The property that says for which profiles a document is, in the first and in the second form. */
const condition = /^spring\.(?:config\.activate\.on-?profile|profiles)(?:\[\d+\])?$/i

/** Reads a file; what is not well-formed says nothing. */
export function readConfiguration(path: string, text: string): Configuration {
  const ofFile = configurationPath.exec(path)?.[1]
  const whole = ofFile === undefined ? [] : [ofFile]
  const format = path.endsWith('.properties') ? lines : yaml
  const pieces = ofFile === undefined ? [] : [{ from: 0, to: text.length, profiles: whole }]
  let from = 0
  const read = text.split(format.separator).map((document): Configuration => {
    const start = from
    from += document.length
    return readDocument(document, { start, whole, format })
  })
  return {
    properties: read.flatMap(({ properties }) => properties),
    pieces: [...pieces, ...read.flatMap((one) => one.pieces)],
  }
}

function readDocument(
  document: string,
  { start, whole, format }: { start: number; whole: readonly string[]; format: Format },
): Configuration {
  const entries = format.entriesOf(document)
  const stated = entries.flatMap(([name, value]) => (condition.test(name) ? [value] : []))
  const profiles = stated.length === 0 ? whole : [...whole, stated.join(',')]
  const own = [...document.matchAll(format.own)].map(({ index, 0: found, 1: key = '' }) => ({
    from: start + index,
    to: start + index + found.length,
    profiles: [...profiles, key.split('.')[0] as string],
  }))
  return {
    properties: entries.map(([name, value]) => {
      const [, profile, rest = ''] = /^%([\w,-]+)\.([\s\S]+)$/.exec(name) ?? []
      return profile === undefined ? { name, value, profiles } : { name: rest, value, profiles: [...profiles, profile] }
    }),
    pieces: [...(stated.length === 0 ? [] : [{ from: start, to: start + document.length, profiles }]), ...own],
  }
}

const lines: Format = {
  separator: /^(?=[#!]---[ \t]*\r?$)/m,
  own: /^[ \t]*%([\w.,-]{1,200}?)\.[^\n]*(?:(?<=\\\r?)\n[^\n]*)*/gm,
  entriesOf(document) {
    const form =
      /^[ \t\f]*(?![#!])((?:[^\\\s=:]+|\\[^\n])+)[ \t\f]*(?:[=:][ \t\f]*)?((?:[^\\\r\n]+|\\\r?\n|\\[^\n])*)/gm
    return [...document.matchAll(form)].map(([, name = '', value = '']) => [
      unescaped(name),
      unescaped(value).trimEnd(),
    ])
  },
}

const control: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:\r?\n[ \t\f]*|u([\da-fA-F]{4})|([^\n]))/g, (_, code?: string, one: string = '') =>
    code === undefined ? (control[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

const yaml: Format = {
  separator: /^(?=---(?:\s|$))/m,
  own: /^["']?%([\w.,-]{1,200})["']?:[^\n]*(?:\n(?:[ \t][^\n]*|(?=\n)))*/gm,
  entriesOf(document) {
    try {
      const left = { values: mostValues }
      const entries = parseAllDocuments(document, { ...yamlOptions, merge: true }).flatMap((one) =>
        flat(one.toJS({ maxAliasCount: 100 }), '', 0, left),
      )
      return left.values > 0 ? entries : []
    } catch {
      return []
    }
  },
}

/** No property lies deeper. */
const deepest = 20

/** No document has more: an anchor may contain itself, which no count of its aliases sees. */
const mostValues = 100_000

function flat(value: unknown, name: string, depth: number, left: { values: number }): Entry[] {
  if (left.values-- <= 0) return []
  if (typeof value !== 'object' || value === null || depth > deepest)
    return name === '' ? [] : [[name, String(value ?? '')]]
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = Array.isArray(value) ? `[${key}]` : name === '' ? key : `.${key}`
    return flat(inner, `${name}${place}`, depth + 1, left)
  })
}
