import { describe, expect, it } from 'vitest'
import { auditOf, saidOf } from './audit-of.ts'

const secret = 'practice-environment-secret'
const service = (keys: string) => `services: {web: {image: "a:1.0.0", ${keys}}}\n`
const deployment = (metadata: string, template: string, container = '') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, ${metadata}}\nspec: {template: {metadata: {${template}}, spec: {containers: [{name: c, image: "a:1.0.0"${container}}]}}}\n`

describe('a credential in a label', () => {
  it.each([
    ['as a map', service('labels: {shop.db.password: hunter2hunter2}')],
    ['as a list', service('labels: ["shop.db.password=hunter2hunter2"]')],
    ['of the service in a swarm', service('deploy: {labels: {shop.db.password: hunter2hunter2}}')],
    ['of the image', service('build: {context: ., labels: ["shop.db.password=hunter2hunter2"]}')],
    ['as an annotation of a container', service('annotations: {shop.db.password: hunter2hunter2}')],
    ['of an object', deployment('annotations: {shop.db.password: hunter2hunter2}', '')],
    [
      'of a task',
      '{"family": "f", "containerDefinitions": [{"name": "c", "image": "a:1", "dockerLabels": {"shop.db.password": "hunter2hunter2"}}]}',
    ],
    ['of a pod', deployment('', 'annotations: {shop.db.password: hunter2hunter2}')],
  ])('%s', async (_what, text) => {
    expect(saidOf(await auditOf({ 'a.yaml': text }), secret)).toEqual([
      'fail: label shop.db.password holds a credential',
    ])
  })

  it('by its form', async () => {
    const text = deployment('annotations: {a.example.com/source: "https://shop:hunter2hunter2@git.example.com/a"}', '')
    expect(saidOf(await auditOf({ 'a.yaml': text }), secret)).toEqual([
      'fail: label a.example.com/source holds a credential',
    ])
  })

  it.each([
    ['the name of a Secret', deployment('annotations: {nginx.ingress.kubernetes.io/auth-secret: shop-users}', '')],
    ['a switch', deployment('', 'annotations: {a.example.com/inject-token: "true"}')],
    ['an ordinary label', service('labels: {traefik.http.routers.shop.rule: "Host(`shop.example.com`)"}')],
    ['a variable', service('labels: ["shop.db.password=${PASSWORD}"]')],
  ])('and not %s', async (_what, text) => {
    expect(saidOf(await auditOf({ 'a.yaml': text }), secret)).toEqual([
      'pass: no variable or argument that looks like a credential',
    ])
  })
})

describe('a credential that a logging driver gets', () => {
  it.each([
    ['a service', service('logging: {driver: splunk, options: {splunk-token: 12ab-cdef-34567890}}')],
    [
      'a task',
      '{"containerDefinitions": [{"name": "c", "image": "a:1", "logConfiguration": {"options": {"splunk-token": "12ab-cdef-34567890"}}}]}',
    ],
  ])('by %s', async (_what, text) => {
    expect(saidOf(await auditOf({ 'a.yaml': text }), secret)).toEqual([
      'fail: log option splunk-token holds a credential',
    ])
  })

  it('by a docker run line, as its labels and annotations do', async () => {
    const dockerRun =
      'docker run --log-opt splunk-token=12ab-cdef-34567890 -l db.password=hunter2hunter2 --annotation api.token=hunter2hunter2 --log-opt max-size=10m a:1'
    expect(saidOf(await auditOf({}, { dockerRun }), secret)).toEqual([
      'fail: label db.password holds a credential',
      'fail: label api.token holds a credential',
      'fail: log option splunk-token holds a credential',
    ])
  })
})

describe('a credential among the options of a volume', () => {
  const volume = (options: string) =>
    `services:\n  a: {image: "a:1.0.0", volumes: ["files:/x"]}\n  b: {image: "a:1.0.0", volumes: ["files:/x"]}\nvolumes: {files: {driver_opts: ${options}}}\n`
  it.each([
    ['{type: cifs, device: //host/share, o: "username=a,password=hunter2hunter2,vers=3.0"}', 'o'],
    ['{type: s3, secret_key: hunter2hunter2}', 'secret_key'],
  ])('%s', async (options, name) => {
    const { controls } = await auditOf({ 'compose.yaml': volume(options) })
    expect(controls.find(({ id }) => id === secret)?.evidence.filter(({ status }) => status === 'fail')).toMatchObject([
      { about: 'a', found: `volume option ${name} holds a credential`, line: 4 },
    ])
  })

  it('and not one from a variable', async () => {
    const text = volume('{type: cifs, device: //host/share, o: "username=a,password=${PASSWORD}"}')
    expect(saidOf(await auditOf({ 'compose.yaml': text }), secret)).toEqual([
      'pass: no variable or argument that looks like a credential',
      'pass: no variable or argument that looks like a credential',
    ])
  })

  it.each([
    [`'type=volume,source=s,target=/x,"volume-opt=o=addr=192.0.2.7,username=a,password=hunter2hunter2"'`, 'o'],
    [`type=volume,dst=/x,volume-driver=s3,volume-opt=secret_key=hunter2hunter2`, 'secret_key'],
  ])('of a docker run line: %s', async (mount, name) => {
    const audited = await auditOf({}, { dockerRun: `docker run --mount ${mount} a:1` })
    expect(saidOf(audited, secret)).toEqual([`fail: volume option ${name} holds a credential`])
  })

  it('of a task, once', async () => {
    const mounting = (name: string) =>
      `{"name": "${name}", "image": "a:1", "mountPoints": [{"sourceVolume": "v", "containerPath": "/x"}]}`
    const options = '{"type": "cifs", "device": "//host/share", "o": "username=a,password=hunter2hunter2"}'
    const text = `{"containerDefinitions": [${mounting('a')}, ${mounting('b')}],
      "volumes": [{"name": "v", "dockerVolumeConfiguration": {"driverOpts": ${options}}}]}`
    expect(saidOf(await auditOf({ 'a.json': text }), secret)).toEqual([
      'fail: volume option o holds a credential',
      'pass: no variable or argument that looks like a credential',
    ])
  })
})

describe('a probe that asks another host says nothing about the container', () => {
  const probed = async (probes: string) =>
    saidOf(await auditOf({ 'a.yaml': deployment('', '', `, ${probes}`) }), 'cis-5.27')

  it.each([
    'livenessProbe: {httpGet: {host: example.com, port: 80}}',
    'readinessProbe: {tcpSocket: {host: 10.0.0.1, port: 80}}',
    'livenessProbe: {httpGet: {host: localhost, port: 80}}',
  ])('%s', async (probe) => {
    expect(await probed(probe)).toEqual(['fail: its health check asks another host'])
  })

  it.each([
    'livenessProbe: {httpGet: {path: /, port: 80}}',
    'livenessProbe: {httpGet: {host: example.com, port: 80}}, readinessProbe: {tcpSocket: {port: 80}}',
    'startupProbe: {exec: {command: [a]}}',
  ])('and %s does', async (probe) => {
    expect(await probed(probe)).toEqual(['pass: a health check is defined'])
  })

  it('one whose host nobody knows is for people', async () => {
    expect(await probed('livenessProbe: {tcpSocket: {host: "${HOST}", port: 80}}')).toEqual([
      expect.stringMatching(/^manual: /),
    ])
  })
})
