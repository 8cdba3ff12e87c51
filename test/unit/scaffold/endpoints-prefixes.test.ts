import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { findEndpoints } from '../../../src/scaffold/endpoints.ts'
import { shippedCode } from '../../../src/scaffold/settings/read-settings.ts'
import { treeOf } from './applications.ts'

function healthOf(language: Language, files: Record<string, string>) {
  const { health } = findEndpoints(shippedCode(treeOf(files), language, Object.keys(files)), language)
  return health ?? 'asked for'
}

const layouts: ReadonlyArray<[title: string, Language, Record<string, string>, health: string]> = [
  [
    'actix, configure with resources',
    'rust',
    {
      'src/main.rs': 'fn main() { App::new().configure(routes::init); }\n',
      'src/routes.rs':
        'pub fn init(cfg: &mut web::ServiceConfig) {\n    cfg.service(web::resource("/health").route(web::get().to(h)));\n    cfg.service(web::scope("/api").service(x));\n}\n',
    },
    '/health',
  ],
  [
    'FastAPI, a package that hands routers on',
    'python',
    {
      'app/main.py':
        'from app.routers import health_router, orders_router\napp = FastAPI()\napp.include_router(health_router)\napp.include_router(orders_router, prefix="/api")\n',
      'app/routers/__init__.py':
        'from .health import router as health_router\nfrom .orders import router as orders_router\n',
      'app/routers/health.py': 'router = APIRouter()\n@router.get("/healthz")\ndef h(): ...\n',
      'app/routers/orders.py': 'router = APIRouter()\n@router.get("/orders")\ndef o(): ...\n',
    },
    '/healthz',
  ],
  [
    'Express, a package that hands routers on',
    'node',
    {
      'src/server.ts':
        "import { healthRouter, api } from './routes'\nconst app = express()\napp.use('/internal', healthRouter)\napp.use('/api', api)\n",
      'src/routes/index.ts':
        "export { default as healthRouter } from './health'\nexport { default as api } from './api'\n",
      'src/routes/health.ts': "const router = Router()\nrouter.get('/healthz', h)\nexport default router\n",
      'src/routes/api.ts': "const router = Router()\nrouter.get('/orders', o)\nexport default router\n",
    },
    '/internal/healthz',
  ],
  [
    'Express, an alias of a path',
    'node',
    {
      'src/server.ts': "import health from '@/routes/health'\nconst app = express()\napp.use('/api', health)\n",
      'src/routes/health.ts': "const router = Router()\nrouter.get('/healthz', h)\nexport default router\n",
    },
    '/api/healthz',
  ],
  [
    'net/http, a function that adds routes',
    'go',
    {
      'main.go':
        'func main() {\n\tmux := http.NewServeMux()\n\taddRoutes(mux, logger)\n\tmux.Handle("/api/", http.StripPrefix("/api", api))\n}\n',
      'routes.go': 'func addRoutes(mux *http.ServeMux, logger *Logger) {\n\tmux.HandleFunc("/healthz", h)\n}\n',
    },
    '/healthz',
  ],
  [
    'gorilla, a function that gets a part',
    'go',
    {
      'main.go':
        'func main() {\n\tr := mux.NewRouter()\n\tapi := r.PathPrefix("/api").Subrouter()\n\taddRoutes(api)\n}\nfunc addRoutes(r *mux.Router) {\n\tr.HandleFunc("/healthz", h)\n}\n',
    },
    '/api/healthz',
  ],
  [
    'Go, a function that two routers are given to',
    'go',
    {
      'main.go':
        'func main() {\n\tr := gin.New()\n\tapi := r.Group("/api")\n\tadd(api)\n\tadd(r)\n}\nfunc add(g gin.IRouter) {\n\tg.GET("/healthz", h)\n\tadd(g)\n}\n',
    },
    'asked for',
  ],
  [
    'Express, a typed application',
    'node',
    {
      'src/a.ts':
        "export function registerRoutes(app: Express) {\n  app.get('/healthz', h)\n  app.use('/api', orders)\n}\n",
    },
    '/healthz',
  ],
  [
    'Go, a field of a struct',
    'go',
    {
      'main.go':
        'func New() *Server {\n\ts := &Server{router: gin.New()}\n\ts.routes()\n\treturn s\n}\nfunc (s *Server) routes() {\n\ts.router.GET("/healthz", h)\n\ts.router.Group("/api")\n}\n',
    },
    '/healthz',
  ],
  [
    'FastAPI, a loop without a prefix',
    'python',
    {
      'main.py':
        'from routers import health, orders\napp = FastAPI()\nfor r in (health.router, orders.router):\n    app.include_router(r)\n',
      'routers/health.py': 'router = APIRouter()\n@router.get("/healthz")\ndef h(): ...\n',
      'routers/orders.py': 'router = APIRouter(prefix="/orders")\n@router.get("/")\ndef o(): ...\n',
    },
    '/healthz',
  ],
  [
    'Starlette, a list of routes',
    'python',
    {
      'a.py':
        'api = Starlette(routes=[Route("/orders", o)])\nroutes = [\n    Route("/healthz", h),\n    Mount("/api", app=api),\n]\napp = Starlette(routes=routes)\n',
    },
    '/healthz',
  ],
  [
    'axum, a router with the type of its state',
    'rust',
    {
      'src/main.rs':
        'fn main() { let app = Router::<AppState>::new().route("/healthz", get(h)).nest("/api", api()); }\n',
    },
    '/healthz',
  ],
  [
    'axum, nested in one function and merged elsewhere',
    'rust',
    {
      'src/main.rs': 'fn main() { let app = routes::all(); let root = Router::new().merge(app); }\n',
      'src/routes.rs':
        'pub fn all() -> Router {\n    let api = Router::new().route("/healthz", get(h));\n    Router::new().nest("/api", api)\n}\n',
    },
    '/api/healthz',
  ],
  [
    'Go, a router of another package at the root',
    'go',
    {
      'main.go': 'func main() {\n\tr := router.New(h)\n\thttp.Handle("/", r)\n}\n',
      'router/router.go':
        'func New(h *H) *mux.Router {\n\tm := mux.NewRouter()\n\tm.HandleFunc("/healthz", h.health)\n\tm.PathPrefix("/api").Subrouter()\n\treturn m\n}\n',
    },
    '/healthz',
  ],
  [
    'Go, a router in what logs',
    'go',
    {
      'main.go':
        'func main() {\n\tmux := http.NewServeMux()\n\tmux.HandleFunc("/healthz", h)\n\troot := http.NewServeMux()\n\troot.Handle("/", logging(mux))\n}\n',
    },
    '/healthz',
  ],
]

const more: typeof layouts = [
  [
    'Flask-RESTful beside a blueprint',
    'python',
    {
      'a.py':
        'app = Flask(__name__)\napi = Api(app, prefix="/v1")\napp.register_blueprint(orders, url_prefix="/orders")\napi.add_resource(H, "/health")\n',
    },
    '/v1/health',
  ],
  [
    'net/http, a field of a struct with another one below it',
    'go',
    {
      'main.go':
        'func New() *S {\n\ts := &S{mux: http.NewServeMux()}\n\treturn s\n}\nfunc (s *S) routes() {\n\ts.mux.HandleFunc("GET /healthz", h)\n\ts.mux.Handle("/api/", http.StripPrefix("/api", s.api()))\n}\n',
    },
    '/healthz',
  ],
]

const spring = {
  'src/main/java/A.java':
    '@RestController\n@RequestMapping("/health")\nclass A {\n  @GetMapping("/live")\n  String live() { return ""; }\n}\n',
}

const nest = (options: string) => ({
  'src/main.ts': `app.setGlobalPrefix('api', { exclude: [${options}] })\n`,
  'src/health.controller.ts':
    "@Controller('health')\nexport class HealthController {\n  @Get('live')\n  live() {}\n}\n",
})

const configured: typeof layouts = [
  [
    'axum, the root of what is nested',
    'rust',
    {
      'src/main.rs':
        'fn main() {\n    let health = Router::new().route("/", get(h));\n    let app = Router::new().nest("/health", health);\n}\n',
    },
    '/health',
  ],
  [
    'actix, the root of a scope',
    'rust',
    { 'src/main.rs': 'fn main() { App::new().service(web::scope("/health").route("/", web::get().to(h))); }\n' },
    '/health/',
  ],
  [
    'Spring, the root of a class',
    'java',
    { 'src/main/java/A.java': spring['src/main/java/A.java'].replace('/live', '/') },
    '/health/',
  ],
  ['Nest, everything below an exclusion', 'node', nest("'health/(.*)'"), '/health/live'],
  ['Nest, an exclusion with what is below it', 'node', nest("'health{/*path}'"), '/health/live'],
  ['Nest, an exclusion of something else', 'node', nest("'orders/(.*)'"), '/api/health/live'],
  ['Nest, an exclusion that more than one path fits', 'node', nest("':any/live'"), 'asked for'],
  [
    'Spring, two prefixes in the other order',
    'java',
    {
      ...spring,
      'src/main/resources/application.properties': 'spring.mvc.servlet.path=/api\nserver.servlet.context-path=/shop\n',
    },
    '/shop/api/health/live',
  ],
  [
    'Spring, an alias of YAML',
    'java',
    {
      ...spring,
      'src/main/resources/application.yml': 'a: &path /shop\nserver:\n  servlet:\n    context-path: *path\n',
    },
    '/shop/health/live',
  ],
  [
    'Spring, profiles',
    'java',
    {
      ...spring,
      'src/main/resources/application-dev.yml': 'server.servlet.context-path: /dev\n',
      'src/main/resources/application.yml':
        'server.servlet.context-path: /shop\n---\nspring.config.activate.on-profile: dev\nserver.servlet.context-path: /dev\n',
    },
    '/shop/health/live',
  ],
  [
    'Spring, profiles in properties',
    'java',
    {
      ...spring,
      'src/main/resources/application.properties':
        'server.servlet.context-path=/shop\n#---\nserver.servlet.context-path=/dev\nspring.config.activate.on-profile=dev\n',
    },
    '/shop/health/live',
  ],
  [
    'Spring, another path in production',
    'java',
    { ...spring, 'src/main/resources/application-prod.yml': 'server.servlet.context-path: /shop\n' },
    'asked for',
  ],
]

describe('the prefix of health in ordinary layouts:', () => {
  it.each([...layouts, ...more, ...configured])('%s', (_, language, files, health) => {
    expect(healthOf(language, files)).toBe(health)
  })
})

it('many routers that functions make are read in time', () => {
  const a = 'r = Router();\n'
  const text = [
    Array.from({ length: 16_000 }, (_, index) => a.replace('r', `r${index}`)).join(''),
    Array.from({ length: 200 }, (_, index) => `r${index}.get('/health', h)\n`).join(''),
    Array.from({ length: 490 }, (_, index) => `app.use(f${index}())\n`).join(''),
  ].join('')
  const started = Date.now()
  findEndpoints([{ path: 'a.js', text }], 'node')
  expect(Date.now() - started).toBeLessThan(4_000)
})

it('many names that another file declares are read in time', () => {
  const routers = Array.from(
    { length: 200 },
    (_, index) => `const r${index} = Router();\nr${index}.get('/health', h)\n`,
  )
  const mounts = Array.from({ length: 490 }, (_, index) => `const { m${index} } = make()\napp.use(m${index})\n`)
  const fill = `${'const { '.repeat(10)}${'a, '.repeat(90)}\n`.repeat(900)
  const started = Date.now()
  findEndpoints(
    [
      { path: 'a.js', text: routers.join('') },
      { path: 'b.js', text: `${fill}${mounts.join('')}` },
    ],
    'node',
  )
  expect(Date.now() - started).toBeLessThan(8_000)
})
