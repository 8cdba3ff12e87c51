import { parseAllDocuments } from 'yaml'
import type { Code } from '../settings/setting.ts'
import { joined } from './prefix.ts'
import type { Prefix } from './routers.ts'

/** In the order in which they stand in a path. */
const contexts = [
  'server.servlet.contextpath',
  'server.contextpath',
  'spring.webflux.basepath',
  'micronaut.server.contextpath',
  'quarkus.http.rootpath',
  'spring.mvc.servlet.path',
  'quarkus.rest.path',
]

/** What holds whichever profile is active. */
const always = /(?:^|\/)application\.(?:properties|ya?ml)$/

/** What probably holds where it runs. */
const production = /(?:^|\/)application-(?:prod|production|live|cloud|k8s|kubernetes|docker)\.(?:properties|ya?ml)$/

/** What says that the rest holds in one profile only. */
const ofProfile = /^spring\.(?:config\.activate\.on-?profile|profiles)$/i

/** What the configuration of Spring, Quarkus or Micronaut puts before every path. */
export function contextPath(code: readonly Code[]): Prefix {
  const application = code
    .map(({ text }) => /@ApplicationPath\(\s*"([^"\n]*)"/.exec(text)?.[1])
    .find((path) => path !== undefined)
  const properties = propertiesOf(code.filter(({ path }) => always.test(path)))
  const inProduction = propertiesOf(code.filter(({ path }) => production.test(path)))
  // The code does not show which profile is active.
  if (contexts.some((name) => (inProduction.get(name) ?? properties.get(name)) !== properties.get(name)))
    return undefined
  const configured = contexts.flatMap((name) => properties.get(name) ?? [])
  const all = [...configured, ...(application === undefined ? [] : [application])].map((value) => valueOf(value))
  return all.reduce<Prefix>((path, value) => joined(path, asPrefix(value)), '')
}

function asPrefix(value: string | undefined): Prefix {
  const path = value?.replace(/^\/|\/$/g, '')
  return path === undefined ? undefined : path === '' ? '' : `/${path}`
}

/** Where Spring's actuator answers; undefined if that is another port, or the code does not show it. */
export function actuatorPath(code: readonly Code[]): Prefix {
  // Another port in one profile is enough.
  if (propertiesOf(code).has('management.server.port')) return undefined
  const properties = propertiesOf(code.filter(({ path }) => always.test(path)))
  return joined(
    contextPath(code),
    asPrefix(valueOf(properties.get('management.endpoints.web.basepath') ?? '/actuator')),
  )
}

/** What a property has unless the environment says otherwise. */
function valueOf(value: string): string | undefined {
  const made = /^\$\{[^:}]*(?::([^{}]*))?\}$/.exec(value)
  return made === null ? (value.includes('${') ? undefined : value) : made[1]
}

/** Properties by their names in lower case without dashes, which are the same to Spring. */
function propertiesOf(code: readonly Code[]): Map<string, string> {
  const entries = code.flatMap(({ path, text }) =>
    path.endsWith('.properties') ? linesOf(text) : /\.ya?ml$/.test(path) ? flat(text) : [],
  )
  return new Map(
    entries.map(([name, value]) => [
      name.toLowerCase().replaceAll(/[-_]/g, ''),
      value.trim().replaceAll(/^["']|["']$/g, ''),
    ]),
  )
}

/** The lines of the documents above the first one of a profile. What separates them looks like a comment, and may be blanked. */
function linesOf(text: string): Array<[string, string]> {
  const documents = text
    .split(/^(?:[#!]---.*| {4,})$/m)
    .map((document) =>
      [...document.matchAll(/^[ \t]*([\w.-]+)[ \t]*[=:]([^\n]*)$/gm)].map(
        ([, name = '', value = '']): [string, string] => [name, value],
      ),
    )
  const first = documents.findIndex((lines) => lines.some(([name]) => ofProfile.test(name)))
  return documents.slice(0, first < 0 ? undefined : first).flat()
}

function inAllProfiles(entries: Array<[string, string]>): Array<[string, string]> {
  return entries.some(([name]) => ofProfile.test(name)) ? [] : entries
}

function flat(text: string): Array<[string, string]> {
  const entries = (value: unknown, name: string): Array<[string, string]> =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => entries(inner, name === '' ? key : `${name}.${key}`))
      : [[name, String(value)]]
  try {
    return parseAllDocuments(text, { uniqueKeys: false }).flatMap((document) =>
      inAllProfiles(entries(document.toJS({ maxAliasCount: 100 }), '')),
    )
  } catch {
    return []
  }
}
