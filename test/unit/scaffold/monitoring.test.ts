import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

/** A FastAPI application with these packages besides its server, and this code besides its health endpoint. */
function scaffoldWith(packages: readonly string[], code = ''): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['kubernetes'],
      compliance: ['internal'],
      repository: 'https://git.example.com/shop/orders',
      name: 'orders',
    },
    treeOf({
      'requirements.txt': requirementsWith('uvicorn==0.38.0', ...packages.map((name) => `${name}==1.0.0`)),
      'app.py': `app = FastAPI()\n@app.get("/health")\n${code}\n`,
    }),
  )
}

interface Rule {
  alert: string
  expr: string
}

const base = 'deploy/kubernetes/base'
const rulesOf = ({ files }: Scaffold): Rule[] =>
  (
    parse(files[`${base}/prometheus-rule.yaml`] ?? '') as { spec: { groups: Array<{ rules: Rule[] }> } }
  ).spec.groups.flatMap(({ rules }) => rules)
const panelsOf = ({ files }: Scaffold): Array<{ title: string; targets: Array<{ expr: string }> }> =>
  (
    JSON.parse(files[`${base}/dashboard.json`] ?? '') as {
      panels: Array<{ title: string; targets: Array<{ expr: string }> }>
    }
  ).panels

describe('an application without a Prometheus client', () => {
  it('is not scraped, gets no alert that would always fire, and monitoring may not reach it', async () => {
    const made = await scaffoldWith([], '@app.get("/metrics")')
    expect(made.files).not.toHaveProperty(`${base}/service-monitor.yaml`)
    expect(made.files[`${base}/kustomization.yaml`]).not.toContain('service-monitor')
    expect(
      rulesOf(made)
        .map(({ expr }) => expr)
        .join('\n'),
    ).not.toContain('up{')
    expect(made.files[`${base}/network-policy.yaml`]).not.toContain('monitoring')
    expect(rulesOf(made)[0]).toMatchObject({
      alert: 'OrdersDown',
      expr: 'kube_deployment_status_replicas_available{namespace="orders", deployment="orders"} == 0',
    })
  })

  it('is not taken for one with a client because a path is called /metrics, nor for one with a path because a client is locked', async () => {
    expect((await scaffoldWith([], '@app.get("/metrics")')).application.metrics).toBeUndefined()
    expect((await scaffoldWith(['prometheus-client'])).application.metrics).toBeUndefined()
  })
})

describe('an application with a client of its own', () => {
  it('is scraped, and nothing is claimed of metrics whose names only its code knows', async () => {
    const made = await scaffoldWith(['prometheus-client'], '@app.get("/metrics")')
    expect(made.files).toHaveProperty(`${base}/service-monitor.yaml`)
    expect(rulesOf(made).map(({ alert }) => alert)).toContain('OrdersNotScraped')
    expect(
      rulesOf(made)
        .map(({ alert }) => alert)
        .join(),
    ).not.toMatch(/Errors|Slow/)
  })
})

describe('an application whose library measures requests', () => {
  const made = scaffoldWith(['prometheus-client', 'prometheus-fastapi-instrumentator'])

  it('has alerts on an objective for errors, by two windows each, and on latency', async () => {
    const rules = Object.fromEntries(rulesOf(await made).map(({ alert, expr }) => [alert, expr]))
    const share = (window: string) =>
      `(sum(rate(http_requests_total{namespace="orders", service="orders", status=~"5.."}[${window}])) / sum(rate(http_requests_total{namespace="orders", service="orders"}[${window}])))`
    expect(rules['OrdersErrorsFast']).toBe(`${share('1h')} > 0.0144 and ${share('5m')} > 0.0144`)
    expect(rules['OrdersErrorsSlow']).toBe(`${share('6h')} > 0.006 and ${share('30m')} > 0.006`)
    expect(rules['OrdersSlow']).toContain('http_request_duration_seconds_bucket{namespace="orders", service="orders"}')
  })

  it('has panels of rate, errors, latency and saturation', async () => {
    expect(
      panelsOf(await made)
        .map(({ title }) => title)
        .slice(0, 3),
    ).toEqual(['Requests a second', 'Share of errors', 'Seconds of the slowest hundredth'])
  })

  it('asks of every series that it is of its own namespace', async () => {
    const expressions = [
      ...rulesOf(await made).map(({ expr }) => expr),
      ...panelsOf(await made).map(({ targets }) => targets[0]?.expr ?? ''),
    ]
    const selectors = expressions.flatMap((expression) =>
      [...expression.matchAll(/\w\{([^}]*)\}/g)].map((match) => match[1]),
    )
    expect(selectors.length).toBeGreaterThan(20)
    expect(selectors.filter((selector) => !selector?.startsWith('namespace="orders", '))).toEqual([])
  })
})
