import type { Language } from '../application.ts'
import type { Code } from '../settings/setting.ts'
import { annotatedRoutes } from './annotated.ts'
import { argument, callsIn, lastName, literal, type CodeCall } from './calls.ts'
import { contextPath } from './configured-path.ts'
import { pathConstants, type PathConstants } from './held-paths.ts'
import { djangoRoutes } from './django.ts'
import { joined } from './prefix.ts'
import { registeredRoutes } from './registered.ts'
import type { Route } from './route.ts'
import { routersIn, type Prefix } from './routers.ts'
import { startsSeveral } from './servers.ts'

/** The routes in code without comments that match, whether there are any others, whether something stands before any, and whether more than one server may answer them. */
export function findRoutes(
  code: readonly Code[],
  language: Language,
  matches: (path: string) => boolean,
): { routes: Route[]; any: boolean; prefixed: boolean; several: boolean } {
  const files = code
    .filter(({ path }) => /\.(?:py|[cm]?[jt]sx?|go|java|kt|rs)$/.test(path))
    .map((one) => [one, callsIn(one, language)] as const)
  const calls = files.flatMap(([, own]) => own)
  const constants = pathConstants(files.map(([one]) => one))
  const routers = routersIn(files)
  const several = startsSeveral(files, calls, language)
  const { routes, any } = registeredRoutes(calls, language, { ...routers, constants, several }, matches)
  const others = ofFrameworks(code, files, calls, { language, constants })
  return {
    several,
    routes: [...routes, ...others.filter(({ path }) => matches(path))],
    any: any || others.length > 0,
    prefixed:
      routers.prefixed ||
      calls.some((call) => /^(?:setGlobalPrefix|enableVersioning)$/.test(lastName(call))) ||
      (language === 'java' && (contextPath(code) !== '' || calls.some(isNested))),
  }
}

/** Whether a call of Java or Kotlin puts a path before those in its closure. */
function isNested(call: CodeCall): boolean {
  return /^(?:route|path|group|nest)$/.test(lastName(call)) && /^"\/?[^"]/.test(argument(call, 0) ?? '')
}

function ofFrameworks(
  code: readonly Code[],
  files: ReadonlyArray<readonly [code: Code, calls: readonly CodeCall[]]>,
  calls: readonly CodeCall[],
  { language, constants }: { language: Language; constants: PathConstants },
): Route[] {
  if (language === 'python') return djangoRoutes(files)
  if (language === 'node') return annotatedRoutes(files, constants, ofNest(calls))
  if (language !== 'java') return []
  const context = contextPath(code)
  return annotatedRoutes(files, constants, () => context)
}

/** What Nest puts before the path of each controller. */
function ofNest(calls: readonly CodeCall[]): (path: string) => Prefix {
  const called = (name: string) => calls.find((call) => lastName(call) === name)
  const global = called('setGlobalPrefix')
  const versions = called('enableVersioning')
  const inPath = versions !== undefined && !/HEADER|MEDIA_TYPE|CUSTOM/.test(argument(versions, 0) ?? '')
  const modules = calls.some(({ name }) => name === 'RouterModule.register')
  if (inPath || modules) return () => undefined
  if (global === undefined) return () => ''
  const text = literal(argument(global, 0))
  const prefix = text === undefined ? undefined : joined('/', text.replaceAll(/^\/|\/$/g, ''))
  const except = argument(global, 1) ?? ''
  return (path) => (except === '' ? prefix : prefixBeside(path.replace(/^\//, ''), except, prefix))
}

/** The prefix of a path of Nest beside a list of paths that have none; undefined if the list does not say. */
function prefixBeside(path: string, except: string, prefix: Prefix): Prefix {
  const listed = [...except.matchAll(/["'`]\/?([^"'`\n]*)["'`]/g)].map(([, text = '']) => text.replace(/\/$/, ''))
  const said = listed.map((text) => {
    if (/^[\w/.-]*$/.test(text)) return text === path.replace(/\/$/, '')
    const [, base, below, wild] = /^([\w/.-]+?)(\/)?(\(\.\*\)|\{\/\*\w+\}|\*\w*)$/.exec(text) ?? []
    if (base === undefined || (below === undefined && wild?.startsWith('*') === true)) return undefined
    return path.startsWith(`${base}/`) || (below === undefined && path === base)
  })
  if (said.includes(true)) return ''
  return said.length === 0 || said.includes(undefined) ? undefined : prefix
}
