import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

function scaffoldFrom(files: Record<string, string>, answers: object = {}): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['kubernetes'],
      compliance: ['internal'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
      port: 8080,
      ...answers,
    },
    treeOf(files),
  )
}

const client = 'github.com/prometheus/client_golang'
const go = (files: Record<string, string>) => ({
  'go.mod': `module example.com/orders\n\ngo 1.24\n\nrequire ${client} v1.0.0\n`,
  'go.sum': `${client} v1.0.0 h1:x=\n`,
  ...Object.fromEntries(Object.entries(files).map(([path, text]) => [path, `package main\n\n${text}\n`])),
})
const node = (...lines: readonly string[]) => ({
  'package.json': JSON.stringify({
    scripts: { start: 'node main.js' },
    dependencies: { express: '5.0.0', 'prom-client': '15.0.0' },
  }),
  'package-lock.json': JSON.stringify({
    lockfileVersion: 3,
    packages: { 'node_modules/express': {}, 'node_modules/prom-client': {} },
  }),
  'main.js': lines.join('\n'),
})
const python = (...lines: readonly string[]) => ({
  'requirements.txt': requirementsWith('uvicorn==0.30.0', 'prometheus-client==0.20.0'),
  'main.py': lines.join('\n'),
})
const rust = (code: string) => ({
  'Cargo.toml': '[package]\nname = "orders"\n[dependencies]\nmetrics-exporter-prometheus = "0.16"\n',
  'Cargo.lock': '[[package]]\nname = "metrics-exporter-prometheus"\n',
  'src/main.rs': code,
})
const spring = (properties: string) => ({
  'pom.xml':
    '<project><artifactId>orders</artifactId><dependencies><dependency><artifactId>spring-boot-starter-actuator</artifactId></dependency><dependency><artifactId>micrometer-registry-prometheus</artifactId></dependency></dependencies></project>',
  'src/main/java/Orders.java': 'class Orders { public static void main(String[] given) {} }',
  'src/main/resources/application.properties': properties,
})

const own = 'r := gin.Default()\n\tr.GET("/healthz", ok)\n'

describe('metrics of a second server', () => {
  it.each([
    [
      'the default one of Go',
      go({
        'main.go': `func main() {\n\tgo func() {\n\t\thttp.Handle("/metrics", promhttp.Handler())\n\t\thttp.ListenAndServe(":9090", nil)\n\t}()\n\t${own}\tr.Run(":8080")\n}`,
      }),
    ],
    [
      'a mux of Go',
      go({
        'main.go': `func main() {\n\tgo metrics()\n\t${own}\tr.Run(":8080")\n}`,
        'metrics.go':
          'func metrics() {\n\tmux := http.NewServeMux()\n\tmux.Handle("/metrics", promhttp.Handler())\n\tsrv := &http.Server{Addr: address(), Handler: mux}\n\tsrv.ListenAndServe()\n}',
      }),
    ],
    [
      'a field of Go',
      go({
        'main.go': `func main() {\n\te := echo.New()\n\te.GET("/healthz", ok)\n\te.Start(":8080")\n}`,
        'server.go':
          'func New() *Metrics {\n\te := echo.New()\n\te.GET("/metrics", show)\n\treturn &Metrics{echo: e}\n}\nfunc (m *Metrics) Start() { m.echo.Start(port()) }',
      }),
    ],
    [
      'a second application of Express',
      node(
        'const app = express()',
        "app.get('/healthz', ok)",
        'app.listen(8080)',
        'const own = express()',
        "own.get('/metrics', show)",
        'own.listen(9090)',
      ),
    ],
    [
      'a second application of Python',
      python(
        'app = FastAPI()',
        '@app.get("/healthz")',
        'def ok(): pass',
        'own = FastAPI()',
        '@own.get("/metrics")',
        'def show(): pass',
        'if __name__ == "__main__": uvicorn.run(own, port=9090)',
      ),
    ],
    [
      'a second router of Rust',
      rust(
        'async fn main() {\n  let app = Router::new().route("/healthz", get(ok));\n  let own = Router::new().route("/metrics", get(show));\n  tokio::spawn(async { axum::serve(second, own).await });\n  axum::serve(first, app).await;\n}',
      ),
    ],
    [
      "the library's own in Python",
      python('app = FastAPI()', '@app.get("/healthz")', 'def ok(): pass', 'start_http_server(9090)'),
    ],
    [
      "the library's own in Rust",
      rust(
        'async fn main() {\n  PrometheusBuilder::new().with_http_listener(at).install();\n  let app = Router::new().route("/healthz", get(ok));\n  axum::serve(first, app).await;\n}',
      ),
    ],
    ['the management of Spring', spring('management.server.port=9090\n')],
  ])('are not asked of the first, and that is said (%s)', async (_, files) => {
    const {
      application,
      notes,
      files: made,
    } = await scaffoldFrom(
      files,
      'pom.xml' in files ? { health: '/health' } : { entry: 'main.py' in files ? 'main:app' : undefined },
    )
    expect(application.metrics).toBeUndefined()
    expect(made).not.toHaveProperty('deploy/kubernetes/base/service-monitor.yaml')
    expect(notes.filter((note) => note.includes('Nothing is scraped.'))).toEqual([
      expect.stringContaining('The code does not show that its metrics ('),
    ])
    expect(made['DEPLOYMENT.md']).not.toContain('Metrics are at')
    expect(made['DEPLOYMENT.md']).toMatch(/keep logs[\s\S]*The code does not show that its metrics/i)
  })
})

describe('metrics of the same server are asked for', () => {
  it.each([
    [
      'Go, with a second listener for TLS',
      go({
        'main.go': `func main() {\n\t${own}\tr.GET("/metrics", show)\n\tgo r.RunTLS(":8443", cert, key)\n\tr.Run(":8080")\n}`,
      }),
    ],
    [
      'Go, from another file, beside one that redirects',
      go({
        'main.go': `func main() {\n\t${own}\tobserve(r)\n\tgo http.ListenAndServe(":8081", http.HandlerFunc(redirect))\n\thttp.DefaultServeMux = nil\n\tr.Run(":8080")\n}`,
        'observe.go': 'func observe(to *gin.Engine) {\n\tto.GET("/metrics", show)\n}',
      }),
    ],
    [
      'Go, on both servers',
      go({
        'main.go': `func main() {\n\t${own}\tr.GET("/metrics", show)\n\thttp.HandleFunc("/metrics", show)\n\tgo http.ListenAndServe(":9090", nil)\n\tr.Run(":8080")\n}`,
      }),
    ],
    [
      'Node, in a router',
      node(
        'const app = express()',
        'const router = express.Router()',
        "router.get('/metrics', show)",
        "app.get('/healthz', ok)",
        "app.use('/', router)",
        'app.listen(8080)',
        'const other = express()',
        'other.listen(9090)',
      ),
    ],
    [
      'Python, beside a start for development',
      python(
        'app = FastAPI()',
        'router = APIRouter()',
        '@router.get("/metrics")',
        'def show(): pass',
        '@app.get("/healthz")',
        'def ok(): pass',
        'app.include_router(router)',
        'if __name__ == "__main__": uvicorn.run(app)',
      ),
    ],
  ])('%s', async (_, files) => {
    expect((await scaffoldFrom(files)).application).toMatchObject({ health: '/healthz', metrics: '/metrics' })
  })
})

it.each([
  [
    'no client',
    { ...go({ 'main.go': `func main() {\n\t${own}}` }), 'go.mod': 'module example.com/orders\n\ngo 1.24\n' },
    'No Prometheus client is locked: add one',
  ],
  [
    'a path without a client',
    {
      ...go({ 'main.go': `func main() {\n\t${own}\tr.GET("/metrics", show)\n}` }),
      'go.mod': 'module example.com/orders\n\ngo 1.24\n',
    },
    'The code has /metrics, but no Prometheus client is locked.',
  ],
  [
    'a client without a path',
    go({ 'main.go': `func main() {\n\t${own}}` }),
    `A Prometheus client is locked (${client}), but no path`,
  ],
  [
    'a path below one that is not known',
    go({ 'main.go': `func main() {\n\t${own}\tr.Group(base()).GET("/metrics", show)\n}` }),
    'The code has /metrics, but not as plain text what stands before it.',
  ],
])('says once why nothing is scraped: %s', async (_, files, said) => {
  const { notes, files: made } = await scaffoldFrom(files)
  const about = notes.filter((note) => /metrics|Prometheus/.test(note))
  expect(about).toEqual([expect.stringContaining(said)])
  expect(made['DEPLOYMENT.md']).toContain(`${about[0]} No traces are sent`)
})
