import { describe, expect, it } from 'vitest'
import { auditOf } from './audit-of.ts'

const object = (kind: string, body: string, apiVersion = 'example.com/v1') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\n${body}\n`
const image = 'name: c, image: "a:1.0.0"'
const pod = `{containers: [{${image}}]}`

// What an operator makes of an object nobody sees from here; where it holds a pod as well, that alone is not all of it.
describe('what stands beside the pods of an object is named as not judged', () => {
  it.each([
    [
      'the driver of a job',
      'SparkApplication',
      `spec: {driver: {securityContext: {privileged: true}, sidecars: [{${image}}]}}`,
      /^privileged beside/,
    ],
    [
      'a template of settings',
      'Kafka',
      `spec: {template: {podSet: {spec: ${pod}}, kafkaContainer: {securityContext: {privileged: true}}}}`,
      /^privileged beside/,
    ],
    ['a switch of its own', 'Collector', `spec: {hostNetwork: true, template: {spec: ${pod}}}`, /^hostNetwork beside/],
    [
      'volumes of its own',
      'Prometheus',
      `spec: {storage: {hostPath: {path: /data}}, template: {spec: ${pod}}}`,
      /^hostPath beside/,
    ],
    ['an unmasked /proc', 'Sandbox', `spec: {procMount: Unmasked, template: {spec: ${pod}}}`, /^procMount beside/],
    [
      'a manifest of a step',
      'Workflow',
      `spec:\n  templates:\n    - {name: t, container: {${image}}}\n    - name: u\n      resource:\n        manifest: |\n          apiVersion: v1\n          kind: Pod\n          spec: {containers: [{image: "b:1", securityContext: {privileged: true}}]}`,
      /^manifest is a text that starts containers/,
    ],
    [
      'what a step applies',
      'Job',
      `spec: {template: {spec: {containers: [{${image}, args: ['{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": []}}']}]}}}`,
      /^a text that starts containers/,
    ],
  ])('%s', async (_what, kind, body, reason) => {
    const { unjudged, judged } = await auditOf({ 'a.yaml': object(kind, body) })
    expect(judged.containers).toBe(1)
    expect(unjudged).toMatchObject([{ path: 'a.yaml', about: `${kind}/a`, reason: expect.stringMatching(reason) }])
  })

  it.each([
    [
      'what is said of a pod and its containers',
      'Deployment',
      `spec: {template: {spec: {hostNetwork: true, volumes: [{name: v, hostPath: {path: /data}}], containers: [{${image}, securityContext: {privileged: true, procMount: Unmasked}}]}}}`,
    ],
    [
      'what a workflow says of its steps',
      'Workflow',
      `spec: {hostNetwork: true, templates: [{name: t, hostPID: true, container: {${image}}}]}`,
    ],
    ['what is switched off', 'Collector', `spec: {hostNetwork: false, privileged: false, template: {spec: ${pod}}}`],
    ['a status', 'Collector', `spec: {template: {spec: ${pod}}}\nstatus: {hostNetwork: true}`],
    [
      'a text that only mentions them',
      'Collector',
      `spec: {note: "an apiVersion and a kind of containers", template: {spec: ${pod}}}`,
    ],
  ])('not %s', async (_what, kind, body) => {
    expect(await auditOf({ 'a.yaml': object(kind, body) })).toMatchObject({ unjudged: [], judged: { containers: 1 } })
  })

  it.each([
    ['hostPath', '/var/lib/docker'],
    ['local', '/mnt/disk'],
  ])('a volume of the cluster that is a %s', async (kind, path) => {
    const volume = object('PersistentVolume', `spec: {${kind}: {path: ${path}}}`, 'v1')
    expect((await auditOf({ 'a.yaml': volume })).unjudged).toMatchObject([
      { about: 'PersistentVolume/a', reason: `${path} of the host, which every pod that claims it mounts` },
    ])
  })
})
