import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, scaffoldOf, treeOf } from './applications.ts'

const templates = fileURLToPath(new URL('../../../src/scaffold/templates/', import.meta.url))

/** An application with these packages besides FastAPI. */
function scaffoldWith(packages: readonly string[], answers: object = {}): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['kubernetes'],
      compliance: ['internal'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
      ...answers,
    },
    treeOf({
      'requirements.txt': requirementsWith(...packages.map((name) => `${name}==1.0.0`)),
      'orders/__init__.py': '',
      'orders/main.py': 'app = FastAPI()\n@app.get("/health")\n@app.get("/ready")\n',
    }),
  )
}

const entrypointOf = ({ application }: Scaffold) =>
  [...application.entrypoint, ...(application.command ?? [])].join(' ')
const documentOf = ({ files }: Scaffold) => files['DEPLOYMENT.md']

interface Started {
  spec: {
    template: {
      spec: {
        containers: [{ env?: Array<{ name: string; value?: string }>; volumeMounts: Array<{ mountPath: string }> }]
        volumes: Array<{ name: string; configMap?: { name: string } }>
      }
    }
  }
}

function podOf({ files }: Scaffold): Started['spec']['template']['spec'] {
  return (parse(files['deploy/kubernetes/base/deployment.yaml'] ?? '') as Started).spec.template.spec
}

const variablesOf = (made: Scaffold) =>
  Object.fromEntries((podOf(made).containers[0].env ?? []).map(({ name, value }) => [name, value]))

describe.each(['uvicorn', 'gunicorn'])('the logs of an application that %s serves', (server) => {
  it('are JSON, by a file that its image has', async () => {
    const made = await scaffoldWith([server])
    expect(entrypointOf(made)).toMatch(
      / --(log-config \/observing\/logging\.json|config \/observing\/gunicorn\.conf\.py)$/,
    )
    const configured = made.files[`deploy/observing/${server === 'gunicorn' ? 'gunicorn.conf.py' : 'logging.json'}`]
    expect(configured).toMatch(server === 'gunicorn' ? /^logconfig_json = "\/observing\/logging\.json"$/m : /"root"/)
    expect(made.files['Dockerfile']).toContain('\nCOPY deploy/observing /observing\n')
    expect(made.files['.dockerignore']).toContain('\n!deploy/observing\n')
    expect(documentOf(made)).toContain(`${server} writes JSON, one object per line`)
  })

  it('have time, level, logger and message, what the code adds, and a traceback in the same line', async () => {
    const { stdout } = await execa('python3', ['-c', whatCodeLogs, `${templates}logging-${server}.json`], {
      env: { PYTHONPATH: templates, PYTHONDONTWRITEBYTECODE: '1' },
    })
    const lines = stdout.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      { level: 'warning', logger: 'orders', message: 'two\nlines', order: 7, price: '1.50' },
      { level: 'error', logger: `${server}.error`, message: 'no', exception: expect.stringMatching(/ValueError: 2$/) },
      { level: 'info', logger: `${server}.access`, message: 'GET / 200' },
    ])
    for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/)
  })
})

const whatCodeLogs = `
import decimal, json, logging, logging.config, sys
server = "gunicorn" if "gunicorn" in sys.argv[1] else "uvicorn"
if server == "gunicorn":
    # As gunicorn leaves its own loggers before it reads the configuration.
    for name in ["gunicorn.error", "gunicorn.access"]:
        logging.getLogger(name).propagate = False
        logging.getLogger(name).addHandler(logging.StreamHandler(sys.stdout))
logging.config.dictConfig(json.load(open(sys.argv[1])))
logging.getLogger("orders").debug("not asked for")
logging.getLogger("orders").warning("two\\nlines", extra={"order": 7, "price": decimal.Decimal("1.50")})
try:
    raise ValueError(2)
except ValueError:
    logging.getLogger(server + ".error").exception("no")
logging.getLogger(server + ".access").info("%s %s %d", "GET", "/", 200)
`

describe('an application that starts itself', () => {
  it('writes its logs as its code does, and nothing else is claimed', async () => {
    const made = await scaffoldWith([], { entry: 'orders.main', port: 8000 })
    expect(entrypointOf(made)).toBe('/usr/bin/python3 -m orders.main')
    expect(Object.keys(made.files).filter((path) => path.includes('observing'))).toEqual([])
    expect(made.files['Dockerfile']).not.toContain('observing')
    expect(documentOf(made)).toContain('no setting here changes it')
  })
})

const sdk = ['opentelemetry-api', 'opentelemetry-sdk', 'opentelemetry-exporter-otlp-proto-http']

describe('the traces of an application', () => {
  it('are started by the scaffold where the distribution of OpenTelemetry is locked with its exporter by HTTP', async () => {
    const made = await scaffoldWith(['uvicorn', 'opentelemetry-distro', ...sdk])
    expect(entrypointOf(made)).toMatch(/^\/usr\/bin\/python3 -m traced uvicorn orders\.main:app /)
    expect(made.files).toHaveProperty('deploy/observing/traced.py')
    expect(documentOf(made)).toContain('`deploy/observing/traced.py` starts the instrumentations')
    expect(variablesOf(made)).toMatchObject({ OTEL_PYTHON_EXCLUDED_URLS: '/health$,/ready$' })
  })

  it('leave out probes on Compose too, which takes one dollar sign for a variable', async () => {
    const { files } = await scaffoldWith(['uvicorn', 'opentelemetry-distro', ...sdk], { targets: ['compose'] })
    expect(files['compose.yaml']).toContain('OTEL_PYTHON_EXCLUDED_URLS: /health$$,/ready$$')
  })

  it.each([[sdk], [['opentelemetry-distro', 'opentelemetry-exporter-otlp-proto-grpc']]])(
    'are left to the code with %j alone, and that is said',
    async (packages) => {
      const made = await scaffoldWith(['uvicorn', ...packages])
      expect(entrypointOf(made)).toMatch(/^\/usr\/bin\/python3 -m uvicorn /)
      expect(made.files).not.toHaveProperty('deploy/observing/traced.py')
      expect(documentOf(made)).toContain('The code has to start the SDK of OpenTelemetry itself.')
      expect(variablesOf(made)).not.toHaveProperty('OTEL_PYTHON_EXCLUDED_URLS')
    },
  )

  it('go to the collector of a cluster by TLS, with an authority without which no pod starts, and say which pod they are of', async () => {
    const made = await scaffoldWith(['uvicorn', ...sdk])
    const { containers, volumes } = podOf(made)
    expect(variablesOf(made)).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.observability.svc:4318',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/etc/collector/authority.pem',
      OTEL_RESOURCE_ATTRIBUTES: expect.stringContaining('k8s.pod.name=$(POD_NAME)') as string,
    })
    const names = Object.keys(variablesOf(made))
    expect(names.indexOf('POD_NAME')).toBeLessThan(names.indexOf('OTEL_RESOURCE_ATTRIBUTES'))
    expect(containers[0].volumeMounts).toContainEqual(expect.objectContaining({ mountPath: '/etc/collector' }))
    expect(volumes).toContainEqual(
      expect.objectContaining({ configMap: expect.objectContaining({ name: 'orders-collector-authority' }) as object }),
    )
  })

  it('are not sent from the gate, where there is no collector', async () => {
    const made = await scaffoldWith(['uvicorn', ...sdk])
    expect(parse(made.files['loadline.yaml'] ?? '')).toMatchObject({
      runtime: { environment: { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' } },
    })
  })

  it('are none without an SDK: no variable, no volume', async () => {
    const made = await scaffoldWith(['uvicorn', 'opentelemetry-api'])
    expect(Object.keys(variablesOf(made)).filter((name) => /OTEL|POD/.test(name))).toEqual([])
    expect(made.files['loadline.yaml']).not.toContain('OTEL')
    expect(podOf(made).volumes.map(({ name }) => name)).toEqual(['temporary'])
  })
})

it('says of Spring Boot that it writes JSON, and of no other application of Java', async () => {
  expect(documentOf(await scaffoldOf('java-maven'))).not.toContain('writes JSON')
})
