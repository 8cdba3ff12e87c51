import { describe, expect, it } from 'vitest'
import { findEndpoints } from '../../../src/scaffold/endpoints.ts'

function found(
  language: 'go' | 'node',
  files: Record<string, string>,
): { health: string | undefined; ports: number[] } {
  return findEndpoints(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    language,
  )
}

describe('what is only beside a router does not hide its paths', () => {
  it('of Go, where others are given what functions of the project make', () => {
    const health = found('go', {
      'server/routes.go':
        'func newRouter(store *Store) http.Handler {\n\tinner := http.NewServeMux()\n\tinner.Handle("/v1/", api.NewHandler(store))\n\tinner.Handle("/", ui.Serve(store))\n\tvar handler http.Handler = inner\n\thandler = observe(handler)\n\trouter := http.NewServeMux()\n\trouter.HandleFunc("/healthz", probe)\n\tif base := options.Base(); base != "" {\n\t\trouter.Handle(base+"/", http.StripPrefix(base, handler))\n\t} else {\n\t\trouter.Handle("/", handler)\n\t}\n\treturn router\n}\n',
      'server/server.go':
        'func listen() {\n\tserver := &http.Server{Handler: newRouter(store)}\n\tserver.ListenAndServe()\n}\n',
      'api/api.go':
        'func NewHandler(store *Store) http.Handler {\n\tmux := http.NewServeMux()\n\treturn Compress(mux)\n}\n',
      'ui/ui.go':
        'func Serve(store *Store) http.Handler {\n\tmux := newMux()\n\tmux.Handle("/static/", assets())\n\treturn mux\n}\nfunc newMux() *http.ServeMux {\n\treturn http.NewServeMux()\n}\n',
    }).health
    expect(health).toBe('/healthz')
  })

  it('of Express, where a strategy of passport and a function of a library are used', () => {
    const health = found('node', {
      'server/app.ts':
        "import setUpHealth from './setUpHealth'\nimport setUpForms from './setUpForms'\nexport default function createApp() {\n  const app = express()\n  app.use(setUpHealth(info))\n  app.use(setUpForms())\n  return app\n}\n",
      'server/setUpHealth.ts':
        "export default function setUpHealth(info: Info): Router {\n  const router = express.Router()\n  router.get('/health', show)\n  return router\n}\n",
      'server/setUpForms.ts':
        "const { protect } = protection({ fields: ['a'] })\npassport.use(\n  new Strategy({ clientID: id }, (token, done) => done(null, token)),\n)\nexport default function setUpForms(): Router {\n  const router = express.Router({ mergeParams: true })\n  router.use(protect)\n  return router\n}\n",
    }).health
    expect(health).toBe('/health')
  })

  it('but what a library is given may be mounted anywhere', () => {
    const files = {
      'app.ts':
        "const wrapped = wrap(router)\nconst app = express()\napp.use(prefix(), wrapped)\nimport { router } from './router'\n",
      'router.ts': "export const router = express.Router()\nrouter.get('/health', show)\n",
    }
    expect(found('node', files).health).toBeUndefined()
  })
})

it.each([
  "convict({ port: { doc: 'where it listens', format: 'port', default: 3001, env: 'PORT' } })",
  "convict({ port: { env: 'PORT', default: '3001' } })",
  "convict({ listen: { format: Number, default: 3001, env: 'ORDERS_PORT' } })",
])('a port in a schema is found: %s', (text) => {
  expect(found('node', { 'config.js': text }).ports).toEqual([3001])
})
