import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import type { SourceTree } from '../source-tree.ts'
import { gunicornConfiguration, logConfiguration, type PythonServer } from './python-observing.ts'

/** The module that the interpreter runs, its arguments, and the server with the port that the application then listens on. */
interface Start {
  module: string
  arguments: string[]
  server?: PythonServer
  port?: number
}

/** How the application starts: a runnable package, or an ASGI or WSGI application and its server. Throws `SOURCE` if that cannot be determined. */
export function howItStarts(tree: SourceTree, answers: Answers, packages: ReadonlySet<string>): Start {
  const { entry, port = 8000 } = answers
  if (entry !== undefined) return entry.includes(':') ? serve(entry, port, packages) : { module: entry, arguments: [] }
  const runnable = tree.paths.flatMap((path) => /^(?:src\/)?([^/]+)\/__main__\.py$/.exec(path)?.[1] ?? [])
  if (runnable.length === 1 && runnable[0] !== 'tests') return { module: runnable[0] as string, arguments: [] }
  const applications = applicationsOf(tree)
  const [application, ...more] = applications
  if (application !== undefined && more.length === 0) return serve(application, port, packages)
  throw new DeliveryError(
    'SOURCE',
    `expected one way to start the application, found ${applications.length + runnable.length === 0 ? 'neither a package with __main__.py nor a variable that holds a FastAPI, Starlette, Flask, Quart, Litestar or Django application' : [...runnable, ...applications].join(', ')}`,
    'Give --entry PACKAGE for "python3 -m PACKAGE", or --entry MODULE:VARIABLE for uvicorn, gunicorn, hypercorn, granian or daphne.',
  )
}

/** The locked server, started with an application. Throws `SOURCE` if no server is locked. */
function serve(application: string, port: number, packages: ReadonlySet<string>): Start {
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

/** Every variable in the code that holds an application, as MODULE:VARIABLE. */
function applicationsOf(tree: SourceTree): string[] {
  return [...tree.texts]
    .filter(([path]) => path.endsWith('.py'))
    .flatMap(([path, text]) =>
      [
        ...text.matchAll(
          /^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(?:FastAPI|Starlette|Flask|Quart|Litestar|get_[aw]sgi_application)\(/gm,
        ),
      ].map((match) => `${moduleOf(path)}:${match[1]}`),
    )
    .sort()
}

function moduleOf(path: string): string {
  return path
    .replace(/^src\//, '')
    .replace(/(\/__init__)?\.py$/, '')
    .replaceAll('/', '.')
}
