import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

function scaffoldFrom(files: Record<string, string>): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['kubernetes', 'ecs', 'cloud-run', 'compose'],
      compliance: ['internal'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
      health: '/health',
      port: 8080,
    },
    treeOf(files),
  )
}

function python(code: string, ...packages: readonly string[]): Record<string, string> {
  return {
    'requirements.txt': requirementsWith(
      ...['uvicorn', 'opentelemetry-api', ...packages].map((name) => `${name}==1.0.0`),
    ),
    'main.py': `app = FastAPI()\n${code}`,
  }
}

function go(code: string, ...modules: readonly string[]): Record<string, string> {
  const all = ['go.opentelemetry.io/otel/sdk', ...modules]
  return {
    'go.mod': `module example.com/orders\n\ngo 1.24\n\nrequire (\n${all.map((path) => `\t${path} v1.0.0\n`).join('')})\n`,
    'go.sum': all.map((path) => `${path} v1.0.0 h1:x=\n`).join(''),
    'main.go': `package main\n\nfunc main() {\n${code}\n}\n`,
  }
}

function node(code: string, ...packages: readonly string[]): Record<string, string> {
  const all = ['@opentelemetry/sdk-trace-node', ...packages]
  return {
    'package.json': JSON.stringify({
      scripts: { start: 'node main.js' },
      dependencies: Object.fromEntries(all.map((name) => [name, '1.0.0'])),
    }),
    'package-lock.json': JSON.stringify({
      lockfileVersion: 3,
      packages: Object.fromEntries(all.map((name) => [`node_modules/${name}`, {}])),
    }),
    'main.js': code,
  }
}

function rust(code: string): Record<string, string> {
  return {
    'Cargo.toml': '[package]\nname = "orders"\n[dependencies]\nopentelemetry-otlp = "0.30"\n',
    'Cargo.lock': '[[package]]\nname = "opentelemetry-otlp"\n',
    'src/main.rs': `use opentelemetry_otlp::SpanExporter;\nfn main() {\n${code}\n}\n`,
  }
}

const grpcOfGo = 'go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc'

describe('an exporter by gRPC alone', () => {
  it.each([
    [
      'Python, by its code',
      python(
        'from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter\nexporter = OTLPSpanExporter()\n',
        'opentelemetry-sdk',
        'opentelemetry-exporter-otlp',
      ),
    ],
    ['Python, by what is locked', python('', 'opentelemetry-sdk', 'opentelemetry-exporter-otlp-proto-grpc')],
    ['Go', go(`exporter, err := otlptracegrpc.New(ctx)`, grpcOfGo)],
    [
      'Node',
      node(
        "const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-grpc')\nconst exporter = new OTLPTraceExporter()\n",
        '@opentelemetry/exporter-trace-otlp-grpc',
      ),
    ],
    ['Rust', rust('let exporter = SpanExporter::builder().with_tonic().build();')],
  ])('has its collector on the port of gRPC, on every platform (%s)', async (_, files) => {
    const made = (await scaffoldFrom(files)).files
    const all = Object.values(made).join('\n')
    expect(all).not.toMatch(/4318|http\/protobuf/)
    expect(made['deploy/kubernetes/base/deployment.yaml']).toContain('https://collector.observability.svc:4317')
    expect(made['deploy/kubernetes/base/network-policy.yaml']).toContain('port: 4317')
    expect(made['compose.yaml']).toContain('http://collector:4317')
    for (const path of ['deploy/ecs/task-definition.json', 'deploy/cloud-run/service.yaml']) {
      expect(made[path]).toContain('http://127.0.0.1:4317')
      expect(made[path]).toMatch(/protocols\\?":\{\\?"grpc\\?":\{\\?"endpoint\\?":\\?"127\.0\.0\.1:4317/)
    }
    expect(made['DEPLOYMENT.md']).toContain('go to the collector in `OTEL_EXPORTER_OTLP_ENDPOINT`')
  })
})

it.each([
  [
    'both exporters',
    python(
      'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\n',
      'opentelemetry-sdk',
      'opentelemetry-exporter-otlp',
    ),
  ],
  [
    'an SDK that takes the protocol from the environment',
    node('', '@opentelemetry/sdk-node', '@opentelemetry/exporter-trace-otlp-grpc'),
  ],
  ['metrics by gRPC', go('x := otlptracehttp.New(ctx); y := otlpmetricgrpc.New(ctx)', grpcOfGo)],
])('sends by HTTP with %s', async (_, files) => {
  const made = (await scaffoldFrom(files)).files
  expect(made['deploy/kubernetes/base/deployment.yaml']).toMatch(/svc:4318[\s\S]*http\/protobuf/)
  expect(Object.values(made).join('\n')).not.toContain('4317')
})

describe('an exporter that the code gives an endpoint', () => {
  it.each([
    [
      'main.py',
      python(
        'from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter\nOTLPSpanExporter(insecure=True, endpoint=os.environ["COLLECTOR"])',
        'opentelemetry-sdk',
        'opentelemetry-exporter-otlp',
      ),
    ],
    ['main.go', go('otlptracegrpc.New(ctx, otlptracegrpc.WithGRPCConn(conn))', grpcOfGo)],
    [
      'main.js',
      node(
        "require('@opentelemetry/exporter-trace-otlp-grpc')\nnew OTLPTraceExporter({ url: process.env.COLLECTOR })",
        '@opentelemetry/exporter-trace-otlp-grpc',
      ),
    ],
    ['src/main.rs', rust('SpanExporter::builder().with_tonic().with_endpoint(cfg.collector).build();')],
  ])('is said to decide where traces go (%s)', async (path, files) => {
    const { files: made, application } = await scaffoldFrom(files)
    expect(application.notes.join('\n')).toContain(`The code (${path}) says where traces go`)
    expect(made['DEPLOYMENT.md']).toContain(`The code (\`${path}\`) says where traces go`)
    expect(made['DEPLOYMENT.md']).toContain('takes OTLP by gRPC on port 4317')
    expect(made['DEPLOYMENT.md']).not.toContain('go to the collector in `OTEL_EXPORTER_OTLP_ENDPOINT`')
  })

  it('decides nothing where that is the variable of OpenTelemetry', async () => {
    const files = python(
      'exporter = OTLPSpanExporter(endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"])',
      'opentelemetry-sdk',
    )
    expect((await scaffoldFrom(files)).application.notes.join('\n')).not.toContain('says where traces go')
  })
})
