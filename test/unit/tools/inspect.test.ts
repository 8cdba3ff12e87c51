import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { Configuration, Size } from '../../../src/model/index.ts'
import { parseEfficiency } from '../../../src/tools/dive/output.ts'
import {
  extractConfiguration,
  extractLayout,
  inspectImage,
  listLayers,
  packArchive,
  unpackArchive,
} from '../../../src/tools/inspect/command.ts'
import { parseInspection, parseLayerList, toConfiguration, toSize } from '../../../src/tools/inspect/output.ts'

const recorded = (name: string) => readFileSync(new URL(`../../fixtures/inspect/${name}`, import.meta.url), 'utf8')
const small = recorded('small-1.2.0.json')
const debian = recorded('debian-1.2.0.json')
const dive = parseEfficiency(readFileSync(new URL('../../fixtures/dive/small-0.13.1.json', import.meta.url), 'utf8'))

/** The recorded document with the value at a path, e.g. `layers.0.unpacked`, replaced; undefined removes it. */
function changed(path: string, value: unknown): string {
  const document = JSON.parse(small) as Record<string, unknown>
  const keys = path.split('.')
  const holder = keys.slice(0, -1).reduce((node, key) => node[key] as Record<string, unknown>, document)
  holder[keys.at(-1) ?? ''] = value
  return JSON.stringify(document)
}

describe('inspect', () => {
  it('is called by argument list', () => {
    expect(inspectImage('/archive.tar')).toEqual(['image', '/archive.tar'])
    expect(listLayers('/archive.tar')).toEqual(['layers', '/archive.tar'])
    expect(extractLayout(['/a.tar', '/b.tar'], '/layout')).toEqual(['extract', '/a.tar', '/b.tar', '/layout'])
    expect(unpackArchive('/archive.tar', '/layout')).toEqual(['unpack', '/archive.tar', '/layout'])
    expect(packArchive('/layout', '/a.tar', ['index.json', 'blobs'])).toEqual([
      'pack',
      '/layout',
      '/a.tar',
      'index.json',
      'blobs',
    ])
    expect(extractConfiguration('/archive.tar', '/config.json')).toEqual(['config', '/archive.tar', '/config.json'])
  })

  it('reads what was recorded from a small image', () => {
    const inspection = parseInspection(small)
    expect(inspection).toMatchObject({
      digest: 'sha256:3b8cc1eab2243b38ac2d8b2e542a334d8b75610c9f5ca90c5d579176fde6e922',
      platform: 'linux/amd64',
      archiveKind: 'oci-archive',
    })
    expect(inspection.user).toEqual({ resolves: true, byName: false, listed: true, uid: 10001, gid: 10001 })
  })

  it('makes the configuration evidence [fault 38]', () => {
    const configuration = Configuration.parse(toConfiguration(parseInspection(small)))
    expect(configuration).toEqual({
      user: '10001:10001',
      entrypoint: ['/usr/bin/tool', '--api-key=<redacted>'],
      cmd: ['serve'],
      workingDir: '/srv',
      environment: ['PATH', 'DATABASE_URL', 'MODE'],
      suspectedSecrets: [
        { name: 'DATABASE_URL', where: 'environment' },
        { name: 'deploy.token', where: 'label' },
        { name: '--api-key', where: 'history' },
      ],
      labels: { 'deploy.token': '<redacted>', 'org.opencontainers.image.title': 'small probe' },
      exposedPorts: ['8080/tcp'],
      volumes: ['/data'],
      healthcheck: {
        test: ['CMD', '/usr/bin/tool', 'check'],
        intervalSeconds: 10,
        timeoutSeconds: 2,
        startPeriodSeconds: 0,
        retries: 5,
      },
      stopSignal: 'SIGINT',
      setuid: [{ path: '/usr/bin/tool', mode: '4755', bytes: 2 }],
      worldWritable: [],
      shells: [],
      packageManagers: [],
      packageCaches: [],
      sshServers: [],
      privileges: [],
      pathLayers: { '/usr/bin/tool': parseInspection(small).layers[3]?.diffId },
      records: {
        databases: [],
        unreadable: [],
        systems: [],
        goneCount: 0,
        gone: [],
        changedCount: 0,
        changed: [],
        unownedCount: 0,
        unowned: [],
        listsMissing: 0,
        releases: [],
      },
    })
  })

  it('makes the configuration evidence of a distribution [fault 25]', () => {
    const configuration = Configuration.parse(toConfiguration(parseInspection(debian)))
    expect(configuration).toMatchObject({
      user: 'app',
      shells: ['/usr/bin/bash', '/usr/bin/dash', '/usr/bin/rbash', '/usr/bin/sh'],
      sshServers: ['/usr/sbin/sshd'],
      packageCaches: [{ path: '/home/app/.cache/pip', bytes: 6 }],
      worldWritable: [{ path: '/open', mode: '0777', bytes: 0 }],
    })
    expect(configuration.setuid).toHaveLength(10)
    expect(configuration.records).toMatchObject({
      databases: [{ name: 'dpkg', packages: 88 }],
      systems: [{ id: 'debian', versionId: '12' }],
      releases: [{ name: 'base-files' }],
    })
    expect(configuration).not.toHaveProperty('healthcheck')
  })

  it('says which layer brought each path', () => {
    const { layers } = parseInspection(debian)
    const [fromBase, fromRun] = layers.map(({ diffId }) => diffId)
    const { pathLayers, ...configuration } = toConfiguration(parseInspection(debian))
    expect(pathLayers).toMatchObject({
      '/usr/bin/bash': fromBase,
      '/usr/bin/apt': fromBase,
      '/usr/bin/passwd': fromBase,
      '/open': fromRun,
      '/usr/sbin/sshd': fromRun,
      '/home/app/.cache/pip': fromRun,
    })
    const listed = [configuration.setuid, configuration.worldWritable, configuration.packageCaches].flatMap((files) =>
      files.map(({ path }) => path),
    )
    expect(Object.keys(pathLayers ?? {}).toSorted()).toEqual(
      [
        ...new Set([...listed, ...configuration.shells, ...configuration.packageManagers, ...configuration.sshServers]),
      ].toSorted(),
    )
  })

  it('says what is started, and what it lacks [fault 103]', () => {
    const program = {
      path: '/app/serve',
      by: 'ENTRYPOINT',
      first: true,
      libraries: 2,
      missing: [{ name: 'libpq.so.5', neededBy: '/app/serve' }],
      unread: [],
    }
    const started = (value: unknown) =>
      Configuration.parse(toConfiguration(parseInspection(changed('started', value)))).started
    expect(started([program])).toEqual([program])
    expect(started([])).toEqual([])
    expect(() => started([{ ...program, by: 'ONBUILD' }])).toThrow('started')
    expect(() => started([{ ...program, missing: undefined }])).toThrow('started')
  })

  it('makes the size evidence from inspect and dive', () => {
    const size = Size.parse(toSize(parseInspection(small), dive))
    expect(size).toMatchObject({ unpacked: 30022, efficiency: 0.300153966127452, wasted: 100000 })
    expect(size.compressed).toBe(size.layers.reduce((sum, { compressed }) => sum + compressed, 0))
    expect(size.largest[0]).toEqual({ path: '/srv/data', bytes: 30000 })
  })

  it('counts an uncompressed layer as gzip holds it', () => {
    const inspection = parseInspection(changed('layers.0.compressed', 10_240))
    const size = toSize(inspection, dive)
    expect(size.layers[0]?.compressed).toBe(inspection.layers[0]?.gzipped)
    expect(size.compressed).toBe(inspection.gzipped)
  })

  it('refuses a measure of other layers', () => {
    const inspection = parseInspection(small)
    expect(() => toSize(inspection, { ...dive, layers: dive.layers.slice(1) })).toThrow('found 5')
    expect(() => toSize(inspection, { ...dive, layers: dive.layers.toReversed() })).toThrow('found different ones')
    expect(() => toSize(inspection, { ...dive, layers: [undefined] })).toThrow('found 1')
  })

  it('believes a measure of an image without history, which Dive cannot name the layers of', () => {
    const inspection = parseInspection(small)
    const unnamed = inspection.layers.map(() => undefined)
    expect(toSize(inspection, { ...dive, layers: unnamed })).toEqual(toSize(inspection, dive))
  })

  it('spells platforms as they are asked for', () => {
    const platform = (value: object) => parseInspection(changed('platform', value)).platform
    expect(platform({ os: 'linux', architecture: 'arm64', variant: 'v8' })).toBe('linux/arm64')
    expect(platform({ os: 'linux', architecture: 'arm', variant: 'v7' })).toBe('linux/arm/v7')
    expect(platform({ os: 'linux', architecture: 'amd64', variant: '' })).toBe('linux/amd64')
  })

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['an empty document', '{}'],
    ['a truncated document', small.slice(0, small.length / 2)],
    ['a list', '[]'],
    ['null', 'null'],
    ['text', 'expected an image archive'],
    ['a newer version', changed('schemaVersion', 4)],
    ['an unknown key', changed('more', true)],
    ['no layers', changed('layers', undefined)],
    ['a digest that is not valid', changed('digest', 'sha256:1')],
    ['a platform that is none', changed('platform.os', 'Linux OS')],
    ['a negative size', changed('unpacked', -1)],
  ])('cannot read %s [fault 6]', (_title, text) => {
    expect(() => parseInspection(text)).toThrow(DeliveryError)
    expect(() => parseInspection(text)).toThrow(/^(inspect |expected JSON from inspect[,;])/)
  })

  it('reads the layers of a base, which are the first ones of what is built on it', () => {
    const base = parseLayerList(recorded('debian-base-layers-1.1.0.json'))
    expect(base).toMatchObject({
      platform: 'linux/amd64',
      layers: [{ diffId: parseInspection(debian).layers[0]?.diffId }],
    })
  })

  it.each(['', '{}', '{"schemaVersion":2', recorded('layout-1.1.0.json'), small])(
    'cannot read a list of layers that is %j',
    (text) => {
      expect(() => parseLayerList(text)).toThrow(DeliveryError)
    },
  )
})
