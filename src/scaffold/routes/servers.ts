import type { Language } from '../application.ts'
import type { Code } from '../settings/setting.ts'
import { assignedTo, lastName, type CodeCall } from './calls.ts'
import { isChild } from './is-child.ts'
import { deepest, givenFor, ownerOf, routerNamed, routerOfOtherFile, type Owner } from './prefix.ts'
import { closureOf, functionAt, makesWhole, type Router, type Routers } from './routers.ts'

/** What starts to listen. A word that other libraries use too only counts where there are two servers to start. */
const listens: Readonly<Record<Language, RegExp>> = {
  python: /\b(?:uvicorn\.run|make_server|run_app|TCPSite|serve)\(|\w\.run\(/g,
  node: /\.listen\(|\bserve\(/g,
  go: /\bhttp\.Server\s*\{|\bhttp\.(?:ListenAndServe|Serve)(?:TLS)?\(|\.(?:Start(?:TLS|AutoTLS|Server)?|Run(?:TLS)?|Listen(?:TLS)?)\(/g,
  java: /\bHttps?Server\.create\(|\bJavalin\.create\(/g,
  rust: /\bserve\(|\bHttpServer::new\b|\bServer::bind\(/g,
}

/** What answers requests besides routers, in one language each. */
const answers: Readonly<Record<Language, RegExp | undefined>> = {
  python: /\bmake_server\(/g,
  node: /\bcreateServer\(\s*(?:async\b|\(|function\b)|\bNestFactory\.create\b/g,
  go: /\bhttp\.(?:DefaultServeMux\b|Handle(?:Func)?\()/g,
  java: listens.java,
  rust: undefined,
}

/** Whether an application may have more than one server with paths of its own. */
export function startsSeveral(
  files: ReadonlyArray<readonly [code: Code, calls: readonly CodeCall[]]>,
  calls: readonly CodeCall[],
  language: Language,
): boolean {
  const count = (form: RegExp | undefined) =>
    form === undefined ? 0 : files.reduce((sum, [{ text }]) => sum + [...text.matchAll(form)].length, 0)
  // A server of Python is mostly started from outside of the code.
  const started = count(listens[language]) + (language === 'python' ? 1 : 0)
  return started > 1 && calls.filter(makesWhole).length + count(answers[language]) > 1
}

/** What a route is registered on in the end, by a name that all routes of one server share; undefined if the code does not show it. */
export function serverOf(call: CodeCall, routers: Routers, depth = 0): string | undefined {
  if (depth > deepest) return undefined
  const owner = ownerOf(call, routers)
  let outer = call.inside
  for (let steps = 0; outer !== undefined && steps < deepest; outer = outer.inside, steps += 1) {
    const name = lastName(outer)
    if (makesWhole(outer))
      return ofOwner({ path: outer.code.path, name: assignedTo(outer) ?? '', at: outer.at + 1 }, routers, depth + 1)
    const isMounted =
      /^(?:nest|Mount|mount|service|merge|configure)$/.test(name) ||
      (/^(?:Route|Group|route|group|register)$/.test(name) &&
        owner.name !== '' &&
        closureOf(outer, owner.name) !== 'no')
    if (isMounted) return serverOf(outer, routers, depth + 1)
  }
  return ofOwner(owner, routers, depth + 1)
}

function ofOwner(owner: Omit<Owner, 'prefix'>, routers: Routers, depth: number): string | undefined {
  const { path, name, at } = owner
  if (name === 'http' && path.endsWith('.go')) return 'http'
  const router = routerNamed(owner, routers) ?? routerOfOtherFile(path, name, routers)
  if (router !== undefined) return ofRouter(router, routers, depth)
  const within = functionAt(routers.functions.get(path) ?? [], at)
  const key = `${path}#${within ?? ''}#${name}`
  if (routers.servers.has(key)) return routers.servers.get(key)
  const given = within === undefined ? undefined : givenFor(within, owner, routers)
  if (given === undefined || given.length === 0 || depth > deepest) return key
  // What functions give to each other in a circle is no server.
  routers.servers.set(key, undefined)
  const servers = given.map(([, one]) => (one === undefined ? undefined : ofOwner(one, routers, depth + 1)))
  const server = servers.every((other) => other === servers[0]) ? servers[0] : undefined
  routers.servers.set(key, server)
  return server
}

function ofRouter(router: Router, routers: Routers, depth: number): string | undefined {
  if (router.kind === 'group') return serverOf(router.call, routers, depth + 1)
  const mount =
    depth > deepest
      ? undefined
      : routers.mounts.find((one) => one.call.first !== router.call && isMount(one, router, routers))
  return mount === undefined ? `${router.code.path}#${router.at}` : serverOf(mount.call, routers, depth + 1)
}

function isMount(mount: Routers['mounts'][number], router: Router, routers: Routers): boolean {
  const receiver = mount.call.name.replace(/[.:][^.:]*$/, '')
  const isOwn = mount.call.code.path === router.code.path && receiver === router.name
  return !isOwn && isChild(mount, router, routers) === 'yes'
}
