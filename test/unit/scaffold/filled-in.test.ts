import { describe, expect, it } from 'vitest'
import { isFilledIn } from '../../../src/scaffold/index.ts'
import { scaffoldOf } from './applications.ts'
import { records } from './records.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const zeros = `sha256:${'0'.repeat(64)}`
const overlay = 'deploy/kubernetes/overlays/production/kustomization.yaml'
const service = 'deploy/ecs/service.json'
const task = 'deploy/ecs/task-definition.json'
const run = 'deploy/cloud-run/service.yaml'
const made = scaffoldOf('go', { targets: ['kubernetes', 'ecs', 'cloud-run', 'compose'], name: 'orders' })

/** Whether a generated file still counts as that after a change by hand. */
async function accepted(path: string, change: (text: string) => string): Promise<boolean> {
  const generated = (await made).files[path] ?? ''
  const changed = change(generated)
  expect(changed).not.toBe(generated)
  return isFilledIn(path, changed, generated)
}

describe('what the instructions tell people to fill in is no drift:', () => {
  it('a digest that a release inserts, also where "kustomize edit" writes the file in its own way', async () => {
    expect(await accepted(overlay, (text) => text.replace(zeros, digest))).toBe(true)
    const edited = [
      'apiVersion: kustomize.config.k8s.io/v1beta1',
      'kind: Kustomization',
      'namespace: orders',
      'resources:',
      '- namespace.yaml',
      '- ../../base',
      'images:',
      `- digest: ${digest}`,
      '  name: registry.example.com/shop/orders',
      '  newName: registry.example.com/shop/orders',
      '',
    ].join('\n')
    expect(await accepted(overlay, () => edited)).toBe(true)
  })

  it('account, region, network and project', async () => {
    const filled = (text: string) =>
      text
        .replaceAll('000000000000', '123456789012')
        .replaceAll('REGION', 'eu-central-1')
        .replaceAll(/subnet-PRIVATE-[ABC]/g, 'subnet-0a1b2c3d4e5f60718')
        .replaceAll('sg-orders', 'sg-0a1b2c3d4e5f60718')
        .replaceAll('TARGET-GROUP', '0123456789abcdef')
    expect(await accepted(service, filled)).toBe(true)
    expect(await accepted(task, (text) => filled(text.replace(zeros, digest)))).toBe(true)
    const networked = (text: string) => text.replaceAll('PROJECT', 'shop-production').replaceAll('"default"', '"shop"')
    expect(await accepted(run, networked)).toBe(true)
    const namespaced = (text: string) => text.replace('metadata.name: ingress', 'metadata.name: ingress-nginx')
    expect(await accepted('deploy/kubernetes/base/network-policy.yaml', namespaced)).toBe(true)
  })
})

describe('what an administrator of EKS fills in is no drift:', () => {
  const policy = 'deploy/kubernetes/base/network-policy.yaml'
  const own = { identity: 'irsa', host: 'records.example.com' }
  const change = async (path: string, ...changes: ReadonlyArray<[from: string, to: string]>) => {
    const generated = (await records(own)).files[path] ?? ''
    const changed = changes.reduce((text, [from, to]) => {
      expect(text).toContain(from)
      return text.replaceAll(from, to)
    }, generated)
    return isFilledIn(path, changed, generated)
  }
  const peer = (indent: string, ...cidrs: string[]) =>
    cidrs.map((cidr) => `- ipBlock:\n${indent}    cidr: ${cidr}`).join(`\n${indent}`)
  const data = peer('        ', '192.0.2.0/24')
  const namespace = '- namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: '

  it('subnets of the database, of the endpoints and of the load balancer, one or several', async () => {
    expect(await change(policy, ['192.0.2.0/24', '10.20.0.0/20'])).toBe(true)
    expect(await change(policy, [data, peer('        ', '10.20.0.0/20', '10.20.16.0/20', '100.64.0.0/22')])).toBe(true)
    expect(await change(policy, ['198.51.100.0/24', '172.16.4.0/24'], ['203.0.113.0/24', '192.168.4.0/24'])).toBe(true)
  })

  it('a namespace for a database that is in the cluster after all, and addresses for one that is outside', async () => {
    expect(await change(policy, [data, `${namespace}databases`])).toBe(true)
    const inside = (await scaffoldOf('python-pip', { name: 'orders' })).files[policy] ?? ''
    expect(inside).toContain(`${namespace}data`)
    expect(isFilledIn(policy, inside.replace(`${namespace}data`, peer('        ', '10.20.0.0/20')), inside)).toBe(true)
    expect(isFilledIn(policy, inside.replace(`${namespace}monitoring`, peer('        ', '10.20.0.0/20')), inside)).toBe(
      false,
    )
  })

  it('the issuer of tokens, in the key of a condition', async () => {
    const trust = 'deploy/kubernetes/aws/trust-policy.json'
    const issuer = '0123456789ABCDEF0123456789ABCDEF'
    expect(
      await change(trust, ['ISSUER-ID', issuer], ['REGION', 'eu-central-1'], ['000000000000', '123456789012']),
    ).toBe(true)
    expect(await change(trust, ['ISSUER-ID', issuer], [':sub"', ':aud2"'])).toBe(false)
  })

  it.each([
    ['the whole internet', '0.0.0.0/0'],
    ['a network that is not private', '198.18.0.0/16'],
    ['a whole private network', '10.0.0.0/8'],
    ['text', 'anything'],
  ])('but not %s', async (_, cidr) => {
    expect(await change(policy, ['192.0.2.0/24', cidr])).toBe(false)
    expect(await change(policy, [data, peer('        ', '10.20.0.0/20', cidr)])).toBe(false)
  })

  it('but not another address for the Pod Identity agent, nor a namespace for the endpoints of AWS', async () => {
    const generated = (await records()).files[policy] ?? ''
    const drift = (from: string, to: string) => isFilledIn(policy, generated.replace(from, to), generated)
    expect(drift('169.254.170.23/32', '10.20.0.0/24')).toBe(false)
    expect(drift(peer('        ', '198.51.100.0/24'), `${namespace}anything`)).toBe(false)
    expect(drift('port: 5432', 'port: 5433')).toBe(false)
  })
})

describe('anything else is drift:', () => {
  it.each([
    ['a tag in place of a digest', overlay, zeros, 'latest'],
    ['another image', overlay, 'name: registry.example.com/shop/orders', 'name: registry.example.com/shop/other'],
    ['a weaker setting beside a digest', task, '"readonlyRootFilesystem": true', '"readonlyRootFilesystem": false'],
    ['a public address', service, '"assignPublicIp": "DISABLED"', '"assignPublicIp": "ENABLED"'],
    ['an account that is none', service, '000000000000', '12345'],
    ['a number as text', 'deploy/kubernetes/base/service.yaml', 'port: 80', 'port: "80"'],
    ['an open namespace selector', 'deploy/kubernetes/base/network-policy.yaml', 'kube-system', 'anything'],
    ['a key more', 'deploy/kubernetes/base/service.yaml', '  type: ClusterIP', '  type: ClusterIP\n  externalName: a'],
    ['text that is no YAML', overlay, 'kind: Kustomization', 'kind: ['],
    ['a file of another kind', 'compose.yaml', 'read_only: true', 'read_only: false'],
  ])('%s', async (_, path, from, to) => {
    expect(await accepted(path, (text) => text.replace(from, to))).toBe(false)
  })
})
