import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { findEndpoints } from '../../../src/scaffold/endpoints.ts'
import { shippedCode } from '../../../src/scaffold/settings/read-settings.ts'
import { treeOf } from './applications.ts'

function healthOf(language: Language, files: Record<string, string>) {
  const { health } = findEndpoints(shippedCode(treeOf(files), language, Object.keys(files)), language)
  return health ?? 'asked for'
}

type Case = [title: string, Language, Record<string, string>, health: string]

const other: ReadonlyArray<Case> = [
  [
    'Go, a header beside a switch',
    'go',
    { 'main.go': 'w.Header().Add("Vary", "Origin")\nswitch r.URL.Path {\ncase "/healthz":\n\tok(w)\n}\n' },
    '/healthz',
  ],
  [
    'Node, a cache beside a comparison',
    'node',
    { 'a.js': "if (req.url === '/healthz') res.end('ok')\ncache.get('/x', 1)\n" },
    '/healthz',
  ],
  [
    'Ktor, a cache',
    'java',
    { 'src/main/kotlin/A.kt': 'cache.get("a", b)\nrouting { get("/healthz") { ok() } }\n' },
    '/healthz',
  ],
  [
    'FastAPI, a middleware',
    'python',
    {
      'a.py':
        'app = FastAPI()\napp.include_router(o, prefix="/api")\n@app.get("/orders")\ndef o(): ...\n@app.middleware("http")\nasync def m(request, call_next):\n    if request.url.path == "/healthz":\n        return PlainTextResponse("ok")\n    return await call_next(request)\n',
    },
    '/healthz',
  ],
  [
    'Django, a middleware',
    'python',
    {
      'shop/urls.py': 'urlpatterns = [path("orders/", orders)]\n',
      'shop/middleware.py':
        'def m(get_response):\n    def inner(request):\n        if request.path == "/healthz":\n            return HttpResponse("ok")\n',
    },
    '/healthz',
  ],
  [
    'Koa',
    'node',
    {
      'a.js':
        "const app = new Koa()\napp.use(async (ctx, next) => {\n  if (ctx.path === '/healthz') { ctx.body = 'ok'; return }\n  await next()\n})\nrouter.get('/orders', list)\n",
    },
    '/healthz',
  ],
  [
    'Spring, a filter',
    'java',
    {
      'src/main/java/A.java':
        '@RestController\nclass A {\n  @GetMapping("/orders")\n  String o() { return ""; }\n}\nclass F {\n  void f() { if (request.getRequestURI().equals("/healthz")) { response.setStatus(200); return; } }\n}\n',
    },
    '/healthz',
  ],
  [
    'chi, Heartbeat',
    'go',
    {
      'main.go':
        'r := chi.NewRouter()\nr.Use(middleware.Heartbeat("/ping"))\nr.Route("/api", func(r chi.Router) {\n\tr.Get("/orders", o)\n})\n',
    },
    '/ping',
  ],
  [
    'fiber, the middleware for health',
    'go',
    {
      'main.go':
        'app := fiber.New()\napp.Use(healthcheck.New(healthcheck.Config{LivenessEndpoint: "/livez"}))\nv1 := app.Group("/v1")\nv1.Get("/orders", o)\n',
    },
    '/livez',
  ],
  [
    'terminus',
    'node',
    { 'a.js': "app.get('/orders', list)\ncreateTerminus(server, { healthChecks: { '/healthz': check } })\n" },
    '/healthz',
  ],
  [
    'Flask-RESTful',
    'python',
    { 'a.py': 'api = Api(app)\napi.add_resource(Health, "/health")\napi.add_resource(O, "/orders")\n' },
    '/health',
  ],
  [
    'gorilla, Path',
    'go',
    { 'main.go': 'r := mux.NewRouter()\nr.Path("/healthz").HandlerFunc(h)\nr.HandleFunc("/orders", o)\n' },
    '/healthz',
  ],
  [
    'httprouter, HandlerFunc',
    'go',
    {
      'main.go':
        'router := httprouter.New()\nrouter.HandlerFunc(http.MethodGet, "/healthcheck", h)\nrouter.GET("/orders", o)\n',
    },
    '/healthcheck',
  ],
  [
    'grpc-gateway, HandlePath',
    'go',
    { 'main.go': 'mux := runtime.NewServeMux()\nmux.HandlePath("GET", "/healthz", h)\n' },
    '/healthz',
  ],
  [
    'hapi, a list of routes',
    'node',
    {
      'a.js':
        "server.route([\n  { method: 'POST', path: '/livez', handler },\n  { method: 'GET', path: '/healthz', handler }\n])\n",
    },
    '/healthz',
  ],
  [
    'Express, a list of paths',
    'node',
    { 'a.js': "const app = express()\napp.get(['/alive', '/healthz'], h)\n" },
    '/healthz',
  ],
  [
    'Express, use with what answers',
    'node',
    {
      'a.js':
        "const healthcheck = require('./healthcheck')\nconst app = express()\napp.use('/healthz', healthcheck)\napp.get('/orders', o)\n",
      'healthcheck.js': "module.exports = (req, res) => res.send('ok')\n",
    },
    '/healthz',
  ],
  [
    'Express, use with a router that has no such path',
    'node',
    {
      'a.js': "const health = require('./health')\nconst app = express()\napp.use('/health', health)\n",
      'health.js': "const r = express.Router()\nr.get('/up', ok)\nmodule.exports = r\n",
    },
    'asked for',
  ],
  [
    'Spring, a list of paths',
    'java',
    {
      'src/main/java/A.java':
        '@RestController\nclass A {\n  @GetMapping({"/alive", "/healthz"})\n  String o() { return ""; }\n  @GetMapping(path = {"/a", "/b"})\n  String b() { return ""; }\n}\n',
    },
    '/healthz',
  ],
  [
    'FastAPI, a constant below a prefix',
    'python',
    {
      'a.py':
        'HEALTH = "/healthz"\napp = FastAPI()\nr = APIRouter(prefix="/api")\n@r.get(HEALTH)\ndef h(): ...\napp.include_router(r)\n',
    },
    '/api/healthz',
  ],
  [
    'Express, a constant of another file',
    'node',
    {
      'paths.ts': "export const HEALTH_PATH: string = '/healthz'\n",
      'a.ts': 'const app = express()\napp.get(HEALTH_PATH, h)\n',
    },
    '/healthz',
  ],
  [
    'gin, a constant',
    'go',
    { 'main.go': 'const healthPath = "/healthz"\nr := gin.New()\nr.GET(healthPath, h)\n' },
    '/healthz',
  ],
  [
    'axum, a constant',
    'rust',
    {
      'src/main.rs': 'const HEALTH: &str = "/healthz";\nfn main() { let app = Router::new().route(HEALTH, get(h)); }\n',
    },
    '/healthz',
  ],
  [
    'Spring, a constant',
    'java',
    {
      'src/main/java/A.java':
        '@RestController\nclass A {\n  static final String P = "/healthz";\n  @GetMapping(P)\n  String o() { return ""; }\n}\n',
    },
    '/healthz',
  ],
  [
    'a path that a middleware passes over',
    'node',
    { 'a.js': "app.get('/orders', o)\napp.use((req, res, next) => { if (req.path === '/healthz') return next() })\n" },
    'asked for',
  ],
  [
    'two paths that a middleware passes over',
    'node',
    {
      'a.js':
        "app.get('/orders', o)\napp.use((q, s, next) => { if (q.path === '/healthz' || q.path === '/up') return next() })\n",
    },
    'asked for',
  ],
  [
    'paths that a middleware of Python passes over',
    'python',
    {
      'a.py':
        '@app.get("/orders")\ndef o(): ...\nasync def m(request, call_next):\n    if request.url.path in ("/healthz", "/up"):\n        return await call_next(request)\n    if request.url.path not in ("/health",):\n        log(request)\n',
    },
    'asked for',
  ],
  [
    'paths that a middleware of Go passes over',
    'go',
    {
      'main.go':
        'mux.HandleFunc("/orders", o)\nif r.URL.Path == "/healthz" {\n\th.ServeHTTP(w, r)\n\treturn\n}\nif !strings.HasPrefix(r.URL.Path, "/health") {\n\tlog(r)\n}\n',
    },
    'asked for',
  ],
  [
    'a path that is not logged',
    'node',
    { 'a.js': "app.get('/orders', o)\napp.use(morgan('tiny', { skip: (req) => req.path === '/healthz' }))\n" },
    'asked for',
  ],
  [
    'a path that needs no login',
    'java',
    {
      'src/main/java/A.java':
        '@RestController\nclass A {\n  @GetMapping("/orders")\n  String o() { return ""; }\n}\nclass S { void s() { http.requestMatchers("/health").permitAll(); } }\n',
    },
    'asked for',
  ],
]

describe('health beside other calls, by other forms, and by names:', () => {
  it.each(other)('%s', (_, language, files, health) => {
    expect(healthOf(language, files)).toBe(health)
  })
})
