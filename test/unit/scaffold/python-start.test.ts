import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { DeliveryError } from '../../../src/model/errors.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

function scaffoldFrom(files: Record<string, string>, answers: object = {}): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['kubernetes'],
      compliance: ['internal'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
      ...answers,
    },
    treeOf({ 'requirements.txt': requirementsWith('uvicorn==0.30.0', 'prometheus-client==0.20.0'), ...files }),
  )
}

async function started(files: Record<string, string>, answers: object = {}): Promise<string> {
  const { entrypoint, command = [], environment } = (await scaffoldFrom(files, answers)).application
  const [, , module, application] = [...entrypoint, ...command]
  return `${environment['PYTHONPATH']?.replace(/:\/app\/site-packages.*/, '')} ${module === 'uvicorn' ? application : module}`
}

async function refusal(files: Record<string, string>, answers: object = {}): Promise<string> {
  return scaffoldFrom(files, answers).then(
    () => 'nothing was refused',
    ({ code, message, hint }: DeliveryError) => `${code}: ${message} | ${hint}`,
  )
}

const route = '@app.get("/health")\ndef health():\n    return "ok"\n'
const factory =
  'from flask import Flask\n\n\ndef create_app() -> Flask:\n    app = Flask(__name__)\n\n    @app.get("/health")\n    def health():\n        return "ok"\n\n    return app\n'

describe('an application that a function makes', () => {
  it.each([
    ['wsgi:app', { 'orders/__init__.py': factory, 'wsgi.py': 'from orders import create_app\n\napp = create_app()\n' }],
    [
      'orders.asgi:api',
      {
        'orders/factory.py': factory.replace('create_app', 'service'),
        'orders/asgi.py': 'from .factory import service\napi: Flask = service()\n',
      },
    ],
    [
      'main:application',
      {
        'main.py': `class Orders(Flask):\n    pass\n\n\ndef assemble(settings):\n    app = Orders("orders")\n${route.replaceAll(/^/gm, '    ')}    return app\n\n\napplication = assemble({})\n`,
      },
    ],
  ])('starts as %s', async (application, files) => {
    expect(await started(files)).toBe(`/app ${application}`)
  })

  it.each([
    ['a queue', { 'app.py': 'app = create_app()\n', 'tasks.py': 'def create_app() -> Celery:\n    return Celery()\n' }],
    ['a command line', { 'main.py': 'app = get_cli_app()\n' }],
    [
      'something of a file that no server starts',
      { 'jobs.py': 'from elsewhere import create_app\napp = create_app()\n' },
    ],
  ])('is not %s', async (_, files) => {
    expect(await refusal(files)).toContain('found neither a package with __main__.py nor a variable')
  })
})

describe('beside a program that is no part of it, an application', () => {
  const tool = 'app = Flask(__name__)\n\n\n@app.get("/live")\n@app.get("/metrics")\ndef live():\n    return "ok"\n'
  const files = { 'orders/__init__.py': factory, 'wsgi.py': 'from orders import create_app\n\napp = create_app()\n' }

  it('is what the file for servers has, with its own paths, and that is said', async () => {
    const { application, notes } = await scaffoldFrom({ ...files, 'sign_in_tester.py': tool })
    expect(application.command?.[0]).toBe('wsgi:app')
    expect(application).toMatchObject({ health: '/health', metrics: undefined })
    expect(notes.join('\n')).toContain('wsgi:app is started, and not sign_in_tester:app')
  })

  it('has the paths of another one that it imports', async () => {
    const { application } = await scaffoldFrom({
      'asgi.py': 'from orders.web import app as inner\napp = create_app(inner)\n',
      'orders/web.py': `app = FastAPI()\n${route}`,
    })
    expect(application).toMatchObject({ health: '/health', command: expect.arrayContaining(['asgi:app']) })
  })

  it('is asked for where no name tells them apart', async () => {
    expect(await refusal({ 'orders.py': 'app = FastAPI()\n', 'admin.py': 'app = FastAPI()\n' })).toContain(
      'found admin:app, orders:app',
    )
    expect(await refusal({ 'orders.py': 'app = FastAPI()\n', 'dev/main.py': 'app = FastAPI()\n' })).toContain(
      'found dev.main:app, orders:app',
    )
  })
})

describe('modules are imported', () => {
  const app = (...imports: readonly string[]) => `${imports.join('\n')}\napp = FastAPI()\n${route}`

  it.each([
    [
      'from the top, where src is a package',
      '/app src.main:app',
      { 'src/__init__.py': '', 'src/main.py': app('from .config import X'), 'src/config.py': '' },
    ],
    [
      'from the top, where imports say src',
      '/app src.main:app',
      { 'src/main.py': app('from src.config import X'), 'src/config.py': '' },
    ],
    [
      'from src, where imports do not',
      '/app/src orders.main:app',
      { 'src/orders/main.py': app('from orders.config import X'), 'src/orders/config.py': '' },
    ],
    [
      'from src, although it looks like a package',
      '/app/src main:app',
      { 'src/__init__.py': '', 'src/main.py': app('import config'), 'src/config.py': '' },
    ],
    [
      'from both, where imports need both',
      '/app:/app/src src.main:app',
      {
        'src/main.py': app('from src.web.pages import X', 'from src.web.forms import Y', 'from orders.db import Z'),
        'src/web/pages.py': '',
        'src/web/forms.py': '',
        'src/orders/db.py': '',
      },
    ],
    [
      'from a folder with an application',
      '/app/backend app.main:app',
      { 'backend/app/main.py': app('from app.config import X'), 'backend/app/config.py': '' },
    ],
    [
      'from above that folder',
      '/app backend.app.main:app',
      { 'backend/app/main.py': app('from backend.app.config import X'), 'backend/app/config.py': '' },
    ],
    [
      'from the folder of a file that stands alone',
      '/app/backend main:app',
      { 'backend/main.py': app('from db import X'), 'backend/db.py': '' },
    ],
    [
      'from below a folder whose name is no module',
      '/app/order-service app.main:app',
      { 'order-service/app/main.py': app() },
    ],
    [
      'from where Django has its settings',
      '/app/site orders.wsgi:application',
      {
        'site/orders/wsgi.py':
          'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orders.settings")\napplication = get_wsgi_application()\n',
        'site/orders/settings.py': '',
      },
    ],
    [
      'from the top, beside a folder src that it does not need',
      '/app main:app',
      { 'main.py': app(), 'src/loose.py': '' },
    ],
    [
      'from the top, where a package only has names that Python has too',
      '/app orders.main:app',
      { 'orders/main.py': app('import logging', 'import redis'), 'orders/logging.py': '', 'orders/redis.py': '' },
    ],
  ])('%s', async (_, expected, files) => {
    const packages = requirementsWith('uvicorn==0.30.0', 'redis==5.0.0')
    expect(await started({ ...files, 'requirements.txt': packages }, { health: '/health' })).toBe(expected)
  })

  it('also those of a package that starts itself', async () => {
    const files = { 'src/__main__.py': 'from src.config import X\n', 'src/config.py': '' }
    expect(await started(files, { health: '/health', port: 8080 })).toBe('/app src')
  })
})

describe('what --entry names', () => {
  const files = {
    'orders/__init__.py': '',
    'orders/web.py': `from other import shared\nif True:\n    app = FastAPI()\nmaker = 1\n${route}`,
    'orders/factory.py': factory,
    'server.py': 'print("ok")\n',
  }
  const answers = { health: '/health', port: 8080 }

  it.each([
    ['orders.web:app', '/app orders.web:app'],
    ['orders.web:app.wsgi', '/app orders.web:app.wsgi'],
    ['orders.web:shared', '/app orders.web:shared'],
    ['server', '/app server'],
  ])('%s is there', async (entry, expected) => {
    expect(await started(files, { ...answers, entry })).toBe(expected)
  })

  it('is found below src', async () => {
    const entry = 'orders.web:app'
    expect(await started({ 'src/orders/web.py': files['orders/web.py'] }, { ...answers, entry })).toBe(
      '/app/src orders.web:app',
    )
  })

  it.each([
    ['server.py', 'found a file, whose name is no module | Give its module: --entry server'],
    ['orders/web.py:app', 'found a file, whose name is no module | Give its module: --entry orders.web:app'],
    ['orders', 'found a package orders without __main__.py'],
    ['nothing', 'found neither nothing.py nor nothing/__main__.py'],
    ['nothing:app', 'found neither nothing.py'],
    ['orders.web:nope', 'expected a variable nope in orders/web.py, because --entry says orders.web:nope; found none'],
    ['orders.factory:create_app', 'found a function of that name | Add a line such as app = create_app()'],
  ])('%s is not there, and what would be is said', async (entry, said) => {
    expect(await refusal(files, { ...answers, entry })).toContain(said)
  })
})
