import { describe, expect, it } from 'vitest'
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
