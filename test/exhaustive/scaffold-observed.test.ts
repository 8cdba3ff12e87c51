import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Container } from '@dagger.io/dagger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSourceTree } from '../../ci/run/read-source-tree.ts'
import { makeScaffold } from '../../pipelines/scaffold.ts'
import type { Lock } from '../../src/model/index.ts'
import { onEngine } from '../engine/application.ts'
import { compiled } from '../engine/compiled.ts'
import { deploymentIn, type KubernetesObject } from '../engine/kubernetes-objects.ts'
import { manifestTools } from '../engine/manifest-tools.ts'
import { gateOfToday } from '../engine/scaffold-gate.ts'
import { makeAuthority, type ServerCertificate } from '../world/authority.ts'
import { collectorProgram } from './modules.ts'
import { startedPod, type StartedPod } from './scaffold-observed/kubelet.ts'
import { builtImage, observe, type Seen, type Surroundings } from './scaffold-observed/observe.ts'

const fixture = fileURLToPath(new URL('../fixtures/scaffold-observed/', import.meta.url))

const hosts = { database: 'postgres.data.svc', store: 'objects.data.svc', collector: 'collector.observability.svc' }
const bucket = 'receipts'
const password = 'of-the-test-alone'
const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

let home: string
let source: string
let objects: KubernetesObject[]
let around: Surroundings
/** What was seen of one run in which all is right. */
let seen: Seen
/** What was seen where a certificate is not the right one. */
let refused: Record<'database of another authority' | 'database of another name', Seen>
let unbelieved: Seen

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'loadline-observed-'))
  source = join(home, 'orders')
  const [authority, other] = [await makeAuthority(home, 'authority'), await makeAuthority(home, 'other')]
  const pem = readFileSync(authority.certificate, 'utf8')
  objects = await scaffold(pem)
  const certificate = await authority.issue(Object.values(hosts))
  const [ofOther, ofOtherName] = [await other.issue(Object.values(hosts)), await authority.issue(['elsewhere.svc'])]
  const { collector: program } = await compiled(collectorProgram)
  around = {
    pod: podOf(pem),
    ready: '/ready',
    database: { host: hosts.database, password, certificate },
    store: { host: hosts.store, bucket, certificate },
    collector: { host: hosts.collector, certificate, program },
    // What the identity of the workload gives to the process; the region and the address of the store come with it here.
    identity: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
    authorities: `${pem}${readFileSync(other.certificate, 'utf8')}`,
    trace,
  }
  await onEngine(async (lock) => {
    const image = await builtImage(source, lock)
    seen = await observe(image, around, lock)
    refused = {
      'database of another authority': await withDatabase(image, ofOther, lock),
      'database of another name': await withDatabase(image, ofOtherName, lock),
    }
    const collector = { host: hosts.collector, certificate: ofOther, program }
    unbelieved = await observe(image, { ...around, collector }, lock)
  })
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Writes the scaffold into a copy of the application with the authority of its database, as an administrator does, and gives what its overlay renders to. */
async function scaffold(authority: string): Promise<KubernetesObject[]> {
  cpSync(fixture, source, { recursive: true })
  const made = await makeScaffold(
    {
      targets: ['kubernetes'],
      compliance: ['hipaa'],
      cluster: 'eks',
      image: 'registry.example.com/shop/orders',
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
      settings: { RECEIPTS_BUCKET: bucket, AWS_ENDPOINT_URL_S3: `https://${hosts.store}`, AWS_REGION: 'us-east-1' },
    },
    await readSourceTree(source),
  )
  const place = 'deploy/kubernetes/overlays/production/database-authority.pem'
  expect(made.files).toHaveProperty([place])
  const files = { ...made.files, [place]: authority }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true })
    writeFileSync(join(source, path), text)
  }
  const tools = await manifestTools()
  try {
    return await tools.objectsOf(files)
  } finally {
    tools.end()
  }
}

/** The pod that the scaffold's Deployment describes, in a cluster whose services are vouched for by one authority. */
function podOf(authority: string): StartedPod {
  const url = `postgresql://app:${password}@${hosts.database}:5432/app`
  const pod = startedPod(deploymentIn(objects), {
    secrets: { 'orders-postgres': { url } },
    configMaps: {
      'orders-collector-authority': { 'authority.pem': authority },
      ...Object.fromEntries(
        objects.flatMap((object) => (isConfigMap(object) ? [[object.metadata.name, object.data]] : [])),
      ),
    },
    fields: { 'metadata.name': 'orders-1', 'metadata.namespace': 'orders' },
  })
  // The certificate of AWS is known to every image; that of the store here is not.
  return { ...pod, environment: { ...pod.environment, AWS_CA_BUNDLE: '/etc/collector/authority.pem' } }
}

function isConfigMap(object: KubernetesObject): object is KubernetesObject & { data: Record<string, string> } {
  return object.kind === 'ConfigMap'
}

/** A start with a database that shows this certificate. */
function withDatabase(image: Container, certificate: ServerCertificate, lock: Lock): Promise<Seen> {
  const { store: _, collector: __, ...alone } = around
  return observe(image, { ...alone, database: { ...alone.database, certificate } }, lock)
}

const logged = ({ lines }: Seen) => lines.map((line) => JSON.parse(line) as Record<string, unknown>)

/** The selectors of an expression of PromQL: the series, and the labels that it asks for. */
function selectorsOf(expr: string): Array<{ name: string; labels: Array<[label: string, value: string]> }> {
  return [...expr.matchAll(/([A-Za-z_:][\w:]*)\{([^}]*)\}/g)].map(([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
  }))
}

/** What an expression asks of the application itself and the application does not export. What the platform measures, and what a scrape adds, is not looked for. */
function missing(expr: string): string[] {
  return selectorsOf(expr)
    .filter(({ name }) => !/^(up|kube_.*|container_.*)$/.test(name))
    .filter(({ name, labels }) => {
      const own = labels.filter(([label]) => label !== 'namespace' && label !== 'service')
      return !seen.series?.some(
        (one) =>
          one.name === name &&
          own.every(([label, value]) => new RegExp(`^(?:${value})$`).test(one.labels[label] ?? '')),
      )
    })
    .map(({ name }) => name)
}

describe('an application with FastAPI, PostgreSQL and S3, scaffolded for EKS under HIPAA,', () => {
  it('passes its own strict gate, unchanged', async () => {
    const gate = await gateOfToday()
    try {
      const { verdict, said } = await gate.judge(source)
      expect(verdict, said).toMatchObject({ outcome: 'passed', exitCode: 0, extendsStrict: true, against: [] })
    } finally {
      gate.end()
    }
  })

  it('runs as its own user, without a capability or a way to a new privilege, and ends when it is asked to', () => {
    expect(seen.process).toMatchObject({
      Uid: expect.stringMatching(/^65532\t65532\t/) as string,
      CapEff: '0000000000000000',
      CapBnd: '0000000000000000',
      NoNewPrivs: '1',
    })
    expect(seen.exit).toBe(0)
  })

  it('keeps an order in PostgreSQL 17, and every connection has TLS', () => {
    expect(seen.order).toEqual([201, '{"id":1}'])
    expect(seen.database?.version).toMatch(/^17\./)
    expect(seen.database?.rows).toEqual([{ id: 1, item: 'lamp' }])
    expect(seen.database?.connections.length).toBeGreaterThan(0)
    for (const connection of seen.database?.connections ?? [])
      expect(connection).toEqual({ ssl: true, version: expect.stringMatching(/^TLSv1\.[23]$/) as string })
  })

  it.each(['database of another authority', 'database of another name'] as const)(
    'does not start with a %s',
    (which) => {
      const { exit, lines } = refused[which]
      expect(exit, lines.join('')).not.toBe(0)
      expect(lines.join('\n')).toContain('CERTIFICATE_VERIFY_FAILED')
    },
  )

  it('keeps a receipt in the store', () => {
    expect(seen.objects).toEqual({ 'orders/1.txt': 'lamp' })
  })

  it('writes nothing but JSON, with time and level: its own lines, requests, and the traceback of an error', () => {
    for (const line of logged(seen))
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        level: expect.stringMatching(/^(debug|info|warning|error|critical)$/) as string,
      })
    expect(logged(seen)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ logger: 'orders', message: 'order 1 is kept', trace_id: trace }),
        expect.objectContaining({
          logger: 'uvicorn.access',
          message: expect.stringMatching(/"POST \/orders HTTP\/1\.1" 201$/) as string,
        }),
        expect.objectContaining({ level: 'error', exception: expect.stringContaining('AttributeError') as string }),
      ]),
    )
  })

  it('exports each series that an alert or a panel asks it for, also those of an error', () => {
    expect(seen.wrong?.[0]).toBe(500)
    const rule = objects.find(({ kind }) => kind === 'PrometheusRule') as unknown as {
      spec: { groups: Array<{ name: string; rules: Array<{ alert: string; expr: string }> }> }
    }
    const alerts = rule.spec.groups.flatMap(({ rules }) => rules)
    expect(alerts.map(({ alert }) => alert)).toEqual(
      expect.arrayContaining(['OrdersNotScraped', 'OrdersErrorsFast', 'OrdersErrorsSlow', 'OrdersSlow']),
    )
    const board = JSON.parse(readFileSync(join(source, 'deploy/kubernetes/base/dashboard.json'), 'utf8')) as {
      panels: Array<{ title: string; targets: Array<{ expr: string }> }>
    }
    const asked = [...alerts, ...board.panels.flatMap(({ targets }) => targets)].map(({ expr }) => expr)
    expect(asked.flatMap(missing)).toEqual([])
    expect(missing('rate(nobody_exports_total{namespace="orders"}[5m])')).toEqual(['nobody_exports_total'])
    expect(missing('rate(http_requests_total{status=~"7.."}[5m])')).toEqual(['http_requests_total'])
  })

  it("sends the caller's trace to the collector by TLS: the request, what it asks of database and store, and which pod it was; and no probe", () => {
    expect(seen.traced, seen.lines.join('')).toBe(true)
    const collected = seen.collected ?? ''
    const spans = [...collected.matchAll(/Trace ID\s*: (\w+)[^]*?Name\s*: (.+)/g)].map(([, id, name]) => ({ id, name }))
    const names = spans.filter(({ id }) => id === trace).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['POST /orders', 'INSERT', 'S3.PutObject']))
    for (const said of ['service.name: Str(orders)', 'k8s.pod.name: Str(orders-1)', 'k8s.namespace.name: Str(orders)'])
      expect(collected).toContain(said)
    expect(spans.map(({ name }) => name).filter((name) => /GET \/(health|ready|metrics)/.test(name ?? ''))).toEqual([])
  })

  it('sends no trace to a collector of another authority, and serves all the same', () => {
    expect({ traced: unbelieved.traced, order: unbelieved.order?.[0], exit: unbelieved.exit }).toEqual({
      traced: false,
      order: 201,
      exit: 0,
    })
  })
})
