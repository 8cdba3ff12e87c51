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
  const [application, ...others] = applications
  if (application !== undefined && others.length === 0) return serve(application, port, packages)
  throw new DeliveryError(
    'SOURCE',
    `expected one way to start the application, found ${applications.length + runnable.length === 0 ? 'neither a package with __main__.py nor a variable that holds a FastAPI, Starlette, Flask, Quart, Litestar or Django application' : [...runnable, ...applications].join(', ')}`,
    'Give --entry PACKAGE for "python3 -m PACKAGE", or --entry MODULE:VARIABLE for uvicorn or gunicorn.',
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
  throw new DeliveryError(
    'SOURCE',
    `${application} needs a server, but neither uvicorn nor gunicorn is among the locked packages`,
    'Add one of them to the dependencies and lock again.',
  )
}

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
