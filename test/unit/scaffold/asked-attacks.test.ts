import { describe, expect, it } from 'vitest'
import { isFilledIn, targetNames } from '../../../src/scaffold/index.ts'
import { records } from './records.ts'

const policy = 'deploy/kubernetes/base/network-policy.yaml'
const namespace = 'deploy/kubernetes/overlays/production/namespace.yaml'
const deployment = 'deploy/kubernetes/base/deployment.yaml'
const task = 'deploy/ecs/task-definition.json'
const made = records({ targets: targetNames, host: 'records.example.com' })

async function accepts(path: string, from: string | RegExp, to: string): Promise<boolean> {
  const generated = (await made).files[path] ?? ''
  expect(generated).toMatch(from)
  return isFilledIn(path, generated.replace(from, to), generated)
}

const added = (peer: string, port: number) =>
  accepts(
    policy,
    /\n*$/,
    `\n    - to:\n        - ${peer}\n      ports:\n        - protocol: TCP\n          port: ${port}\n`,
  )
const block = (cidr: string) => `ipBlock: { cidr: ${cidr} }`
const neighbour = (name: string) => `namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${name} } }`

describe('outgoing traffic that is added', () => {
  it.each<[peer: string, port: number]>([
    [block('10.20.0.0/16'), 443],
    [block('100.100.101.0/24'), 443],
    [block('168.63.128.0/24'), 443],
    [block('223.255.255.0/24'), 443],
    [neighbour('search'), 9200],
    [`podSelector: { matchLabels: { k8s-app: node-local-dns } }\n          ${neighbour('kube-system')}`, 53],
  ])('may go to %s on %i', async (peer, port) => {
    expect(await added(peer, port)).toBe(true)
  })

  it.each<[peer: string, port: number]>([
    [block('168.63.129.16/32'), 80],
    [block('168.63.129.0/24'), 80],
    [block('168.63.129.17/28'), 80],
    [block('100.100.100.200/32'), 80],
    [block('100.100.100.1/24'), 80],
    [block('100.100.0.0/16'), 80],
    [block('192.0.0.192/32'), 80],
    [block('192.0.0.0/24'), 80],
    [block('169.254.170.2/32'), 80],
    [block('127.0.0.1/32'), 80],
    [block('224.0.0.1/32'), 80],
    [block('255.255.255.255/32'), 80],
    [block('"fd00:ec2::254/128"'), 80],
    [block('"fd00:ec2::/32"'), 80],
    [block('"::ffff:169.254.169.254/128"'), 80],
    [block('10.20.0.0/20'), 10_250],
    [neighbour('search'), 10_255],
    [neighbour('kube-system'), 10_250],
    [neighbour('kube-system'), 443],
  ])('may not go to %s on %i: the metadata of a cloud, or a node', async (peer, port) => {
    expect(await added(peer, port)).toBe(false)
  })

  it('may not go there in place of the addresses that are left to an administrator either', async () => {
    expect(await accepts(policy, 'cidr: 192.0.2.0/24', 'cidr: 100.100.100.200/32')).toBe(false)
    expect(await accepts(policy, 'cidr: 192.0.2.0/24', 'cidr: 100.100.0.0/16')).toBe(false)
    expect(await accepts(policy, 'cidr: 192.0.2.0/24', 'cidr: 100.101.0.0/16')).toBe(true)
  })
})

const inherited = ['toString', 'constructor', 'valueOf', 'hasOwnProperty', '__proto__']

describe('names that every object of JavaScript has are drift, and no failure:', () => {
  it.each(inherited)('%s', async (name) => {
    const changes: Array<[path: string, from: string | RegExp, to: string]> = [
      [namespace, 'metadata:\n', `metadata:\n  annotations: { ${name}: x }\n`],
      [namespace, '  labels:\n', `  labels:\n    ${name}: x\n`],
      [task, '"cpu": "256"', `"cpu": "${name}"`],
      [task, '{', `{ "${name}": "x",`],
      [task, '"cpu": 224', `"${name}": { "cpu": 1 }, "cpu": 224`],
      [deployment, 'cpu: 200m', `cpu: { ${name}: x }`],
      [deployment, '            limits:\n', `            ${name}: { cpu: 1 }\n            limits:\n`],
      [deployment, 'sizeLimit: 64Mi', `sizeLimit: { ${name}: x }`],
      ['compose.yaml', /\/tmp:size=.*/, `{ ${name}: x }`],
      ['deploy/ecs/service.json', '"desiredCount": 3', `"desiredCount": { "${name}": 3 }`],
    ]
    for (const [path, from, to] of changes) expect(await accepts(path, from, to)).toBe(false)
  })
})

describe('YAML that other programs read otherwise is drift:', () => {
  it.each<[what: string, path: string, from: string | RegExp, to: string]>([
    ['a set, which shows no keys', policy, 'podSelector: {}', 'podSelector: !!set { matchLabels }'],
    ['a version of YAML', policy, /^/, '%YAML 1.1\n---\n'],
    ['an unknown tag', deployment, 'runAsNonRoot: true', 'runAsNonRoot: !own true'],
    ['more brackets than a parser can follow', namespace, /[^]*/, '['.repeat(100_000)],
  ])('%s', async (_, path, from, to) => {
    expect(await accepts(path, from, to)).toBe(false)
  })
})
