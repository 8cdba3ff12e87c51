import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { isFilledIn } from '../../../src/scaffold/index.ts'
import { records } from './records.ts'
import { documentsOf, objectFaults } from './schemas.ts'

const base = 'deploy/kubernetes/base'
const own = { host: 'records.example.com' }

/** What the schemas of Kubernetes and of custom resources say against every object. */
async function faultsOf(answers: Record<string, unknown>): Promise<string[]> {
  const { files } = await records(answers)
  return Object.entries(files)
    .filter(([path]) => path.startsWith(`${base}/`) && path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
    .flatMap(([, text]) => documentsOf(text).flatMap(objectFaults))
}

it.each([{}, own, { identity: 'irsa' }, { ...own, cluster: 'other' }])('objects for %j are valid', async (answers) => {
  expect(await faultsOf(answers)).toEqual([])
})

describe('a service that is reached from outside', () => {
  it('has a load balancer on EKS with HTTPS alone, which sends to pods that are let in from its subnets', async () => {
    const { files } = await records(own)
    const ingress = parse(files[`${base}/ingress.yaml`] ?? '') as { metadata: { annotations: Record<string, string> } }
    expect(ingress.metadata.annotations).toMatchObject({
      'alb.ingress.kubernetes.io/listen-ports': '[{"HTTPS":443}]',
      'alb.ingress.kubernetes.io/certificate-arn': 'arn:aws:acm:REGION:000000000000:certificate/CERTIFICATE-ID',
      'alb.ingress.kubernetes.io/ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
      'alb.ingress.kubernetes.io/target-type': 'ip',
    })
    expect(files[`${base}/kustomization.yaml`]).toContain('- ingress.yaml\n')
    expect(files[`${base}/network-policy.yaml`]).toContain('cidr: 203.0.113.0/24')
    expect(files['deploy/kubernetes/overlays/production/namespace.yaml']).toContain(
      'pod-readiness-gate-inject: enabled',
    )
    const filled = (files[`${base}/ingress.yaml`] ?? '')
      .replace('000000000000', '123456789012')
      .replace('REGION', 'eu-central-1')
      .replace('CERTIFICATE-ID', '0a1b2c3d-0000-4000-8000-0123456789ab')
      .replace('ACCESS-LOGS', 'clinic-logs')
    expect(isFilledIn(`${base}/ingress.yaml`, filled, files[`${base}/ingress.yaml`] ?? '')).toBe(true)
  })

  it('has a route to the Gateway of another cluster', async () => {
    const { files } = await records({ ...own, cluster: 'other' })
    expect(parse(files[`${base}/http-route.yaml`] ?? '')).toMatchObject({
      spec: { hostnames: ['records.example.com'] },
    })
    expect(files).not.toHaveProperty([`${base}/ingress.yaml`])
    expect(files[`${base}/network-policy.yaml`]).toContain('metadata.name: ingress')
  })

  it('is not, unless somebody says so', async () => {
    const { files } = await records()
    expect(files).not.toHaveProperty([`${base}/ingress.yaml`])
    expect(files).not.toHaveProperty([`${base}/http-route.yaml`])
  })
})

describe('secrets in a cluster', () => {
  it('are copied from its store, under the names that ECS has them by, and no other', async () => {
    const { files } = await records()
    const secrets = parseAllDocuments(files[`${base}/external-secrets.yaml`] ?? '').map((document) =>
      document.toJS(),
    ) as Array<{ spec: { target: { name: string }; data: object[] } }>
    expect(secrets.map(({ spec }) => [spec.target.name, spec.data])).toEqual([
      ['records-postgres', [{ secretKey: 'url', remoteRef: { key: 'records/postgres/url' } }]],
    ])
    expect(files['deploy/ecs/task-definition.json']).toContain(':secret:records/postgres/url"')
  })

  it('are none where the code reads none', async () => {
    const { files } = await records({}, { 'app.py': 'app = FastAPI()\n@app.get("/health")\n' })
    expect(files).not.toHaveProperty([`${base}/external-secrets.yaml`])
  })
})

describe('AppArmor', () => {
  it('is asked for, but not on EKS, whose nodes refuse such a pod', async () => {
    const profile = 'appArmorProfile:\n          type: RuntimeDefault'
    expect((await records({ cluster: 'other' })).files[`${base}/deployment.yaml`]).toContain(profile)
    expect((await records()).files[`${base}/deployment.yaml`]).not.toContain('appArmor')
    // Docker gives its own profile to each container for which nothing is said.
    expect((await records()).files['compose.yaml']).not.toContain('apparmor')
  })
})
