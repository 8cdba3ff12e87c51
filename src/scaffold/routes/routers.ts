import { groupBy } from '../../model/group-by.ts'
import type { Code } from '../settings/setting.ts'
import { argument, assignedTo, lastName, literal, namedArgument, type CodeCall } from './calls.ts'
import { bindingsIn, type ImportedName } from './imports.ts'

/** What is in front of a path; undefined if the code makes it while it runs. */
export type Prefix = string | undefined

/** A variable that holds a router: a whole application, a part of one, or a group of another router. */
export interface Router {
  code: Code
  at: number
  /** The variable; the function that returns it if there is none. */
  name: string
  /** The function that makes it. */
  from: string | undefined
  kind: 'whole' | 'part' | 'group'
  prefix: Prefix
  /** The call that makes it. */
  call: CodeCall
}

/** One router below another. */
export interface MountedRouter {
  call: CodeCall
  prefix: Prefix
  /** Whether it stands in place of the prefix that the child has itself. */
  replaces: boolean
  child: string
}

/** What the code of an application says about its routers. */
export interface Routers {
  routers: ReadonlyMap<string, readonly Router[]>
  byFile: ReadonlyMap<string, readonly Router[]>
  mounts: readonly MountedRouter[]
  bindings: ReadonlyMap<string, ReadonlyMap<string, ImportedName>>
  functions: ReadonlyMap<string, ReadonlyArray<{ at: number; name: string }>>
  texts: ReadonlyMap<string, string>
  /** Whether anything puts a prefix before a path. */
  prefixed: boolean
  /** The functions that make routers. */
  makers: ReadonlySet<string>
  calls: ReadonlyMap<string, readonly CodeCall[]>
  /** What is already known to stand before the paths of a router, and of a parameter. */
  bases: Map<Router, Prefix>
  parameters: Map<string, Prefix>
  /** What answers what is registered on a parameter, likewise. */
  servers: Map<string, string | undefined>
  /** The texts of the functions of a name, as far as they were asked for. */
  bodies: Map<string, readonly string[]>
  /** The calls that variables are given, likewise. */
  declared: Map<string, string>
  /** Which name a file hands on under another one. */
  handedOn: Map<string, ImportedName | undefined>
}

/** Calls that make a whole application: what is registered on it has no prefix, unless it is mounted. */
const whole =
  /^(?:FastAPI|Flask|Starlette|Quart|Sanic|Litestar|Bottle|Application|express|fastify|Fastify|Hono|Koa|polka|restify\.createServer|gin\.(?:Default|New)|echo\.New|fiber\.New|chi\.New(?:Router|Mux)|mux\.NewRouter|(?:http|runtime)\.NewServeMux|httprouter\.New|(?:axum::)?Router(?:::<[^()]*>)?::new|(?:actix_web::)?App::new)$/

/** Whether a call makes a whole application. */
export function makesWhole({ name }: CodeCall): boolean {
  return whole.test(name)
}

/** Calls that make a part, which answers nothing until it is mounted. */
const part =
  /^(?:fastapi\.)?APIRouter$|^(?:flask\.|quart\.|sanic\.)?Blueprint$|^(?:express\.)?Router$|^(?:KoaRouter|Elysia)$/

/** Calls on a router that give one for a longer path. */
const group = /(?:^|\.)(?:Group|PathPrefix|basePath)$/

const mostMounts = 500

const mounting =
  /^(?:include_router|register_blueprint|blueprint|mount|add_subapp|Mount|use|register|route|Handle|StripPrefix|nest|nest_service|merge|service|configure)$/

/** What is mounted and has no routes of the application. */
const noRouter =
  /StaticFiles|make_[aw]sgi_app|\bstatic\b|[sS]wagger|\bserve[A-Z(]|[pP]roxy|FileServer|promhttp|HandlerFunc|ServeDir|Files::new|web::(?:scope|resource)\(|(?:get|post|put|delete|patch|any)\(|[lL]imit|[cC]ors|[hH]elmet|json\(/

/** Collects the routers of an application, and which is mounted where. */
export function routersIn(files: ReadonlyArray<readonly [code: Code, calls: readonly CodeCall[]]>): Routers {
  const functions = new Map(files.map(([code]) => [code.path, functionsIn(code.text)]))
  const all = files.flatMap(([code, calls]) =>
    calls.flatMap((call) => routerOf(call, functions.get(code.path) ?? []) ?? []),
  )
  const mounts = files.flatMap(([, calls]) => calls.flatMap((call) => mountOf(call) ?? []))
  return {
    routers: groupBy(all, ({ code, name }) => `${code.path}#${name}`),
    byFile: groupBy(all, ({ code }) => code.path),
    // No application has more; where somebody made them to cost time, what is not looked at is not known.
    mounts: mounts.length > mostMounts ? [] : mounts,
    bindings: new Map(files.map(([code]) => [code.path, bindingsIn(code)])),
    functions,
    prefixed:
      [...all, ...mounts].some(({ prefix }) => prefix !== '') || files.some(([, calls]) => calls.some(putsBefore)),
    texts: new Map(files.map(([{ path, text }]) => [path, text])),
    makers: new Set(all.flatMap(({ from }) => from ?? [])),
    calls: groupBy(
      files.flatMap(([, calls]) => calls),
      lastName,
    ),
    bases: new Map(),
    parameters: new Map(),
    servers: new Map(),
    bodies: new Map(),
    declared: new Map(),
    handedOn: new Map(),
  }
}

/** Whether a call puts something before the paths of what is in it or made on it. */
function putsBefore(call: CodeCall): boolean {
  const name = lastName(call)
  if (name === 'register' || name === 'Api') return namedArgument(call, 'prefix') !== undefined
  if (!/^(?:scope|Group|group|PathPrefix|basePath|Route)$/.test(name) || call.arguments.length > 12) return false
  const first = argument(call, 0)
  return (
    first !== undefined && /^["'`\w]/.test(first) && !/^(?:func|function|async)\b/.test(first) && pathIn(first) !== ''
  )
}

function functionsIn(text: string): Array<{ at: number; name: string }> {
  return [...text.matchAll(/\b(?:def|fn|function|func)\s+(?:\([^()\n]{0,80}\)\s{0,4})?(\w+)/g)].map(
    ({ index, 1: name }) => ({
      at: index,
      name: name as string,
    }),
  )
}

/** The function that a place is in, by the last name before it. */
export function functionAt(functions: ReadonlyArray<{ at: number; name: string }>, at: number): string | undefined {
  return functions[afterLast(functions, at) - 1]?.name
}

/** How many of these come before a place. */
export function afterLast(list: ReadonlyArray<{ at: number }>, at: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] as { at: number }).at < at) low = middle + 1
    else high = middle
  }
  return low
}

function routerOf(call: CodeCall, functions: ReadonlyArray<{ at: number; name: string }>): Router | undefined {
  const kind = whole.test(call.name)
    ? 'whole'
    : part.test(call.name)
      ? 'part'
      : group.test(call.name)
        ? 'group'
        : undefined
  if (kind === undefined) return undefined
  const from = functionAt(functions, call.at)
  const name = assignedTo(call) ?? fieldOf(call) ?? from
  if (name === undefined) return undefined
  const given =
    kind === 'group' ? argument(call, 0) : (namedArgument(call, 'url_prefix') ?? namedArgument(call, 'prefix'))
  return {
    code: call.code,
    at: call.at,
    name,
    from,
    kind,
    prefix: kind === 'group' && /^func\b/.test(given ?? '') ? '' : given === undefined ? '' : pathIn(given),
    call,
  }
}

/** The field of a struct of Go that a call is the value of, with a dot in front. */
function fieldOf({ code, at, name }: CodeCall): string | undefined {
  if (!code.path.endsWith('.go')) return undefined
  const start = at - name.length
  const field = /[{,\s](\w+):\s*$/.exec(code.text.slice(Math.max(0, start - 60), start))?.[1]
  return field === undefined ? undefined : `.${field}`
}

/** A prefix as it stands before a path: without the slash at its end. */
export function pathIn(expression: string): Prefix {
  const text = literal(expression)
  return text === undefined || /[{:*<(]/.test(text) ? undefined : text.replace(/\/$/, '')
}

function mountOf(call: CodeCall): MountedRouter | undefined {
  const name = lastName(call)
  if (!mounting.test(name) || call.name.startsWith('@')) return undefined
  if (call.on === undefined && !call.name.includes('.') && name !== 'Mount') return undefined
  const [first, second] = [argument(call, 0), argument(call, 1)]
  if (first === undefined) return undefined
  const given = namedArgument(call, 'url_prefix')
  const named = given ?? namedArgument(call, 'prefix')
  const byPath =
    /^["'`]/.test(first) ||
    (second !== undefined && /^(?:mount|add_subapp|Mount|Handle|StripPrefix|nest|nest_service)$/.test(name))
  const child = (byPath ? (lastChild(call, name) ?? '') : first).replace(/^app\s*=\s*/, '')
  if (
    child === '' ||
    noRouter.test(child) ||
    /^(?:async\b|func\b|function\b|\(|\||\w+\s*=>|\{|\[|routes\s*=|http\.StripPrefix)/.test(child)
  )
    return undefined
  if (name === 'service' || name === 'configure' || name === 'merge')
    return { call, prefix: '', replaces: false, child }
  return {
    call,
    prefix: named !== undefined ? pathIn(named) : byPath ? pathIn(first) : '',
    replaces: given !== undefined,
    child,
  }
}

/** What is mounted: behind the path, and behind what only looks at requests. */
function lastChild(call: CodeCall, name: string): string | undefined {
  return argument(call, name === 'use' ? call.arguments.length - 1 : 1)
}

/** Whether a prefix has the closure in which a router is used under the name of its parameter. */
export function closureOf(call: CodeCall, receiver: string): Prefix | 'no' {
  const parameter = new RegExp(
    `^(?:async\\s+)?(?:func(?:tion)?\\s*\\w*)?\\s*\\(?\\s*${receiver.replaceAll('$', '\\$')}\\b`,
  )
  const index = call.arguments.findIndex((_, at) => at < 3 && parameter.test(argument(call, at) ?? ''))
  if (index < 0) return 'no'
  if (index === 1) return pathIn(argument(call, 0) ?? '')
  const options = call.arguments.length > 1 ? namedArgument(call, 'prefix') : undefined
  return options === undefined ? '' : pathIn(options)
}
