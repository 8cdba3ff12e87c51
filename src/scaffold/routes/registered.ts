import type { Language } from '../application.ts'
import { argument, lastName, literal, namedArgument, type CodeCall } from './calls.ts'
import { prefixOf } from './prefix.ts'
import type { Route } from './route.ts'
import { pathIn, type Prefix, type Routers } from './routers.ts'

/** A route before it is known what stands before it. */
type Found = { path: string; call: CodeCall; service?: string }

/** How each language registers what answers GET. Java's annotations are read elsewhere. */
const readers: Readonly<Record<Language, (call: CodeCall) => Found | undefined>> = {
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
  routers: Routers,
  matches: (path: string) => boolean,
): { routes: Route[]; any: boolean } {
  const found = calls.flatMap((call) => readers[language](call) ?? [])
  const wanted = found.filter(({ path }) => matches(path)).slice(0, mostRoutes)
  return {
    routes: wanted.map(({ path, call, service }) => ({
      path,
      prefix: path.startsWith(unknown)
        ? undefined
        : service === undefined
          ? prefixOfCall(call, language, routers)
          : prefixOfService(service, calls, routers),
    })),
    any: found.length > 0,
  }
}

const mostRoutes = 200

function prefixOfCall(call: CodeCall, language: Language, routers: Routers): Prefix {
  if (language !== 'java') return prefixOf(call, routers)
  for (let outer = call.inside, steps = 0; outer !== undefined && steps < 12; outer = outer.inside, steps += 1)
    if (/^(?:path|group|nest)$/.test(lastName(outer))) return undefined
  return ''
}

/** A path in quotes, with Go's method in front and its end sign behind. */
function pathOf(expression: string | undefined): string | undefined {
  const text = literal(expression)
    ?.replace(/^(?:GET )?(?=\/)/, '')
    .replace(/\{\$\}$/, '')
  return text === undefined || text.includes(' ') ? undefined : text
}

/** A path of a route that the code puts together has a prefix that is not known. */
function openPath(expression: string | undefined): string | undefined {
  return /(\/[\w/-]+)["'`]$/.exec(expression ?? '')?.[1]
}

function pythonRoute(call: CodeCall): Found | undefined {
  const name = lastName(call)
  const decorates = call.name.startsWith('@') && /^(?:get|route|api_route|any)$/.test(name)
  const adds =
    /^(?:add_api_route|add_url_rule|add_route|add_get|Route|APIRoute|mount)$/.test(name) || call.name === 'web.get'
  if (!decorates && !adds) return undefined
  return foundAt(call, namedArgument(call, 'path') ?? namedArgument(call, 'rule') ?? argument(call, 0))
}

function nodeRoute(call: CodeCall): Found | undefined {
  const name = lastName(call)
  const first = argument(call, 0)
  if (client.test(call.name) || first === undefined) return undefined
  if (name === 'route')
    return first.startsWith('{')
      ? foundAt(call, namedArgument(call, 'url') ?? namedArgument(call, 'path'))
      : call.arguments.length === 1
        ? foundAt(call, first)
        : undefined
  const second = argument(call, 1)
  if (second === undefined || (/^[{"'`]/.test(second) && call.arguments.length === 2)) return undefined
  if (name === 'use') return /^(?:async\b|\(|function\b|[\w.$]+\()/.test(second) ? foundAt(call, first) : undefined
  return name === 'get' || name === 'all' ? foundAt(call, first) : undefined
}

function goRoute(call: CodeCall): Found | undefined {
  const [first, second] = [argument(call, 0), argument(call, 1)]
  if (second === undefined || !/^(?:Get|GET|Any|All|Handle|HandleFunc|Method|MethodFunc|Add)$/.test(lastName(call)))
    return undefined
  return foundAt(call, /^"GET"$|^http\.MethodGet$/.test(first ?? '') ? second : first)
}

function javaRoute(call: CodeCall): Found | undefined {
  if (call.name.startsWith('@') || argument(call, 1) === undefined) return undefined
  return /^(?:createContext|get|GET)$/.test(lastName(call)) ? foundAt(call, argument(call, 0)) : undefined
}

function rustRoute(call: CodeCall): Found | undefined {
  const { text } = call.code
  const start = call.at - call.name.length
  if (/^(?:get|route)$/.test(call.name) && text.slice(start - 2, start) === '#[') {
    const end = call.arguments.at(-1)?.[1] ?? call.at
    const service = /^\)\]\s*(?:#\[[^\]]{0,200}\]\s*){0,5}(?:pub(?:\([a-z]+\))?\s+)?(?:async\s+)?fn\s+(\w+)/.exec(
      text.slice(end, end + 400),
    )?.[1]
    const found = foundAt(call, argument(call, 0))
    return found === undefined || service === undefined ? undefined : { ...found, service }
  }
  if (lastName(call) === 'resource') return foundAt(call, argument(call, 0))
  const answers = /\b(?:get|any|get_service|to|head)\b/.test(argument(call, 1) ?? '')
  return lastName(call) === 'route' && answers ? foundAt(call, argument(call, 0)) : undefined
}

function foundAt(call: CodeCall, expression: string | undefined): Found | undefined {
  const path = pathOf(expression)
  if (path !== undefined) return { path, call }
  const open = literal(expression) === undefined ? openPath(expression) : undefined
  return open === undefined ? undefined : { path: `${unknown}${open}`, call }
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
