import { describe, expect, it } from 'vitest'
import { emptyContainer, type Fact } from '../../../src/audit/container.ts'
import { withOthers } from '../../../src/audit/input/of-others.ts'
import { auditOf, auditOfNamed, saidOf } from './audit-of.ts'

describe('what a container takes from another one', () => {
  const compose = (services: string) => auditOfNamed(`services:\n${services}`, 'compose.yaml')

  it('mounts, also those that the other one takes itself', async () => {
    const document = await compose(
      '  a: {image: "a:1.0.0", volumes_from: ["b:ro"]}\n  b: {image: "b:1.0.0", volumes_from: [c]}\n  c: {image: "c:1.0.0", volumes_from: [a], volumes: ["/etc:/e"]}\n',
    )
    expect(saidOf(document, 'cis-5.6')).toEqual(Array(3).fill('fail: /etc of the host on /e'))
  })

  it.each([['container:other'], ['container:other:ro']])('mounts of %s are not seen from here', async (named) => {
    const document = await compose(`  a: {image: "a:1.0.0", volumes_from: ["${named}"]}\n`)
    for (const control of ['cis-5.6', 'cis-5.32', 'practice-bind-mount'])
      expect(saidOf(document, control)).toEqual([
        'manual: takes the mounts of container:other, which is not seen from here',
      ])
  })

  it('nor those of another container of docker run', async () => {
    const document = await auditOf({}, { dockerRun: 'docker run --volumes-from other:ro a:1.0.0' })
    expect(saidOf(document, 'cis-5.6')).toEqual(['manual: takes the mounts of other, which is not seen from here'])
  })

  it('mounts of another container of a task', async () => {
    const task = {
      family: 'shop',
      containerDefinitions: [
        { name: 'a', image: 'a:1.0.0', volumesFrom: [{ sourceContainer: 'b' }] },
        { name: 'b', image: 'b:1.0.0', mountPoints: [{ sourceVolume: 'v', containerPath: '/e' }] },
      ],
      volumes: [{ name: 'v', host: { sourcePath: '/etc' } }],
    }
    expect(saidOf(await auditOfNamed(JSON.stringify(task), 'task.json'), 'cis-5.6')).toEqual(
      Array(2).fill('fail: /etc of the host on /e'),
    )
  })

  it.each([
    [
      'docker run',
      '--mount type=volume,volume-driver=local,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc,dst=/e',
    ],
    ['docker run with a disk', '--mount volume-opt=device=/dev/sda1,volume-opt=type=ext4,source=v,target=/e'],
  ])('a volume that is of the host by another name: %s', async (_what, flag) => {
    const document = await auditOf({}, { dockerRun: `docker run ${flag} a:1.0.0` })
    expect(saidOf(document, 'cis-5.6')).toEqual([expect.stringMatching(/^fail: \/(etc|dev\/sda1) of the host on \/e$/)])
  })

  it('and the volume of a task', async () => {
    const task = {
      family: 'shop',
      containerDefinitions: [
        { name: 'a', image: 'a:1.0.0', mountPoints: [{ sourceVolume: 'v', containerPath: '/e' }] },
      ],
      volumes: [
        {
          name: 'v',
          dockerVolumeConfiguration: { driver: 'local', driverOpts: { type: 'none', o: 'ro,bind', device: '/etc' } },
        },
      ],
    }
    expect(saidOf(await auditOfNamed(JSON.stringify(task), 'task.json'), 'cis-5.6')).toEqual([
      'fail: /etc of the host on /e',
    ])
  })

  it.each([
    ['cis-5.10', 'network_mode'],
    ['cis-5.16', 'pid'],
    ['cis-5.17', 'ipc'],
  ])('%s: the %s of the host by another service', async (control, key) => {
    const shared = await compose(
      `  a: {image: "a:1.0.0", ${key}: "service:b"}\n  b: {image: "b:1.0.0", ${key}: "service:c"}\n  c: {image: "c:1.0.0", ${key}: host}\n`,
    )
    expect(saidOf(shared, control)).toHaveLength(3)
    expect(saidOf(shared, control).every((said) => /^fail: shares .* with the host$/.test(said))).toBe(true)
    const own = await compose(
      `  a: {image: "a:1.0.0", ${key}: "service:b"}\n  b: {image: "b:1.0.0", ${key}: "service:a"}\n`,
    )
    expect(saidOf(own, control).every((said) => said.startsWith('pass'))).toBe(true)
    const unseen = await compose(`  a: {image: "a:1.0.0", ${key}: "container:x"}\n`)
    expect(saidOf(unseen, control)).toEqual([
      expect.stringMatching(/^manual: shares .* with container:x, which is not seen/),
    ])
  })
})

describe('thousands of containers that take from each other, as nobody writes them', () => {
  const fact = <T>(value: T): Fact<T> => ({ value, path: 'compose.yaml', line: 1 })
  const many = Array.from({ length: 12_000 }, (_, index) => index)
  const bare = (index: number) =>
    emptyContainer({ platform: 'compose', name: `s${index}`, path: 'compose.yaml', line: 1 })
  const host = fact({ kind: 'bind' as const, source: '/', target: '/host', readOnly: false, propagation: '' })

  it('have the mounts of those that are near, and of the rest none that is called seen', () => {
    const containers = many.map((index) => ({ ...bare(index), mounts: index === many.length - 1 ? [host] : [] }))
    const chain = new Map(many.slice(1).map((index) => [`s${index - 1}`, [fact(`s${index}`)]]))
    const read = withOthers(containers, chain)
    expect(read.every(({ mounts, mountsFrom }) => mounts.length + mountsFrom.length === 1)).toBe(true)
    expect(read.at(-2)?.mounts).toEqual([host])
    expect(read[0]?.mountsFrom.map(({ value }) => value)).toEqual(['s101'])
  })

  it('take no more of one that mounts everything than can be told of it', () => {
    const containers = many.map((index) => ({ ...bare(index), mounts: index === 0 ? many.map(() => host) : [] }))
    const star = new Map(many.slice(1).map((index) => [`s${index}`, [fact('s0')]]))
    const [all, ...others] = withOthers(containers, star)
    expect(all?.mounts).toHaveLength(many.length)
    expect(others.every(({ mounts, mountsFrom }) => mounts.length === 0 && mountsFrom.length === 1)).toBe(true)
  })

  it('are all in the namespace of the host where the last one is, and in a circle none is', () => {
    const shared = (last: string) =>
      withOthers(
        many.map((index) => ({
          ...bare(index),
          namespaces: { pid: fact(index === many.length - 1 ? last : `service:s${index + 1}`) },
        })),
        new Map(),
      )
    expect(shared('host').every(({ namespaces }) => namespaces.pid?.value === 'host')).toBe(true)
    expect(shared('service:s0').some(({ namespaces }) => namespaces.pid?.value === 'host')).toBe(false)
  })
})

it.each([
  [
    'docker run --security-opt systempaths=unconfined a:1.0.0',
    'fail: systempaths=unconfined: /proc and /sys are not masked',
  ],
  ['podman run --security-opt unmask=ALL a:1.0.0', 'fail: unmask=ALL: /proc and /sys are not masked'],
  [
    'docker run --security-opt "systempaths=$HOW" a:1.0.0',
    'manual: systempaths=${HOW}: /proc and /sys are not masked: a variable decides',
  ],
  ['docker run --security-opt systempaths=other a:1.0.0', 'pass: not privileged'],
])('%s: %s', async (line, said) => {
  expect(saidOf(await auditOf({}, { dockerRun: line }), 'cis-5.5')).toEqual([said])
})
