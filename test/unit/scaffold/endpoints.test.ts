import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { findEndpoints } from '../../../src/scaffold/endpoints.ts'
import { shippedCode } from '../../../src/scaffold/settings/read-settings.ts'
import { treeOf } from './applications.ts'

/** What is found in these files of an application. */
function endpointsOf(language: Language, files: Record<string, string>) {
  const { health, ready, metrics, open } = findEndpoints(
    shippedCode(treeOf(files), language, Object.keys(files)),
    language,
  )
  return { health, ready, metrics, open: open.health ?? open.ready }
}

const none = { health: undefined, ready: undefined, metrics: undefined, open: undefined }

const fastapi = {
  'orders/main.py': `from fastapi import FastAPI
from orders.api import health
app = FastAPI()
app.include_router(health.router, prefix="/api/v1")
`,
  'orders/api/health.py': `from fastapi import APIRouter
router = APIRouter(tags=["operation"])
@router.get("/health")
def health(): ...
@router.get("/ready")
def ready(): ...
`,
}

const cases: ReadonlyArray<[title: string, Language, Record<string, string>, object]> = [
  ['FastAPI, include_router with a prefix', 'python', fastapi, { health: '/api/v1/health', ready: '/api/v1/ready' }],
  [
    'FastAPI, the prefix of the router',
    'python',
    {
      'app.py':
        'app = FastAPI()\nrouter = APIRouter(prefix="/internal")\n@router.get("/health")\ndef h(): ...\napp.include_router(router)\n',
    },
    { health: '/internal/health' },
  ],
  [
    'FastAPI, routers below each other, by another name',
    'python',
    {
      'main.py':
        'from routers.v1 import api as v1\napp = FastAPI()\napp.include_router(v1, prefix="/api")\n@app.get("/orders")\ndef o(): ...\n',
      'routers/v1.py':
        'from .health import router as health_router\napi = APIRouter(prefix="/v1")\napi.include_router(health_router, prefix="/health")\n',
      'routers/health.py':
        'router = APIRouter()\n@router.get("/live")\ndef l(): ...\n@router.get("/ready")\ndef r(): ...\n',
    },
    { health: '/api/v1/health/live', ready: '/api/v1/health/ready' },
  ],
  [
    'FastAPI, a prefix that is a setting',
    'python',
    { ...fastapi, 'orders/main.py': (fastapi['orders/main.py'] ?? '').replace('"/api/v1"', 'settings.prefix') },
    { open: '/health' },
  ],
  [
    'FastAPI, routers in a loop',
    'python',
    {
      'app.py':
        'app = FastAPI()\nhealth = APIRouter()\n@health.get("/health")\ndef h(): ...\nfor each in routers:\n    app.include_router(each, prefix="/api")\n',
    },
    { open: '/health' },
  ],
  [
    'FastAPI, one router with a prefix and the health on the application',
    'python',
    {
      'app.py':
        'app = FastAPI()\norders = APIRouter(prefix="/orders")\napp.include_router(orders)\n@app.get("/health")\ndef h(): ...\n',
    },
    { health: '/health' },
  ],
  [
    'Flask, a blueprint',
    'python',
    {
      'app.py':
        'from health import blueprint\napp = Flask(__name__)\napp.register_blueprint(blueprint, url_prefix="/api")\n',
      'health.py':
        'blueprint = Blueprint("health", __name__, url_prefix="/old")\n@blueprint.route("/healthz")\ndef h(): ...\n',
    },
    { health: '/api/healthz' },
  ],
  [
    'Django, include',
    'python',
    {
      'shop/urls.py': 'urlpatterns = [path("api/", include("orders.urls")), path("admin/", admin.site.urls)]\n',
      'orders/urls.py': 'urlpatterns = [path("health/", views.health), path("ready", views.ready)]\n',
    },
    { health: '/api/health/', ready: '/api/ready' },
  ],
  [
    'Starlette, a mount',
    'python',
    {
      'app.py': 'app = Starlette(routes=[Mount("/api", routes=[Route("/health", health)]), Route("/ready", ready)])\n',
    },
    { health: '/api/health', ready: '/ready' },
  ],
  [
    'aiohttp',
    'python',
    { 'app.py': 'app = web.Application()\napp.add_routes([web.get("/health", health)])\n' },
    { health: '/health' },
  ],
  [
    'Express, a router of another file',
    'node',
    {
      'server.js':
        "const app = express()\nconst health = require('./routes/health')\napp.use('/api', cors(), health)\n",
      'routes/health.js':
        "const router = express.Router()\nrouter.get('/health', (q, s) => s.send('ok'))\nmodule.exports = router\n",
    },
    { health: '/api/health' },
  ],
  [
    'Express, with import, and with require in place',
    'node',
    {
      'src/server.ts':
        "import { router } from './health.js'\nconst app = express()\napp.use('/a', router)\napp.use('/b', require('./ready'))\n",
      'src/health.ts': "export const router = Router()\nrouter.get('/healthz', healthy)\n",
      'src/ready.ts': "const router = Router()\nrouter.route('/readyz').get(ready)\nmodule.exports = router\n",
    },
    { health: '/a/healthz', ready: '/b/readyz' },
  ],
  [
    'Express, a prefix that is a setting',
    'node',
    {
      'server.js':
        "const app = express()\nconst r = express.Router()\nr.get('/health', ok)\napp.use(config.base, r)\napp.use(`/${v}`, r)\n",
    },
    { open: '/health' },
  ],
  [
    'Express, a path that the code puts together',
    'node',
    { 'server.js': 'const app = express()\napp.get(`${base}/health`, ok)\napp.get(base + "/ready", ok)\n' },
    { open: '/health' },
  ],
  [
    'Fastify, a plugin in place and a route as an object',
    'node',
    {
      'server.js':
        "const app = fastify()\napp.register(async (api) => {\n  api.get('/health', async () => 'ok')\n}, { prefix: '/api' })\napp.route({ method: 'GET', url: '/ready', handler })\n",
    },
    { health: '/api/health', ready: '/ready' },
  ],
  [
    'Nest',
    'node',
    {
      'src/main.ts': "const app = await NestFactory.create(AppModule)\napp.setGlobalPrefix('api')\n",
      'src/health.controller.ts':
        "@Controller('health')\nexport class HealthController {\n  @Get('live')\n  live() {}\n  @Get('ready')\n  ready() {}\n}\n",
    },
    { health: '/api/health/live', ready: '/api/health/ready' },
  ],
  [
    'Nest, without the global prefix',
    'node',
    {
      'src/main.ts': "app.setGlobalPrefix('api', { exclude: ['health'] })\n",
      'src/health.controller.ts': "@Controller('health')\nexport class HealthController {\n  @Get()\n  get() {}\n}\n",
    },
    { health: '/health' },
  ],
  [
    'Nest, with versions in the path',
    'node',
    {
      'src/main.ts': "app.setGlobalPrefix('api')\napp.enableVersioning()\n",
      'src/health.controller.ts': "@Controller('health')\nexport class HealthController {\n  @Get()\n  get() {}\n}\n",
    },
    { open: '/health' },
  ],
  [
    'gin, groups of groups',
    'go',
    {
      'main.go':
        'r := gin.Default()\napi := r.Group("/api")\nv1 := api.Group("/v1")\n{\n\tv1.GET("/health", health)\n}\nr.GET("/ready", ready)\n',
    },
    { health: '/api/v1/health', ready: '/ready' },
  ],
  [
    'echo, a group as a parameter',
    'go',
    {
      'main.go':
        'func main() {\n\te := echo.New()\n\tregister(e.Group("/api"))\n}\nfunc register(g *echo.Group) {\n\tg.GET("/health", health)\n}\n',
    },
    { open: '/health' },
  ],
  [
    'chi, a route with a closure',
    'go',
    {
      'main.go':
        'r := chi.NewRouter()\nr.Route("/api/v1", func(r chi.Router) {\n\tr.Use(auth)\n\tr.Get("/health", health)\n})\nr.Get("/ready", ready)\n',
    },
    { health: '/api/v1/health', ready: '/ready' },
  ],
  [
    'chi, a router that a function gives',
    'go',
    {
      'main.go': 'func main() {\n\tr := chi.NewRouter()\n\tr.Mount("/api", routes())\n}\n',
      'routes.go': 'func routes() http.Handler {\n\tr := chi.NewRouter()\n\tr.Get("/health", health)\n\treturn r\n}\n',
    },
    { health: '/api/health' },
  ],
  [
    'net/http, a prefix that is taken off',
    'go',
    {
      'main.go':
        'func main() {\n\tapi := http.NewServeMux()\n\tapi.HandleFunc("GET /health", health)\n\tmux := http.NewServeMux()\n\tmux.Handle("/api/", http.StripPrefix("/api", api))\n\tmux.HandleFunc("GET /ready/{$}", ready)\n}\n',
    },
    { health: '/api/health', ready: '/ready/' },
  ],
  [
    'axum, nested in place and by a function',
    'rust',
    {
      'src/main.rs':
        'fn main() {\n    let app = Router::new().nest("/api", health::routes()).nest("/internal", Router::new().route("/ready", get(ready)));\n}\n',
      'src/health.rs': 'pub fn routes() -> Router {\n    Router::new()\n        .route("/health", get(health))\n}\n',
    },
    { health: '/api/health', ready: '/internal/ready' },
  ],
  [
    'actix, a scope',
    'rust',
    {
      'src/main.rs':
        '#[get("/health")]\nasync fn health() -> impl Responder { "ok" }\nfn main() {\n    App::new().service(web::scope("/api").service(health).route("/ready", web::get().to(ready)));\n}\n',
    },
    { health: '/api/health', ready: '/api/ready' },
  ],
  [
    'actix, a scope that configures by a function',
    'rust',
    {
      'src/main.rs': 'fn main() { App::new().service(web::scope("/api").configure(routes::config)); }\n',
      'src/routes.rs':
        '#[get("/health")]\nasync fn health() -> HttpResponse {}\npub fn config(cfg: &mut web::ServiceConfig) {\n    cfg.service(health);\n}\n',
    },
    { health: '/api/health' },
  ],
  [
    'Fastify, a plugin of another file',
    'node',
    {
      'a.js': "import health from './health.js'\nconst app = Fastify()\napp.register(health, { prefix: '/api' })\n",
      'health.js': "export default async function (fastify) {\n  fastify.get('/health', async () => ({}))\n}\n",
    },
    { health: '/api/health' },
  ],
  [
    'gin, the whole application as a parameter',
    'go',
    {
      'main.go':
        'func main() {\n\tr := gin.New()\n\tregister(r, r.Group("/api"))\n}\nfunc register(r *gin.Engine, g *gin.RouterGroup) {\n\tr.GET("/health", h)\n\tg.GET("/ready", h)\n}\n',
    },
    { health: '/health', open: '/ready' },
  ],
  [
    'chi, a closure that hands its router on',
    'go',
    {
      'main.go':
        'func main() {\n\tr := chi.NewRouter()\n\tr.Route("/api", func(r chi.Router) { register(r) })\n}\nfunc register(r chi.Router) {\n\tr.Get("/health", h)\n}\n',
    },
    { health: '/api/health' },
  ],
  [
    'Spring, the path of the class as a constant',
    'java',
    {
      'src/main/java/A.java':
        '@RestController\n@RequestMapping(Paths.BASE)\nclass A {\n  @GetMapping("/health")\n  String health() { return ""; }\n}\n',
    },
    { open: '/health' },
  ],
  [
    'Spring, the path of the class and of the context',
    'java',
    {
      'src/main/java/a/Health.java':
        '@RestController\n@RequestMapping("/internal")\npublic class Health {\n  record Answer(String status) {}\n  @GetMapping("/health")\n  Answer health() { return null; }\n  @GetMapping(path = "/ready")\n  Answer ready() { return null; }\n}\n',
      'src/main/resources/application.yml': 'server:\n  servlet:\n    context-path: /shop\n',
    },
    { health: '/shop/internal/health', ready: '/shop/internal/ready' },
  ],
  [
    'Spring, a context that the environment gives',
    'java',
    {
      'src/main/java/a/Health.java':
        '@RestController\nclass Health {\n  @GetMapping("/health")\n  String health() { return ""; }\n}\n',
      'src/main/resources/application.properties': 'server.servlet.context-path=${CONTEXT}\n',
    },
    { open: '/health' },
  ],
  [
    'JAX-RS',
    'java',
    {
      'src/main/java/a/Health.java':
        '@Path("/api")\npublic class Health {\n  @GET\n  @Path("/health")\n  public String health() { return ""; }\n}\n',
    },
    { health: '/api/health' },
  ],
]

describe('the path of a health endpoint has what stands before it:', () => {
  it.each(cases)('%s', (_, language, files, wanted) => {
    expect(endpointsOf(language, files)).toEqual({ ...none, ...wanted })
  })
})

describe('no endpoint is', () => {
  it.each<[string, Language, Record<string, string>]>([
    [
      'a comment of Python',
      'python',
      { 'app.py': 'app = FastAPI()\n# TODO: add "/healthz"\n@app.get("/health")\ndef h(): ...\n' },
    ],
    [
      'a comment of JavaScript',
      'node',
      { 'a.js': "// used to be at \"/livez\"\napp.get('/health', ok)\n/* '/metrics' */\n" },
    ],
    [
      'a call of httpx',
      'python',
      { 'app.py': '@app.get("/health")\ndef h():\n    httpx.get(BILLING + "/ready")\n    client.get("/readyz")\n' },
    ],
    [
      'a call of fetch',
      'node',
      {
        'a.js':
          "app.get('/health', ok)\nfetch(url + '/healthz')\nfetch(`${url}/ready`)\naxios.get('/livez', { timeout: 1 })\nnew URL('/ready', url)\n",
      },
    ],
    [
      'a call of net/http',
      'go',
      {
        'main.go':
          'http.HandleFunc("/health", h)\nhttp.Get(base + "/ready")\nhttp.NewRequest("GET", base+"/livez", nil)\nclient.Get("/readyz")\n',
      },
    ],
    [
      'a path that is not logged',
      'node',
      {
        'a.js':
          "const quiet = new Set(['/livez', '/ready'])\nif (quiet.has(url) || url === '/readyz') return\napp.get('/health', ok)\n",
      },
    ],
    [
      'what is posted',
      'python',
      {
        'app.py':
          '@app.post("/ready")\ndef r(): ...\n@app.get("/health")\ndef h(): ...\n@app.get("/streams/live")\ndef s(): ...\n@app.get("/orders/{id}/ready")\ndef o(): ...\n',
      },
    ],
    [
      'a client of a server without routes',
      'go',
      { 'main.go': 'switch r.URL.Path { case "/health": ok(w) }\nhttp.Get(base + "/ready")\nclient.Get("/readyz")\n' },
    ],
  ])('%s', (_, language, files) => {
    expect(endpointsOf(language, files)).toEqual({ ...none, health: '/health' })
  })
})

it.each<[Language, string]>([
  ['python', '@router.get("/health")\n'],
  ['python', 'r = APIRouter(prefix="/a")\n'],
  ['python', 'a.include_router(r, prefix="/a")\n'],
  ['python', 'from a import ('],
  ['python', 'path("a/", include("a.urls")) urlpatterns '],
  ['node', "r.use('/a', "],
  ['node', "a = express.Router(); a.use('/a', a); a.get('/health', b)\n"],
  ['node', 'import a '],
  ['node', "@Controller('a') class A { @Get('health') "],
  ['go', 'r := r.Group("/a")\nr.GET("/health", h)\n'],
  ['go', 'r.Route("/a", func(r chi.Router) {'],
  ['go', '.Group("/a")'],
  ['rust', '.nest("/a", Router::new().route("/health", get(a))'],
  ['rust', '#[get("/health")] fn a() {} '],
  ['java', '@RequestMapping("/a") class A { @GetMapping("/health") '],
  ['java', '@GetMapping '],
  ['go', '"/ready", '],
  ['python', '('],
])('%s: a file full of %j is read in time', (language, part) => {
  const started = Date.now()
  const text = part.repeat(200_000 / part.length)
  findEndpoints(
    [
      { path: language === 'python' ? 'urls.py' : 'a', text },
      { path: `a.${{ python: 'py', node: 'js', go: 'go', java: 'java', rust: 'rs' }[language]}`, text },
    ],
    language,
  )
  expect(Date.now() - started).toBeLessThan(5_000)
})
