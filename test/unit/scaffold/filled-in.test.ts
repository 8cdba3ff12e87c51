import { describe, expect, it } from 'vitest'
import { isFilledIn } from '../../../src/scaffold/index.ts'
import { scaffoldOf } from './applications.ts'

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
