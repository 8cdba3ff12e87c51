import { parseAllDocuments } from 'yaml'
import type { Code } from '../settings/setting.ts'
import { joined } from './prefix.ts'
import type { Prefix } from './routers.ts'

const contexts =
  /^(?:server\.servlet\.contextpath|server\.contextpath|spring\.mvc\.servlet\.path|spring\.webflux\.basepath|quarkus\.http\.rootpath|quarkus\.rest\.path|micronaut\.server\.contextpath)$/

/** What the configuration of Spring, Quarkus or Micronaut puts before every path. */
export function contextPath(code: readonly Code[]): Prefix {
  const application = code
    .map(({ text }) => /@ApplicationPath\(\s*"([^"\n]*)"/.exec(text)?.[1])
    .find((path) => path !== undefined)
  const configured = [...propertiesOf(code)].flatMap(([name, value]) => (contexts.test(name) ? [value] : []))
  const all = [...configured, ...(application === undefined ? [] : [application])].map((value) => valueOf(value))
  return all.reduce<Prefix>((path, value) => joined(path, asPrefix(value)), '')
}

function asPrefix(value: string | undefined): Prefix {
  const path = value?.replace(/^\/|\/$/g, '')
  return path === undefined ? undefined : path === '' ? '' : `/${path}`
}

/** Where Spring's actuator answers; undefined if that is another port, or the code does not show it. */
export function actuatorPath(code: readonly Code[]): Prefix {
  const properties = propertiesOf(code)
  if (properties.has('management.server.port')) return undefined
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

function linesOf(text: string): Array<[string, string]> {
  return [...text.matchAll(/^[ \t]*([\w.-]+)[ \t]*[=:]([^\n]*)$/gm)].map(([, name = '', value = '']) => [name, value])
}

function flat(text: string): Array<[string, string]> {
  const entries = (value: unknown, name: string): Array<[string, string]> =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => entries(inner, name === '' ? key : `${name}.${key}`))
      : [[name, String(value)]]
  try {
    return parseAllDocuments(text, { uniqueKeys: false }).flatMap((document) =>
      entries(document.toJS({ maxAliasCount: 0 }), ''),
    )
  } catch {
    return []
  }
}
