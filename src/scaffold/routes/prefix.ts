import { argument, assignedTo, lastName, type CodeCall } from './calls.ts'
import { resolved, stemOf } from './imports.ts'
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
const deepest = 12
const longestChain = 100

/** Calls whose path stands before what is called on their value. */
const inChain = /^(?:Group|PathPrefix|basePath|scope|prefix)$/

/** What a call is made on: a variable, or the value of a chain. */
interface Owner {
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

function ownerOf(call: CodeCall, { functions }: Routers): Owner {
  let prefix: Prefix = ''
  let steps = 0
  for (let on = call.on; on !== undefined && steps <= longestChain; on = on.on, steps += 1)
    if (inChain.test(lastName(on))) prefix = joined(pathIn(argument(on, 0) ?? ''), prefix)
  const first = call.first ?? call
  const receiver = first.name.replace(/^[@!]+/, '').replace(/(?:\.|::)?[\w$]+$/, '')
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
  return 'no'
}

/** What stands before the paths of a router. */
function baseOf({ path, name, at }: Omit<Owner, 'prefix'>, routers: Routers, depth: number): Prefix {
  // What the standard library of Go answers by default.
  if (name === 'http' && path.endsWith('.go')) return ''
  const router = isParameter({ path, name, at }, routers) ? undefined : routerAt(path, name, at, routers)
  if (router === undefined) return imported({ path, name, at }, routers, depth)
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
  const mounts = said.flatMap(([mount, is]) => (is === 'yes' ? [mount] : []))
  if (mounts.length === 0 && router.kind === 'whole' && said.every(([, is]) => is === 'no')) return router.prefix
  const [first] = mounts
    .slice(0, deepest)
    .map((mount) => {
      const prefix = joined(prefixOf(mount.call, routers, depth + 1), mount.prefix)
      return mount.replaces ? prefix : joined(prefix, router.prefix)
    })
    .filter((prefix) => prefix !== undefined)
  return first
}

/** Whether this is a call on the router itself, which is never below itself. */
function isOn(call: CodeCall, { code, name, call: maker }: Router): boolean {
  if (call.first === maker) return true
  return call.code.path === code.path && (call.first ?? call).name.startsWith(`${name}.`)
}

/** The last router of that name before a place, or the first one. */
function routerAt(path: string, name: string, at: number, { routers }: Routers): Router | undefined {
  const all = routers.get(`${path}#${name}`) ?? []
  return all[afterLast(all, at) - 1] ?? all[0]
}

/** The prefix of a router that another file makes, or a parameter is. */
function imported({ path, name, at }: Omit<Owner, 'prefix'>, routers: Routers, depth: number): Prefix {
  const [own = '', ...others] = name.split('.')
  const binding = routers.bindings.get(path)?.get(own)
  const there = binding?.name ?? others[0] ?? own
  const found =
    binding === undefined
      ? []
      : [...routers.byFile].flatMap(([file, all]) =>
          isFile(file, binding.source) ? all.filter((router) => router.name === there || all.length === 1) : [],
        )
  const [only] = found
  if (only !== undefined && found.length === 1)
    return baseOf({ path: only.code.path, name: only.name, at: only.at + 1 }, routers, depth + 1)
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
  const typed = /\b(\w+)\s+\*(?:gin\.Engine|echo\.Echo|fiber\.App)\b/.exec(signatureAt(path, at, routers))?.[1]
  return typed === name ? '' : undefined
}

export function isFile(path: string, source: string): boolean {
  const stem = stemOf(path)
  return source !== '' && (stem === source || stem.endsWith(`/${source}`))
}

/** Whether what is mounted is this router. */
function isChild(mount: MountedRouter, router: Router, routers: Routers): 'yes' | 'no' | 'maybe' {
  const { path } = mount.call.code
  const required = /^require\(\s*["']([^"']+)["']\s*\)/.exec(mount.child)?.[1]
  if (required !== undefined) return isFile(router.code.path, resolved(path, required)) ? 'yes' : 'no'
  const said = /^[&*]?((?:[\w$]+(?:\.|::))*[\w$]+)\s*(\()?/.exec(mount.child.replace(/^await\s+/, ''))
  if (said === null) return 'maybe'
  // A function that answers, and no router.
  if (lastName(mount.call) === 'service' && said[2] === undefined) return 'no'
  const parts = (said[1] as string).split(/\.|::/).filter((part) => !/^(?:crate|self|super|this)$/.test(part))
  // What a router of a library calls its own routes.
  const called =
    said[2] !== undefined &&
    (parts.length === 1 || !/^(?:routes|middleware|callback)$/.test(parts.at(-1) ?? '') || path.endsWith('.rs'))
  if (said[2] !== undefined && !called) parts.pop()
  return called ? isMadeBy(parts, path, router, routers) : isNamed(parts, path, router, routers)
}

function isNamed(parts: readonly string[], path: string, router: Router, routers: Routers): 'yes' | 'no' | 'maybe' {
  const name = parts.at(-1) as string
  if (parts.length === 1 && routers.routers.has(`${path}#${name}`))
    return router.code.path === path && router.name === name ? 'yes' : 'no'
  const binding = routers.bindings.get(path)?.get(parts[0] as string)
  if (binding === undefined) return router.code.path === path || parts.length > 1 ? maybeNamed(router, name) : 'maybe'
  const source = binding.name === undefined || parts.length === 1 ? binding.source : join(binding.source, binding.name)
  const there = parts.length > 1 ? name : binding.name
  if (isFile(router.code.path, source)) {
    const alone = routers.byFile.get(router.code.path)?.length === 1
    return there === undefined || there === 'default' || there === 'router' || there === router.name
      ? alone || there === router.name
        ? 'yes'
        : 'maybe'
      : 'no'
  }
  // A package hands on what one of its modules has.
  const folder = stemOf(router.code.path).split('/').slice(0, -1).join('/')
  const handedOn = there === router.name && (folder === source || folder.endsWith(`/${source}`) || source === '')
  return handedOn ? 'maybe' : 'no'
}

function join(source: string, name: string): string {
  return source === '' ? name : `${source}/${name}`
}

function maybeNamed(router: Router, name: string): 'no' | 'maybe' {
  return router.name === name ? 'maybe' : 'no'
}

/** Whether a router is what a function gives. */
function isMadeBy(parts: readonly string[], path: string, router: Router, routers: Routers): 'yes' | 'no' | 'maybe' {
  const name = parts.at(-1) as string
  const binding = routers.bindings.get(path)?.get(parts[0] as string)
  const wanted = parts.length === 1 ? (binding?.name ?? name) : name
  if (router.from !== wanted) {
    const known = [...routers.byFile.values()].some((all) => all.some(({ from }) => from === wanted))
    return known ? 'no' : 'maybe'
  }
  const place = parts.length > 1 ? parts.at(-2) : binding?.source.split('/').at(-1)
  const stem = stemOf(router.code.path).split('/')
  return place === undefined || stem.includes(place) || router.code.path === path ? 'yes' : 'maybe'
}
