import { groupBy } from '../../model/group-by.ts'
import { isFile } from '../routes/is-child.ts'
import { bindingsIn, stemOf } from '../routes/imports.ts'
import type { SourceTree } from '../source-tree.ts'
import { codeAtTop } from '../top-level.ts'

/** A variable that holds an application. */
export interface PythonApplication {
  path: string
  variable: string
  /** The function of the project that makes it; undefined if the line itself does. */
  maker: string | undefined
}

const frameworks = [
  'FastAPI',
  'Starlette',
  'Flask',
  'Quart',
  'Litestar',
  'get_asgi_application',
  'get_wsgi_application',
]

/** Names of functions that give an application, wherever they come from. */
const makes =
  /^(?!.*(?:celery|worker|cli|typer|bolt|slack|test))(?:(?:create|make|build|get|init|setup|new)_(?:\w+_)?(?:app|application|api|asgi|wsgi)|(?:create|make|build)App)$/i

/** What such a function gives that is no application of the web. */
const givesOther =
  /->\s*["']?(?:[\w.]+\.)?(?:Celery|Typer|Group|Command|Dash|QApplication|None|int|str|bool|dict)\b|\b(?:Celery|Typer|QApplication)\(/

/** Files whose name says that a server starts what is in them, and those whose name often means it. */
const forServers = /(?:^|\/)[aw]sgi\.py$/
const usual = /(?:^|\/)(?:app|main|application)(?:\/__init__)?\.py$/

/** Every variable of shipped code that holds an application. */
export function applicationsIn(tree: SourceTree): PythonApplication[] {
  const files = shippedFiles(tree)
  const kinds = [...frameworks, ...subclasses(files)]
  const functions = files.flatMap(([, text]) => functionsIn(text))
  const makers = new Set(functions.filter(({ text }) => calls(text, kinds)).map(({ name }) => name))
  const others = new Set(
    functions.filter(({ text }) => givesOther.test(text) && !calls(text, kinds)).map(({ name }) => name),
  )
  const isMaker = (name: string, path: string) =>
    !others.has(name) && (makers.has(name) || (makes.test(name) && (forServers.test(path) || usual.test(path))))
  const found = files.flatMap(([path, text]) =>
    [...text.matchAll(/^(\w+)[ \t]*(?::[^=\n]+)?=[ \t]*(?:\w+\.)*(\w+)(?:\[[\w.]+\])?\(/gm)].flatMap(
      ([, variable = '', called = '']): PythonApplication[] => {
        const isKind = kinds.includes(called)
        return isKind || isMaker(called, path) ? [{ path, variable, maker: isKind ? undefined : called }] : []
      },
    ),
  )
  const byName = new Map(found.map((one) => [`${one.path}:${one.variable}`, one]))
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** The application that a server starts; undefined if that cannot be told. */
export function startedOf(applications: readonly PythonApplication[]): PythonApplication | undefined {
  const ofServers = applications.filter(({ path }) => forServers.test(path))
  const ofName = applications.filter(({ path }) => usual.test(path))
  const depth = ({ path }: PythonApplication) => path.split('/').length
  const only = (some: readonly PythonApplication[]) => (some.length === 1 ? some[0] : undefined)
  if (ofServers.length > 0) return only(ofServers)
  const first = only(applications) ?? only(ofName)
  return first !== undefined && applications.every((one) => depth(first) <= depth(one)) ? first : only(applications)
}

/** Files of other applications, which the one that is started does not import. */
export function filesOfOthers(
  tree: SourceTree,
  started: string,
  applications: readonly PythonApplication[],
): ReadonlySet<string> {
  if (applications.every(({ path }) => path === started)) return new Set()
  const byName = groupBy(
    shippedFiles(tree).map(([path]) => path),
    (path) => stemOf(path).split('/').at(-1) ?? '',
  )
  const reached = new Set([started])
  for (const path of reached)
    for (const { source, name } of bindingsIn({ path, text: tree.texts.get(path) ?? '' }).values())
      for (const module of [source, joined(source, name)])
        for (const other of byName.get(module.split('/').at(-1) ?? '') ?? [])
          if (isFile(other, module)) reached.add(other)
  return new Set(applications.flatMap(({ path }) => (reached.has(path) ? [] : [path])))
}

function joined(source: string, name: string | undefined): string {
  return [source, name ?? ''].filter((part) => part !== '').join('/')
}

function shippedFiles(tree: SourceTree): Array<[path: string, text: string]> {
  const { folders, files } = codeAtTop(tree, /\.py$/)
  const tops = new Set([...folders, ...files])
  return [...tree.texts].filter(([path]) => path.endsWith('.py') && tops.has(path.split('/')[0] ?? ''))
}

/** Classes of the project that are applications of a framework. */
function subclasses(files: ReadonlyArray<readonly [path: string, text: string]>): string[] {
  return files.flatMap(([, text]) =>
    [...text.matchAll(/^class[ \t]+(\w+)\((?:[\w.]+\.)?(\w+)[,)]/gm)].flatMap(([, name = '', base = '']) =>
      frameworks.includes(base) ? [name] : [],
    ),
  )
}

function calls(text: string, names: readonly string[]): boolean {
  return [...text.matchAll(/\b(\w+)\(/g)].some(([, name = '']) => names.includes(name))
}

/** The functions of a file, each with its text as far as it is indented. */
function functionsIn(text: string): Array<{ name: string; text: string }> {
  return [...text.matchAll(/^(?:async[ \t]+)?def[ \t]+(\w+)\([^\n]*\n(?:(?:[ \t)][^\n]*)?\n)*/gm)].map(
    ([all, name = '']) => ({ name, text: all }),
  )
}
