import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import type { SourceTree } from '../source-tree.ts'
import { applicationsIn, filesOfOthers, startedOf } from './python-applications.ts'
import { pythonModules, type PythonModule, type PythonModules } from './python-modules.ts'
import { gunicornConfiguration, logConfiguration, type PythonServer } from './python-observing.ts'

/** The module that the interpreter runs, its arguments, and the server with the port that the application then listens on. */
interface Command {
  module: string
  arguments: string[]
  server?: PythonServer
  port?: number
}

/** How an application starts, from where its modules are imported, which files are of other programs, and what a person should know. */
interface Start extends Command {
  roots: readonly string[]
  otherPrograms: ReadonlySet<string>
  notes: readonly string[]
}

/** How the application starts: a runnable package, or an ASGI or WSGI application and its server. Throws `SOURCE` if that cannot be determined. */
export function howItStarts(tree: SourceTree, answers: Answers, packages: ReadonlySet<string>): Start {
  const { entry, port = 8000 } = answers
  const applications = applicationsIn(tree)
  const modules = pythonModules(tree, packages)
  const starting = (command: Command, { path, roots }: PythonModule, notes: readonly string[] = []): Start => ({
    ...command,
    roots,
    otherPrograms: filesOfOthers(tree, path, applications),
    notes,
  })
  if (entry?.includes(':') === true) {
    const module = servedModule(entry, tree, modules)
    return starting(serve(entry, port, packages), module)
  }
  if (entry !== undefined) return starting({ module: entry, arguments: [] }, runModule(entry, tree, modules))
  const runnable = tree.paths.filter((path) => /^(?:src\/)?(?!tests\/)[^/]+\/__main__\.py$/.test(path))
  if (runnable.length === 1) {
    const module = modules.moduleOf(runnable[0] as string)
    return starting({ module: module.module, arguments: [] }, module)
  }
  const chosen = startedOf(applications)
  const named = (path: string) => modules.moduleOf(path).module
  const all = applications.map(({ path, variable }) => `${named(path)}:${variable}`)
  if (chosen !== undefined) {
    const module = modules.moduleOf(chosen.path)
    const own = `${module.module}:${chosen.variable}`
    return starting(serve(own, port, packages), module, otherApplicationsNote(own, all))
  }
  throw new DeliveryError(
    'SOURCE',
    `expected one way to start the application, found ${all.length + runnable.length === 0 ? 'neither a package with __main__.py nor a variable that holds a FastAPI, Starlette, Flask, Quart, Litestar or Django application, or what a function like create_app gives' : [...runnable.map(named), ...all].join(', ')}`,
    'Give --entry PACKAGE for "python3 -m PACKAGE", or --entry MODULE:VARIABLE for uvicorn, gunicorn, hypercorn, granian or daphne.',
  )
}

function otherApplicationsNote(own: string, all: readonly string[]): string[] {
  const others = all.filter((one) => one !== own)
  return others.length === 0
    ? []
    : [`${own} is started, and not ${others.join(', ')}: pass another one with --entry if that is wrong.`]
}

/** The module of MODULE:VARIABLE. Throws `SOURCE` if the source has no such module, or the module no such variable. */
function servedModule(entry: string, tree: SourceTree, modules: PythonModules): PythonModule {
  const [name = '', variable = ''] = entry.split(':')
  const module = modules.moduleNamed(name, ['.py', '/__init__.py'])
  if (module === undefined) throw noSuchModule(entry, name, tree)
  const text = tree.texts.get(module.path) ?? ''
  const first = variable.split('.')[0] ?? ''
  const word = new RegExp(
    `^[ \\t]*(?:${first}[ \\t]*(?::[^=\\n]+)?=|class ${first}\\b)|\\bimport\\b[^#\\n]*(?:\\b${first}\\b|\\*)|^from[^(]*import[ \\t]*\\([^)]*\\b${first}\\b`,
    'm',
  )
  if (/^\w+$/.test(first) && word.test(text)) return module
  const parameters = new RegExp(`^(?:async[ \\t]+)?def ${first}\\(([^)]*)`, 'm').exec(text)?.[1]
  if (/^\s*(?:scope|environ)\b/.test(parameters ?? '')) return module
  throw new DeliveryError(
    'SOURCE',
    `expected a variable ${variable} in ${module.path}, because --entry says ${entry}; found ${parameters === undefined ? 'none' : 'a function of that name'}`,
    parameters === undefined
      ? 'Give --entry MODULE:VARIABLE with a variable of that module.'
      : `Add a line such as app = ${first}() to a module, e.g. wsgi.py, and name that variable.`,
  )
}

/** The module that "python3 -m" runs. Throws `SOURCE` if the source has none of that name. */
function runModule(entry: string, tree: SourceTree, modules: PythonModules): PythonModule {
  const module = modules.moduleNamed(entry, ['/__main__.py', '.py'])
  if (module === undefined) throw noSuchModule(entry, entry, tree)
  return module
}

function noSuchModule(entry: string, name: string, tree: SourceTree): DeliveryError {
  const isFile = tree.paths.includes(name)
  const folder = name.replaceAll('.', '/')
  const isPackage = tree.paths.some((path) => path.startsWith(`${folder}/`) || path.includes(`/${folder}/`))
  return new DeliveryError(
    'SOURCE',
    `expected a module of Python in the source, because --entry says ${entry}; found ${isFile ? 'a file, whose name is no module' : isPackage ? `a package ${name} without __main__.py` : `neither ${folder}.py nor ${folder}/__main__.py`}`,
    isFile
      ? `Give its module: --entry ${entry.replace(name, name.replace(/\.py$/, '').replaceAll('/', '.'))}`
      : 'Give --entry PACKAGE for "python3 -m PACKAGE", or --entry MODULE:VARIABLE for a server.',
  )
}

/** The locked server, started with an application. Throws `SOURCE` if no server is locked. */
function serve(application: string, port: number, packages: ReadonlySet<string>): Command {
  if (packages.has('uvicorn')) {
    const address = ['--host', '0.0.0.0', '--port', String(port)]
    const manners = ['--no-server-header', '--timeout-graceful-shutdown', '20', '--log-config', logConfiguration]
    return { port, module: 'uvicorn', server: 'uvicorn', arguments: [application, ...address, ...manners] }
  }
  if (packages.has('gunicorn')) {
    const address = ['--bind', `0.0.0.0:${port}`]
    const manners = ['--worker-tmp-dir', '/tmp', '--threads', '8', '--graceful-timeout', '20']
    const logs = ['--config', gunicornConfiguration]
    return { port, module: 'gunicorn', server: 'gunicorn', arguments: [application, ...address, ...manners, ...logs] }
  }
  const other = others.find(({ name }) => packages.has(name))
  if (other !== undefined) return { port, module: other.name, arguments: other.arguments(application, port, packages) }
  throw new DeliveryError(
    'SOURCE',
    `${application} needs a server, but none of uvicorn, gunicorn, ${others.map(({ name }) => name).join(', ')} is among the locked packages${packages.has('waitress') ? '; waitress has no handler for SIGTERM, so as process 1 it does not stop' : ''}`,
    'Add one of them to the dependencies and lock again, or start the application from a package with __main__.py.',
  )
}

/** Servers that are started without a configuration of logs. Each was seen to answer and to end with 0 at SIGTERM. */
const others: ReadonlyArray<{
  name: string
  arguments: (application: string, port: number, packages: ReadonlySet<string>) => string[]
}> = [
  {
    name: 'hypercorn',
    arguments: (application, port) => [application, '--bind', `0.0.0.0:${port}`, '--graceful-timeout', '20'],
  },
  {
    name: 'granian',
    arguments: (application, port, packages) => {
      const kind = /wsgi/i.test(application) || packages.has('flask') ? 'wsgi' : 'asgi'
      return ['--interface', kind, '--host', '0.0.0.0', '--port', String(port), application]
    },
  },
  { name: 'daphne', arguments: (application, port) => ['-b', '0.0.0.0', '-p', String(port), application] },
]
