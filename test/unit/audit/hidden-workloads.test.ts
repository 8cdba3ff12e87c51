import { describe, expect, it } from 'vitest'
import { auditOf, failing, now, saidOf } from './audit-of.ts'
import { audit } from '../../../pipelines/audit.ts'
import { binaryFault, renderAuditTerminal } from '../../../src/audit/index.ts'

const open = 'containers: [{name: c, image: "a:1.0.0", securityContext: {privileged: true}}]'
const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {${open}}\n`
const definition = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n'
const good = { Dockerfile: 'FROM scratch\nUSER 7\nHEALTHCHECK CMD ["/a"]\n' }

describe('a definition, which is not read, hides no workload [fault 97]', () => {
  it.each([
    [
      'a line of a text',
      pod.replace('metadata: {name: p}', `metadata: {name: p, annotations: {a: "\n${definition}"}}`),
    ],
    [
      'a line of a text in an object that is indented',
      `  ${pod.replace('name: p', `name: "\n${definition}  "`).replaceAll('\nkind: Pod', '\n  kind: Pod').replace('\nspec', '\n  spec').replace('\nmetadata', '\n  metadata')}`,
    ],
    [
      'a key that is given by itself',
      `apiVersion: v1\n? kind\n: Pod\nmetadata: {a: "\n${definition}"}\nspec: {${open}}\n`,
    ],
    [
      'an item of a list',
      `apiVersion: v1\nkind: List\nitems:\n- ${pod.trim().replaceAll('\n', '\n  ')}\n- ${definition.trim().replaceAll('\n', '\n  ')}\n`,
    ],
    ['another document', `${definition}spec: {}\n---\n${pod}`],
  ])('%s', async (_what, text) => {
    const document = await auditOf({ ...good, 'a.yaml': text })
    expect(document.outcome).not.toBe('passed')
    expect(document.unread.length > 0 || failing(document).includes('cis-5.5')).toBe(true)
  })

  it('and is passed over however deep it is', async () => {
    const deep = `${'{a: '.repeat(150)}1${'}'.repeat(150)}`
    for (const text of [
      `${definition}spec: ${deep}\n`,
      `# a\n---\n"apiVersion": 'apiextensions.k8s.io/v1beta1' # b\n"kind": "CustomResourceDefinition"\nmetadata:\n  a: b\nspec:\n  c: ${deep}\nstatus: {}\n`,
    ])
      expect(await auditOf({ ...good, 'a.yaml': text })).toMatchObject({ outcome: 'passed', unread: [] })
  })
})

describe('a manifest inside another document is named as not judged [fault 97]', () => {
  it.each([
    [
      'what a playbook applies',
      `- tasks:\n  - kubernetes.core.k8s:\n      definition:\n        ${pod.trim().replaceAll('\n', '\n        ')}\n`,
      3,
    ],
    ['what values of a chart add', `extra:\n- ${pod.trim().replaceAll('\n', '\n  ')}\n`, 2],
  ])('%s', async (_what, text, line) => {
    expect(await auditOf({ ...good, 'a.yaml': text })).toMatchObject({
      outcome: 'passed',
      unjudged: [
        { path: 'a.yaml', line, about: 'Pod/p', reason: 'a manifest inside another document; audit it as a file' },
      ],
    })
  })

  it('one that starts nothing is not', async () => {
    const text = 'extra:\n- {apiVersion: v1, kind: ConfigMap, data: {a: b}}\n'
    expect(await auditOf({ ...good, 'a.yaml': text })).toMatchObject({ outcome: 'passed', unjudged: [] })
  })
})

describe('a file that is not text [fault 96]', () => {
  const audited = async (path: string, text: string) =>
    audit({
      files: [
        { path: 'Dockerfile', text: good.Dockerfile, named: false, below: 'Dockerfile' },
        { path, text: '', named: false, below: path, fault: binaryFault(text) },
      ],
      open: async () => undefined,
      now,
    })

  it.each([
    ['is deployed, by its name', 'compose.yaml', '\0'],
    ['is built, by its name', 'web.Dockerfile', 'FROM'],
    ['is deployed, by what can be read of it', 'a.yaml', `${pod}\0`],
    ['is deployed, in two bytes a character', 'a.yaml', [...pod].join('\0')],
  ])('%s: it is not clean', async (_what, path, text) => {
    expect(await audited(path, text)).toMatchObject({
      outcome: 'undecided',
      unread: [{ path, line: 1, reason: 'expected UTF-8 text, found binary data' }],
    })
  })

  it('is passed over where nothing says that it is deployed', async () => {
    expect(await audited('a.yaml', 'a: b\0')).toMatchObject({
      outcome: 'passed',
      passedOver: [{ path: 'a.yaml', reason: 'expected UTF-8 text, found binary data' }],
    })
  })
})

it('a file that is too large is not what another one takes from it [fault 96]', async () => {
  const document = await audit({
    files: [
      { path: 'compose.yaml', text: 'include: [part.yaml]\nservices: {a: {image: "a:1.0.0"}}\n', named: false },
      { path: 'part.yaml', text: '', named: false, fault: { reason: 'it has too many bytes', mayStart: false } },
    ],
    open: async () => undefined,
    now,
  })
  expect(document).toMatchObject({ outcome: 'undecided', unread: [{ reason: 'it has too many bytes' }] })
})

describe('a kustomization is a component', () => {
  const kustomization = (text: string) => auditOf({ ...good, 'a/kustomization.yaml': text })
  it.each([
    'kind: Component\nresources: [a.yaml]\n',
    '# a\n"kind":   "Component" # b\n',
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n',
  ])('by its kind: %j', async (text) => {
    expect(await kustomization(text)).toMatchObject({ unjudged: [] })
  })

  it.each([
    'commonAnnotations: {a: "\nkind: Component\n"}\nresources: [a.yaml]\n',
    'kind: Component\n---\nresources: [a.yaml]\n',
    'kind: [Component\n',
  ])('and by nothing else: %j', async (text) => {
    expect(await kustomization(text)).toMatchObject({ unjudged: [{ about: 'kustomization' }] })
  })
})

it('a pod is found below any key that is not of Kubernetes itself [fault 97]', async () => {
  const text = `apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec: {data: {spec: {${open}}}}\n`
  expect(failing(await auditOf({ 'a.yaml': text }))).toContain('cis-5.5')
  expect(failing(await auditOf({ 'a.yaml': text.replace('data', 'stringData') }))).toContain('cis-5.5')
})

it('a policy that makes pods is named, and one that forbids some is not [fault 97]', async () => {
  const policy = (rule: string) =>
    `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\nspec:\n  rules:\n  - {name: r, ${rule}}\n`
  const generate = policy(`generate: {apiVersion: v1, kind: Pod, data: {spec: {${open}}}}`)
  expect(await auditOf({ ...good, 'a.yaml': generate })).toMatchObject({
    unjudged: [{ line: 6, about: 'ClusterPolicy/a', reason: 'a rule that makes pods; audit what it makes' }],
  })
  const others = policy(`generate: {kind: NetworkPolicy, data: {}}`) + policy(`validate: {pattern: {spec: {${open}}}}`)
  expect(await auditOf({ ...good, 'a.yaml': others })).toMatchObject({ unjudged: [] })
})

it('a manifest in a hidden directory is named, and any other file there is not [fault 96]', async () => {
  const document = await auditOf({
    ...good,
    '.k8s/a.yaml': pod,
    '.github/workflows/ci.yaml': 'on: push\n',
    '.x/b.yaml': '{{ no yaml',
  })
  expect(document).toMatchObject({
    outcome: 'passed',
    passedOver: [{ path: '.k8s/a.yaml', reason: 'in a hidden directory: name it to have it judged' }],
  })
})

describe('what the steps of a Tekton task have in common is theirs', () => {
  const task = (steps: string) =>
    `apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  stepTemplate: {image: "a:latest", env: [{name: DB_PASSWORD, value: hunter2hunter2}], securityContext: {privileged: true}}\n  steps: ${steps}\n`
  it.each(['[{name: s, script: ls}]', '[{script: ls}]', '[{name: s, image: "b:1.0.0"}]'])('%s', async (steps) => {
    const document = await auditOf({ 'a.yaml': task(steps) })
    expect(failing(document)).toEqual(expect.arrayContaining(['cis-5.5', 'practice-environment-secret']))
    expect(saidOf(document, 'practice-image-tag')).toEqual([
      steps.includes('image') ? 'pass: b:1.0.0' : 'fail: a:latest',
    ])
  })
})

it('a chart that is not rendered leaves a tree without failures not wholly judged [fault 97]', async () => {
  const chart = { 'chart/Chart.yaml': 'apiVersion: v2\nname: a\nversion: 1.0.0\n' }
  const document = await auditOf({ ...good, ...chart })
  expect(document).toMatchObject({ outcome: 'passed', unjudged: [{ path: 'chart/Chart.yaml', about: 'Helm chart' }] })
  expect(renderAuditTerminal(document, { color: false, width: 100 })).toContain('NOT EVERYTHING WAS JUDGED')
  const files = [...Object.entries(good), ...Object.entries(chart)].map(([path, text]) => ({
    path,
    text,
    named: false,
    ...(path.endsWith('Chart.yaml') ? { rendering: { by: 'helm template', text: '' } } : {}),
  }))
  expect(await audit({ files, open: async () => undefined, now })).toMatchObject({ outcome: 'passed', unjudged: [] })
})
