import { lastName } from './calls.ts'
import { resolved, stemOf, type ImportedName } from './imports.ts'
import type { MountedRouter, Router, Routers } from './routers.ts'

type Answer = 'yes' | 'no' | 'maybe'

export function isFile(path: string, source: string): boolean {
  const stem = stemOf(path)
  return source !== '' && (stem === source || stem.endsWith(`/${source}`))
}

/** Whether what is mounted is this router. */
export function isChild(mount: MountedRouter, router: Router, routers: Routers): Answer {
  const { path } = mount.call.code
  const required = /^require\(\s*["']([^"']+)["']\s*\)/.exec(mount.child)?.[1]
  if (required !== undefined) return isFile(router.code.path, resolved(path, required)) ? 'yes' : 'no'
  const said = /^[&*]?((?:[\w$]+(?:\.|::))*[\w$]+)\s*(\()?/.exec(mount.child.replace(/^(?:await|new)\s+/, ''))
  if (said === null) return 'maybe'
  // A function that answers, and no router.
  if (lastName(mount.call) === 'service' && said[2] === undefined) return 'no'
  const parts = (said[1] as string).split(/\.|::/).filter((part) => !/^(?:crate|self|super|this)$/.test(part))
  // What a router of a library calls its own routes.
  const called =
    said[2] !== undefined &&
    (parts.length === 1 || !/^(?:routes|middleware|callback)$/.test(parts.at(-1) ?? '') || path.endsWith('.rs'))
  if (said[2] !== undefined && !called) parts.pop()
  return called ? isMadeBy(parts, mount, router, routers) : isNamed(parts, path, router, routers)
}

function isNamed(parts: readonly string[], path: string, router: Router, routers: Routers): Answer {
  const name = parts.at(-1) as string
  if (parts.length === 1 && routers.routers.has(`${path}#${name}`))
    return router.code.path === path && router.name === name ? 'yes' : 'no'
  const binding = routers.bindings.get(path)?.get(parts[0] as string)
  if (binding === undefined && parts.length === 1 && router.code.path !== path)
    return isDeclared(name, path, router, routers)
  if (binding === undefined) return router.code.path === path || parts.length > 1 ? maybeNamed(router, name) : 'maybe'
  const { source, name: there } = followed(
    {
      source: binding.name === undefined || parts.length === 1 ? binding.source : join(binding.source, binding.name),
      name: parts.length > 1 ? name : binding.name,
    },
    routers,
  )
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

/** What a name stands for that a package hands on from one of its modules. */
function followed(binding: ImportedName, { bindings, handedOn }: Routers): ImportedName {
  const { source, name } = binding
  if (name === undefined) return binding
  const key = `${source}#${name}`
  if (!handedOn.has(key)) {
    const found = [...bindings].find(([file, own]) => own.has(name) && isFile(file, source))
    handedOn.set(key, found?.[1].get(name))
  }
  return handedOn.get(key) ?? binding
}

function join(source: string, name: string): string {
  return source === '' ? name : `${source}/${name}`
}

function maybeNamed(router: Router, name: string): 'no' | 'maybe' {
  return router.name === name || router.name.endsWith(`.${name}`) ? 'maybe' : 'no'
}

/** Whether a router is what a function gives. */
function isMadeBy(parts: readonly string[], mounted: MountedRouter, router: Router, routers: Routers): Answer {
  const { path } = mounted.call.code
  const name = parts.at(-1) as string
  const binding = routers.bindings.get(path)?.get(parts[0] as string)
  const wanted = parts.length === 1 ? (binding?.name ?? name) : name
  if (router.from !== wanted)
    return routers.makers.has(wanted) || !mayGive(wanted, mounted.child, router, routers) ? 'no' : 'maybe'
  const place = parts.length > 1 ? parts.at(-2) : binding?.source.split('/').at(-1)
  const stem = stemOf(router.code.path).split('/')
  return place === undefined || stem.includes(place) || router.code.path === path ? 'yes' : 'maybe'
}

/** Whether what a function gives may be a router that another one makes: it is given to it, or the function names it or what makes it. */
function mayGive(wanted: string, child: string, router: Router, routers: Routers): boolean {
  const names = [router.name.replace(/^.*\./, ''), ...(router.from === undefined ? [] : [router.from])]
  const mentions = (text: string) =>
    names.some(
      (name) => text.includes(name) && new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(text),
    )
  const bodies = bodiesOf(wanted, routers)
  return bodies.length > mostBodies || mentions(child) || bodies.some(mentions)
}

/** No application has more functions of one name that give a router, nor longer ones. */
const mostBodies = 12
const longestBody = 5_000

function bodiesOf(wanted: string, { bodies, functions, texts }: Routers): readonly string[] {
  const known = bodies.get(wanted)
  if (known !== undefined) return known
  const found = [...functions].flatMap(([path, all]) =>
    all.flatMap(({ at, name }, index) =>
      name === wanted
        ? [(texts.get(path) ?? '').slice(at, Math.min(all[index + 1]?.at ?? at + longestBody, at + longestBody))]
        : [],
    ),
  )
  bodies.set(wanted, found)
  return found
}

/** Whether a variable of another file may hold a router, by the call that it is given where it is declared. */
function isDeclared(name: string, path: string, router: Router, routers: Routers): Answer {
  const key = `${path}#${name}`
  const given = routers.declared.get(key) ?? givenTo(name, routers.texts.get(path) ?? '')
  routers.declared.set(key, given)
  return given === '' || mayGive(/(?<![\w$])([\w$]+)\(/.exec(given)?.[1] ?? '', given, router, routers) ? 'maybe' : 'no'
}

/** The call that a variable is given; empty if there is none. */
function givenTo(name: string, text: string): string {
  const plain = name.replaceAll('$', '\\$')
  return (
    new RegExp(
      `\\b(?:const|let|var)\\s+(?:${plain}\\b|\\{[^{}]{0,300}\\b${plain}\\b[^{}]{0,300}\\})\\s*(?::[^=\\n]{0,100})?=\\s*(?:await\\s+|new\\s+)?((?:[\\w$]+\\.)*[\\w$]+\\([^\\n]{0,300})`,
    ).exec(text)?.[1] ?? ''
  )
}
