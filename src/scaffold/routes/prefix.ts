import { argument, assignedTo, lastName, namedArgument, type CodeCall } from './calls.ts'
import { isChild, isFile } from './is-child.ts'
import {
  afterLast,
  closureOf,
  functionAt,
  makesWhole,
  pathIn,
  type MountedRouter,
  type Prefix,
  type Router,
  type Routers,
} from './routers.ts'

/** Chains and nests of routers are shorter; what is longer was made to cost time, and its prefix is not known. */
export const deepest = 12
const longestChain = 100

/** Calls whose path stands before what is called on their value. */
const inChain = /^(?:Group|PathPrefix|basePath|scope|prefix)$/

/** What a call is made on: a variable, or the value of a chain. */
export interface Owner {
  path: string
  name: string
  at: number
  /** What the chain itself puts before its paths. */
  prefix: Prefix
}

/** What stands before the path of a route that is registered by this call. */
export function prefixOf(call: CodeCall, routers: Routers, depth = 0): Prefix {
  if (depth > deepest) return undefined
  const owner = ownerOf(call, routers)
  const outer = outerPrefix(call, owner, routers, depth)
  return joined(outer === 'no' ? baseOf(owner, routers, depth + 1) : outer, owner.prefix)
}

export function joined(before: Prefix, after: Prefix): Prefix {
  return before === undefined || after === undefined ? undefined : before + after
}

export function ownerOf(call: CodeCall, { functions }: Routers): Owner {
  let prefix: Prefix = ''
  let steps = 0
  for (let on = call.on; on !== undefined && steps <= longestChain; on = on.on, steps += 1)
    if (inChain.test(lastName(on))) prefix = joined(pathIn(argument(on, 0) ?? ''), prefix)
  const first = call.first ?? call
  const receiver = first.name.replace(/^[@!]+/, '').replace(/(?:\.|::|(?<![\w$]))[\w$]+$/, '')
  const name =
    call.first !== undefined && !inChain.test(lastName(first))
      ? (assignedTo(call) ?? functionAt(functions.get(call.code.path) ?? [], call.at) ?? receiver)
      : receiver
  return { path: call.code.path, name, at: first.at, prefix: steps > longestChain ? undefined : prefix }
}

/** The prefix that the calls around this one give it, whose router it is then; "no" if they give it none. */
function outerPrefix(call: CodeCall, owner: Owner, routers: Routers, depth: number): Prefix | 'no' {
  let outer = call.inside
  for (let steps = 0; outer !== undefined && steps < deepest; outer = outer.inside, steps += 1) {
    const name = lastName(outer)
    if (makesWhole(outer))
      return baseOf({ path: outer.code.path, name: assignedTo(outer) ?? '', at: outer.at + 1 }, routers, depth + 1)
    if (lastName(call) === 'StripPrefix' && name === 'Handle') return prefixOf(outer, routers, depth + 1)
    if (/^(?:nest|Mount|mount|service|merge|configure)$/.test(name) && outer !== call) {
      const own = /^["'`]/.test(argument(outer, 0) ?? '') ? pathIn(argument(outer, 0) ?? '') : ''
      return joined(prefixOf(outer, routers, depth + 1), own)
    }
    if (/^(?:Route|Group|route|group|register)$/.test(name) && owner.name !== '') {
      const own = closureOf(outer, owner.name)
      if (own !== 'no') return joined(prefixOf(outer, routers, depth + 1), own)
    }
  }
  return call.code.path.endsWith('.py') && /^(?:Route|APIRoute)$/.test(call.name) ? ofList(call, routers, depth) : 'no'
}

/** The prefix of a list of routes by the application or the mount that it is given to. */
function ofList({ code, at }: CodeCall, routers: Routers, depth: number): Prefix | 'no' {
  const before = code.text.slice(Math.max(0, at - 5_000), at)
  const list = [...before.matchAll(/^[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=[ \t]*\[/gm)].at(-1)?.[1]
  const given = ['Starlette', 'FastAPI', 'Mount'].flatMap((name) =>
    (routers.calls.get(name) ?? []).filter((call) => call.code.path === code.path),
  )
  const users = list === undefined ? [] : given.filter((call) => namedArgument(call, 'routes') === list)
  const [user] = users
  if (user === undefined || users.length > 1) return 'no'
  return makesWhole(user)
    ? baseOf({ path: code.path, name: assignedTo(user) ?? '', at: user.at + 1 }, routers, depth + 1)
    : joined(prefixOf(user, routers, depth + 1), pathIn(argument(user, 0) ?? ''))
}

/** What stands before the paths of a router. */
function baseOf({ path, name, at }: Omit<Owner, 'prefix'>, routers: Routers, depth: number): Prefix {
  // What the standard library of Go answers by default.
  if (name === 'http' && path.endsWith('.go')) return ''
  const router = routerNamed({ path, name, at }, routers)
  if (router === undefined) {
    const resources = (routers.calls.get('Api') ?? []).find(
      (call) => call.code.path === path && assignedTo(call) === name,
    )
    const below = resources === undefined || depth > deepest ? undefined : argument(resources, 0)
    if (resources === undefined || below === undefined || !/^\w+$/.test(below))
      return imported({ path, name, at }, routers, depth)
    const prefix = pathIn(namedArgument(resources, 'prefix') ?? '""')
    return joined(baseOf({ path, name: below, at: resources.at }, routers, depth + 1), prefix)
  }
  if (routers.bases.has(router)) return routers.bases.get(router)
  // Routers that seem to be below each other have no prefix that is known.
  routers.bases.set(router, undefined)
  const base = baseOfRouter(router, routers, depth)
  routers.bases.set(router, base)
  return base
}

function baseOfRouter(router: Router, routers: Routers, depth: number): Prefix {
  if (router.kind === 'group') return joined(prefixOf(router.call, routers, depth + 1), router.prefix)
  const others = routers.mounts.filter(({ call }) => !isOn(call, router))
  const said = others.map((mount) => [mount, isChild(mount, router, routers)] as const)
  const sure = said.flatMap(([mount, is]) => (is === 'yes' ? [mount] : []))
  // What its own function mounts is not what the function gives.
  const within = sure.filter(({ call, child }) => call.code.path === router.code.path && child === router.name)
  const mounts = within.length > 0 ? within : sure
  const before = (mount: MountedRouter) => joined(prefixOf(mount.call, routers, depth + 1), mount.prefix)
  if (mounts.length === 0) {
    const possible = said.flatMap(([mount, is]) => (is === 'maybe' ? [mount] : []))
    // Wherever it is mounted then, nothing stands before it.
    const plain = possible.length <= deepest && possible.every((mount) => before(mount) === '')
    return plain && (router.kind === 'whole' || possible.length > 0) ? router.prefix : undefined
  }
  const [first] = mounts
    .slice(0, deepest)
    .map((mount) => (mount.replaces ? before(mount) : joined(before(mount), router.prefix)))
    .filter((prefix) => prefix !== undefined)
  return first
}

/** Whether this is a call on the router itself, which is never below itself. */
function isOn(call: CodeCall, { code, name, call: maker }: Router): boolean {
  if (call.first === maker) return true
  return [call, ...(call.inside === undefined ? [] : [call.inside])].some((one) => {
    const on = (one.first ?? one).name
    return name.startsWith('.') ? on.includes(`${name}.`) : one.code.path === code.path && on.startsWith(`${name}.`)
  })
}

/** The router that a name stands for in its own file, or as a field. */
export function routerNamed(owner: Omit<Owner, 'prefix'>, routers: Routers): Router | undefined {
  return isParameter(owner, routers)
    ? undefined
    : (routerAt(owner.path, owner.name, owner.at, routers) ?? routerInField(owner.path, owner.name, routers))
}

/** The last router of that name before a place, or the first one. */
function routerAt(path: string, name: string, at: number, { routers }: Routers): Router | undefined {
  const all = routers.get(`${path}#${name}`) ?? []
  return all[afterLast(all, at) - 1] ?? all[0]
}

/** The router in a field of Go, whose methods may be in any file. */
function routerInField(path: string, name: string, { byFile }: Routers): Router | undefined {
  if (!path.endsWith('.go') || !name.includes('.')) return undefined
  const field = name.slice(name.lastIndexOf('.'))
  const [only, ...others] = [...byFile.values()].flatMap((all) => all.filter((router) => router.name.endsWith(field)))
  return others.length === 0 ? only : undefined
}

/** The one router that a name stands for which a file imports. */
export function routerOfOtherFile(path: string, name: string, { bindings, byFile }: Routers): Router | undefined {
  const [own = '', ...others] = name.split('.')
  const binding = bindings.get(path)?.get(own)
  if (binding === undefined) return undefined
  const there = binding.name ?? others[0] ?? own
  const [only, ...more] = [...byFile].flatMap(([file, all]) =>
    isFile(file, binding.source) ? all.filter((router) => router.name === there || all.length === 1) : [],
  )
  return more.length === 0 ? only : undefined
}

/** The prefix of a router that another file makes, or a parameter is. */
function imported({ path, name, at }: Omit<Owner, 'prefix'>, routers: Routers, depth: number): Prefix {
  const only = routerOfOtherFile(path, name, routers)
  if (only !== undefined) return baseOf({ path: only.code.path, name: only.name, at: only.at + 1 }, routers, depth + 1)
  return routers.prefixed ? ofParameter({ path, name, at }, routers, depth) : ''
}

/** Whether a name is a parameter of the function that it is used in, and not the variable of that name elsewhere in the file. */
function isParameter({ path, name, at }: Omit<Owner, 'prefix'>, routers: Routers): boolean {
  return /^\w+$/.test(name) && new RegExp(`[(,]\\s*(?:mut )?${name}\\b`).test(signatureAt(path, at, routers))
}

/** What a function takes and gives, as far as its body. */
function signatureAt(path: string, at: number, { functions, texts }: Routers): string {
  const all = functions.get(path) ?? []
  const own = all[afterLast(all, at) - 1]
  const text = own === undefined ? '' : (texts.get(path)?.slice(own.at, own.at + 300) ?? '')
  return text.split(path.endsWith('.py') ? /\)/ : '{')[0] ?? ''
}

/** The prefix of a router that a function or a file is given: by what gives it, or because its type is a whole application. */
function ofParameter({ path, name, at }: Omit<Owner, 'prefix'>, routers: Routers, depth: number): Prefix {
  const functions = routers.functions.get(path) ?? []
  const own = functions[afterLast(functions, at) - 1]
  const given = routers.mounts.filter(({ call, child }) => {
    if (lastName(call) === 'configure') return own !== undefined && child.split('::').at(-1) === own.name
    const source = routers.bindings.get(call.code.path)?.get(child)?.source
    return lastName(call) === 'register' && source !== undefined && isFile(path, source)
  })
  const [first] = given
  if (first !== undefined && given.length === 1) return joined(prefixOf(first.call, routers, depth + 1), first.prefix)
  const signature = signatureAt(path, at, routers)
  const typed =
    /\b(\w+)\s+\*(?:gin\.Engine|echo\.Echo|fiber\.App|httprouter\.Router)\b/.exec(signature)?.[1] ??
    /\b(\w+)\s*:\s*(?:express\.)?(?:Express|Application|FastAPI|Flask)\b/.exec(signature)?.[1]
  return typed === name ? '' : own === undefined ? undefined : ofCallers(own, { path, name, at }, routers, depth)
}

/** What stands before the paths of a parameter, if all calls of its function give it a router with the same. */
function ofCallers(
  own: { at: number; name: string },
  { path, name, at }: Omit<Owner, 'prefix'>,
  routers: Routers,
  depth: number,
): Prefix {
  const key = `${path}#${own.at}#${name}`
  if (depth > deepest || routers.parameters.has(key)) return routers.parameters.get(key)
  routers.parameters.set(key, undefined)
  const given = givenFor(own.name, { path, name, at }, routers)
  if (given === undefined) return undefined
  const [first, ...others] = given.map(([call, owner]) => {
    if (owner === undefined) return undefined
    const outer = outerPrefix(call, owner, routers, depth + 1)
    return outer === 'no' ? baseOf(owner, routers, depth + 1) : outer
  })
  const base = others.every((other) => other === first) ? first : undefined
  routers.parameters.set(key, base)
  return base
}

/** The calls of a function, with what each gives it for a parameter; undefined if that cannot be told. */
export function givenFor(
  called: string,
  { path, name, at }: Omit<Owner, 'prefix'>,
  routers: Routers,
): Array<[call: CodeCall, owner: Owner | undefined]> | undefined {
  const parameters = /\b\w+\s*\(([^()]*)/.exec(
    signatureAt(path, at, routers).replace(/^func\s+\([^()]*\)/, 'func'),
  )?.[1]
  const index = (parameters?.split(',') ?? [])
    .filter((one) => !/^\s*(?:(?:&\s*)?(?:mut\s+)?self|cls)\s*$/.test(one))
    .findIndex((one) => new RegExp(`^\\s*(?:mut )?${name}\\b`).test(one))
  const callers = (routers.calls.get(called) ?? []).filter((call) => !isDefinition(call))
  if (index < 0 || callers.length > deepest) return undefined
  return callers.map((call) => {
    const given = /^&?(?:mut )?([\w$]+(?:\.[\w$]+)*)$/.exec(argument(call, index) ?? '')?.[1]
    return [call, given === undefined ? undefined : { path: call.code.path, name: given, at: call.at, prefix: '' }]
  })
}

function isDefinition({ code, at, name }: CodeCall): boolean {
  const start = at - name.length
  return /\b(?:def|fn|func|function)\s+(?:\([^()]*\)\s*)?$/.test(code.text.slice(Math.max(0, start - 100), start))
}
