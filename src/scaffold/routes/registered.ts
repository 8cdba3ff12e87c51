import type { Language } from '../application.ts'
import { argument, lastName, literal, namedArgument, type CodeCall } from './calls.ts'
import { pathsOf, type PathConstants } from './held-paths.ts'
import { isFile } from './is-child.ts'
import { prefixOf } from './prefix.ts'
import type { Route } from './route.ts'
import { pathIn, type Prefix, type Routers } from './routers.ts'
import { serverOf } from './servers.ts'

/** A route before it is known what stands before it. */
type Found = {
  path: string
  call: CodeCall
  service?: string
  /** What answers, if it may also be a router. */
  handler?: string
}

/** Reads the routes of a call. */
type Reader = (call: CodeCall, constants: PathConstants) => Found[]

/** How each language registers what answers GET. Java's annotations are read elsewhere. */
const readers: Readonly<Record<Language, Reader>> = {
  python: pythonRoute,
  node: nodeRoute,
  go: goRoute,
  java: javaRoute,
  rust: rustRoute,
}

/** Clients that take a function as second argument, as a router does. */
const client = /^(?:https?|request|superagent|needle|axios|got|ky)\./

/** Routes that are registered by calls and match; no more than an application would have. */
export function registeredRoutes(
  calls: readonly CodeCall[],
  language: Language,
  routers: Routers & { constants: PathConstants; several: boolean },
  matches: (path: string) => boolean,
): { routes: Route[]; any: boolean } {
  const found = calls.flatMap((call) => readers[language](call, routers.constants))
  const files = new Set(found.flatMap(({ call, handler }) => (handler === undefined ? [call.code.path] : [])))
  const wanted = found
    .filter(({ path }) => matches(path))
    .filter(({ call, handler }) => handler === undefined || isHandler(handler, call.code.path, routers, files))
    .slice(0, mostRoutes)
  const nests = language === 'rust' ? calls.filter((call) => lastName(call) === 'nest') : []
  return {
    routes: wanted.map((one) => withoutSlash(routeOf(one, calls, language, routers), nests)),
    // A header or a key of a cache is not a path.
    any: found.some(({ path, handler }) => handler === undefined && (path === '' || /^[/?]/.test(path))),
  }
}

const mostRoutes = 200

function routeOf(
  { path, call, service }: Found,
  calls: readonly CodeCall[],
  language: Language,
  routers: Routers & { several: boolean },
): Route {
  const on = { server: routers.several ? serverOf(call, routers) : undefined, file: call.code.path }
  if (path.startsWith(unknown)) return { path, prefix: undefined, ...on }
  const prefix =
    service === undefined ? prefixOfCall(call, language, routers) : prefixOfService(service, calls, routers)
  return { path, prefix, ...on }
}

/** The root of what axum nests answers without a slash at its end, unless it is nested with one. */
function withoutSlash(route: Route, nests: readonly CodeCall[]): Route {
  if (nests.length === 0 || route.path !== '/' || (route.prefix ?? '') === '') return route
  const kept = nests.some((call) => /^"[^"]+\/"$/.test(argument(call, 0) ?? ''))
  return { ...route, path: kept ? '/' : '', prefix: kept ? undefined : route.prefix }
}

function prefixOfCall(call: CodeCall, language: Language, routers: Routers): Prefix {
  if (language !== 'java') return prefixOf(call, routers)
  for (let outer = call.inside, steps = 0; outer !== undefined && steps < 12; outer = outer.inside, steps += 1)
    if (/^(?:path|group|nest)$/.test(lastName(outer))) return undefined
  return ''
}

/** Whether a name that is mounted stands for what answers, and not for a router. */
function isHandler(name: string, path: string, routers: Routers, filesWithRoutes: ReadonlySet<string>): boolean {
  if (/rout|api$|^[A-Z]?app$/i.test(name) || routers.routers.has(`${path}#${name}`)) return false
  const source = routers.bindings.get(path)?.get(name)?.source
  if (source === undefined) return true
  const there = [...routers.texts.keys()].filter((file) => isFile(file, source))
  return there.length > 0 && !there.some((file) => filesWithRoutes.has(file) || routers.byFile.has(file))
}

/** A path of a route that the code puts together has a prefix that is not known. */
function openPath(expression: string | undefined): string | undefined {
  return /(?<![\w/-])[\w-]*(\/[\w/-]+)["'`]$/.exec(expression ?? '')?.[1]
}

function pythonRoute(call: CodeCall, constants: PathConstants): Found[] {
  const name = lastName(call)
  if (name === 'add_resource')
    return call.arguments.slice(1, 6).flatMap((_, index) => foundAt(call, argument(call, index + 1), constants))
  const decorates = call.name.startsWith('@') && /^(?:get|route|api_route|any)$/.test(name)
  const adds =
    /^(?:add_api_route|add_url_rule|add_route|add_get|Route|APIRoute|mount)$/.test(name) || call.name === 'web.get'
  if (!decorates && !adds) return []
  return foundAt(call, namedArgument(call, 'path') ?? namedArgument(call, 'rule') ?? argument(call, 0), constants)
}

function nodeRoute(call: CodeCall, constants: PathConstants): Found[] {
  const name = lastName(call)
  const first = argument(call, 0)
  if (client.test(call.name) || first === undefined) return []
  if (name === 'route') {
    if (/^[[{]/.test(first)) return objectRoutes(call, constants)
    return call.arguments.length === 1 ? foundAt(call, first, constants) : []
  }
  const second = argument(call, 1)
  if (second === undefined || (/^[{"'`]/.test(second) && call.arguments.length === 2)) return []
  if (name === 'get' || name === 'all') return foundAt(call, first, constants)
  if (name !== 'use') return []
  if (/^(?:async\b|\(|function\b|[\w.$]+\()/.test(second)) return foundAt(call, first, constants)
  const handler = argument(call, call.arguments.length - 1) ?? ''
  return /^[\w$]+$/.test(handler) ? foundAt(call, first, constants).map((found) => ({ ...found, handler })) : []
}

/** Routes as objects, which have a method beside their path. */
function objectRoutes(call: CodeCall, constants: PathConstants): Found[] {
  const [start, end] = call.arguments[0] as [number, number]
  const text = call.code.text.slice(start, Math.min(end, start + 5_000))
  return [...text.matchAll(/\b(?:url|path)\s{0,5}:\s{0,5}([^,}\n]{1,200})/g)].flatMap(({ index, 1: path, 0: all }) => {
    const before = text.slice(Math.max(0, index - 200), index)
    const after = text.slice(index + all.length, index + all.length + 200)
    const beside = `${before.slice(before.lastIndexOf('{') + 1)}${after.split(/[{}]/)[0]}`
    return /\bmethod\s*:\s*["'`](?!GET|HEAD|\*)/i.test(beside) ? [] : foundAt(call, path?.trim(), constants)
  })
}

function goRoute(call: CodeCall, constants: PathConstants): Found[] {
  const [name, first, second] = [lastName(call), argument(call, 0), argument(call, 1)]
  const ofGet = /^"GET"$|^http\.MethodGet$/.test(first ?? '')
  if (ofGet && /^(?:Handle|HandleFunc|Handler|HandlerFunc|HandlePath|Method|MethodFunc|Add)$/.test(name))
    return foundAt(call, second, constants)
  const end = call.arguments.at(-1)?.[1] ?? call.at
  if (name === 'Path' && /^\)\s*\.\s*(?:Handler|HandlerFunc|Methods|Name)\(/.test(call.code.text.slice(end, end + 60)))
    return foundAt(call, first, constants)
  if (second === undefined || !/^(?:Get|GET|Any|All|Handle|HandleFunc|Method|MethodFunc|Add)$/.test(name)) return []
  return foundAt(call, first, constants)
}

function javaRoute(call: CodeCall, constants: PathConstants): Found[] {
  if (call.name.startsWith('@') || argument(call, 1) === undefined) return []
  return /^(?:createContext|get|GET)$/.test(lastName(call)) ? foundAt(call, argument(call, 0), constants) : []
}

function rustRoute(call: CodeCall, constants: PathConstants): Found[] {
  const { text } = call.code
  const start = call.at - call.name.length
  if (/^(?:get|route)$/.test(call.name) && text.slice(start - 2, start) === '#[') {
    const end = call.arguments.at(-1)?.[1] ?? call.at
    const service = /^\)\]\s*(?:#\[[^\]]{0,200}\]\s*){0,5}(?:pub(?:\([a-z]+\))?\s+)?(?:async\s+)?fn\s+(\w+)/.exec(
      text.slice(end, end + 400),
    )?.[1]
    return service === undefined
      ? []
      : foundAt(call, argument(call, 0), constants).map((found) => ({ ...found, service }))
  }
  if (lastName(call) === 'resource') return foundAt(call, argument(call, 0), constants)
  const answers = /\b(?:get|any|get_service|to|head)\b/.test(argument(call, 1) ?? '')
  return lastName(call) === 'route' && answers ? foundAt(call, argument(call, 0), constants) : []
}

/** Paths in quotes or by name, with Go's method in front and its end sign behind. */
function foundAt(call: CodeCall, expression: string | undefined, constants: PathConstants): Found[] {
  const texts = pathsOf(expression, constants).map((text) =>
    text.replace(/^(?:GET )?(?=\/)/, '').replace(/\{\$\}$/, ''),
  )
  if (texts.length > 0) return texts.flatMap((path) => (path.includes(' ') ? [] : [{ path, call }]))
  const open = literal(expression) === undefined ? openPath(expression) : undefined
  return open === undefined ? [] : [{ path: `${unknown}${open}`, call }]
}

/** Stands for what the code puts before a path while it runs. */
const unknown = '?'

/** What stands before the routes of a function that has its path in an attribute: where it is given to a router. */
function prefixOfService(service: string, calls: readonly CodeCall[], routers: Routers): Prefix {
  const named = new RegExp(`(?:^|::)${service}$`)
  const listed = new RegExp(`\\b${service}\\b`)
  for (const call of calls) {
    const name = lastName(call)
    if (name === 'service' && named.test(argument(call, 0) ?? '')) return prefixOf(call, routers)
    if (name === 'mount' && listed.test(argument(call, 1) ?? '')) return pathIn(argument(call, 0) ?? '')
  }
  return routers.prefixed ? undefined : ''
}
