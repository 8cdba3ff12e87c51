import type { Code } from '../settings/setting.ts'
import { configuredValues, valueByDefault } from '../spring/configured-value.ts'
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

/** What the configuration of Spring, Quarkus or Micronaut puts before every path; undefined if that depends on the profile. */
export function contextPath(code: readonly Code[]): Prefix {
  const application = code
    .map(({ text }) => /@ApplicationPath\(\s*"([^"\n]*)"/.exec(text)?.[1])
    .find((path) => path !== undefined)
  const configured = configuredValues(code, contexts)
  if (configured.some(({ open }) => open)) return undefined
  const all = [...configured.map(({ value }) => value), application].filter((value) => value !== undefined)
  return all.map(valueByDefault).reduce<Prefix>((path, value) => joined(path, asPrefix(value)), '')
}

function asPrefix(value: string | undefined): Prefix {
  const path = value?.replace(/^\/|\/$/g, '')
  return path === undefined ? undefined : path === '' ? '' : `/${path}`
}

/** Where Spring's actuator answers; undefined if that is another port, or the code does not show it. */
export function actuatorPath(code: readonly Code[]): Prefix {
  const [port, base] = configuredValues(code, ['management.server.port', 'management.endpoints.web.basepath'])
  // Another port in one profile is enough.
  if (port === undefined || port.open || port.value !== undefined || base === undefined || base.open) return undefined
  return joined(contextPath(code), asPrefix(valueByDefault(base.value ?? '/actuator')))
}
