import { describe, expect, it } from 'vitest'
import {
  mayHoldDeployment,
  mayStartContainers,
  withoutMarkers,
  wordsIn,
} from '../../../src/audit/words-of-deployments.ts'
import { auditOf, auditOfNamed, failing } from './audit-of.ts'

const good = { Dockerfile: 'FROM scratch\nUSER 7\nHEALTHCHECK CMD ["/a"]\n' }
const flow =
  '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "a:1.0.0", "securityContext": {"privileged": true}}]}}'
const pod = (context: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: &p privileged}\nspec:\n  containers:\n  - {name: c, image: "a:1.0.0", securityContext: ${context}}\n`
const withBinaryKeys = pod('{privileged: true}')
  .replace('apiVersion', '!!binary YXBpVmVyc2lvbg==')
  .replace('kind', '!!binary a2luZA==')
  .replace('containers', '!!binary Y29udGFpbmVycw==')

describe('a privileged pod is found however its keys are written [fault 97]', () => {
  it.each([
    ['escapes', flow.replace('apiVersion', '\\x61piVersion').replace('kind', '\\u006bind'), 'a.yaml'],
    [
      'escapes of JSON',
      flow.replace('apiVersion', '\\u0061piVersion').replace('containers', '\\u0063ontainers'),
      'a.json',
    ],
    ['a word over two lines', flow.replace('kind', 'ki\\\n  nd').replace('containers', 'cont\\\n  ainers'), 'a.yaml'],
    ['Base64', withBinaryKeys, 'a.yaml'],
    ['an alias', pod('{*p : true}'), 'a.yaml'],
    [
      'Base64 in a key by itself',
      pod('{privileged: true}').replace('kind: Pod', '? !!binary |\n  a2luZA==\n: Pod'),
      'a.yaml',
    ],
    [
      'Base64 behind a comment',
      pod('{privileged: true}').replace('kind: Pod', '? # a\n  !!binary a2luZA==\n# b\n: Pod'),
      'a.yaml',
    ],
    ['an anchor behind the tag', pod('{privileged: true}').replace('kind', '!!binary &k a2luZA=='), 'a.yaml'],
    [
      'a tag far from its key',
      pod('{privileged: true}').replace('kind', `!!binary${' '.repeat(500)}a2luZA==`),
      'a.yaml',
    ],
    [
      'an alias of Base64',
      pod('{privileged: true}').replace('kind: Pod', 'x: &k !!binary a2luZA==\n*k : Pod'),
      'a.yaml',
    ],
    ['JSON texts one behind the other', `{"apiVersion": "v1", "kind": "ConfigMap"}\n\n{}${flow}\n`, 'a.json'],
    [
      'items of an object that is no list',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nitems: [${flow}]\n`,
      'a.yaml',
    ],
  ])('%s', async (_what, text, path) => {
    expect(failing(await auditOf({ ...good, [path]: text }))).toContain('cis-5.5')
  })

  it('with lines where JSON texts are one behind the other', async () => {
    const { controls } = await auditOf({
      'a.json': `{"apiVersion": "v1", "kind": "ConfigMap", "a": "}\\""}\n\n${flow}\n`,
    })
    expect(controls.find(({ id }) => id === 'cis-5.5')?.evidence).toMatchObject([{ status: 'fail', line: 3 }])
  })

  it('a service that is written so is found too', async () => {
    const text = '"\\x73ervices": {web: {image: "a:1.0.0", privileged: true}}\n'
    expect(failing(await auditOf({ 'a.yaml': text }))).toContain('cis-5.5')
  })
})

describe('where programs read a merge key differently, the document is not clean [fault 97]', () => {
  it.each([
    ['own key first', pod('{privileged: false, <<: {privileged: true}}'), /"privileged" appears before the merge key/],
    ['two merge keys', pod('{<<: {privileged: false}, <<: {privileged: true}}'), /"<<" appears twice/],
    [
      'a list that is replaced',
      `${pod('{}')}  <<: {containers: [{name: d, image: "b:1.0.0", securityContext: {privileged: true}}]}\n`,
      /"containers" appears before/,
    ],
  ])('%s', async (_what, text, reason) => {
    expect(await auditOf({ ...good, 'a.yaml': text })).toMatchObject({
      outcome: 'undecided',
      unread: [{ path: 'a.yaml', reason: expect.stringMatching(reason) }],
    })
  })

  it.each([
    ['own key behind it', pod('{<<: {privileged: true}, privileged: false}'), false],
    ['the same value', pod('{privileged: true, <<: {privileged: true}}'), true],
    ['a key in quotes, which merges nothing', pod('{privileged: false, "<<": {privileged: true}}'), false],
    [
      'a compose file, where every program takes the own key',
      'services: {web: {image: "a:1.0.0", privileged: false, <<: {privileged: true}}}\n',
      false,
    ],
  ])('%s is read', async (_what, text, isPrivileged) => {
    const document = await auditOf({ 'a.yaml': text })
    expect(document.unread).toEqual([])
    expect(failing(document).includes('cis-5.5')).toBe(isPrivileged)
  })
})

describe('a marker of a template excuses only what it makes unreadable [fault 96]', () => {
  const twice = pod('{privileged: false, privileged: true}')
  it.each([
    ['a comment', `# {{ name }}\n${twice}`],
    ['a text', twice.replace('"a:1.0.0"', '"a:{{ tag }}"')],
  ])('not from %s', async (_what, text) => {
    expect(await auditOf({ ...good, 'a.yaml': text })).toMatchObject({
      outcome: 'undecided',
      unread: [{ path: 'a.yaml', reason: expect.stringMatching(/appears twice|not valid YAML/) }],
    })
  })

  it.each([
    ['a value', pod('{{ toYaml .Values.context }}')],
    ['lines', pod('{}').replace('spec:', '{{- if .Values.a }}\nspec:').concat('{{- end }}\n')],
    ['one of two', pod('{}').replace('kind: Pod', '{% if a %}\nkind: Pod\n{% else %}\nkind: Job\n{% endif %}')],
    ['a marker over two lines', pod('{}').replace('metadata:', '<%=\n a %>\nmetadata:')],
  ])('%s', async (_what, text) => {
    expect(await auditOf({ ...good, 'a.yaml': text })).toMatchObject({
      outcome: 'passed',
      unread: [],
      passedOver: [{ path: 'a.yaml', reason: 'a template' }],
    })
  })
})

describe('a pod in a file of another kind is named', () => {
  it.each([
    ['behind a compose file', 'compose.yaml', `services: {}\n---\n${pod('{}')}`],
    ['in one document with a compose file', 'compose.yaml', `services: {}\n${pod('{}')}`],
    ['behind a task definition', 'a.yaml', `{family: a, containerDefinitions: []}\n---\n${pod('{}')}`],
    ['in one document with a task definition', 'a.yaml', `containerDefinitions: []\n${pod('{}')}`],
  ])('%s', async (_what, path, text) => {
    expect((await auditOf({ ...good, [path]: text })).unjudged).toContainEqual(
      expect.objectContaining({ path, about: 'Pod/privileged' }),
    )
  })

  it('every task definition of a file is read', async () => {
    const task = (name: string, privileged: boolean) =>
      `{family: ${name}, containerDefinitions: [{name: a, image: "a:1.0.0", privileged: ${privileged}}]}\n`
    const document = await auditOf({ 'a.yaml': `${task('a', false)}---\n${task('b', true)}` })
    expect(document.judged.containers).toBe(2)
    expect(failing(document)).toContain('cis-5.5')
  })
})

describe('JSON texts one behind the other that are no deployment [fault 96]', () => {
  it.each(['{}{}', '{"kind": 1, "apiVersion": 2}\n{"kind": "a"}\n'])(
    '%s are passed over in a directory',
    async (text) => {
      expect(await auditOf({ ...good, 'a.json': text })).toMatchObject({ outcome: 'passed', unread: [] })
    },
  )

  it('and refused where they are named', async () => {
    await expect(auditOfNamed('{}{}', 'a.json')).rejects.toThrow(/^a\.json:1: expected a Dockerfile, a compose file/)
  })
})

describe('a manifest in the file of a chart or a kustomization is named, and what is not rendered is too [fault 97]', () => {
  it.each([
    ['Chart.yaml', 'Helm chart'],
    ['kustomization.yaml', 'kustomization'],
  ])('%s', async (path, about) => {
    const text = `resources: []\n---\n${pod('{}')}`
    expect((await auditOf({ ...good, [path]: text })).unjudged).toMatchObject([
      { path, about, reason: 'what it deploys is unknown, because it is not rendered' },
      { path, about: 'Pod/privileged', reason: 'a manifest inside another document; audit it as a file' },
    ])
  })

  it('a component says nothing by itself', async () => {
    const text = 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: []\n'
    expect((await auditOf({ ...good, 'a/kustomization.yaml': text })).unjudged).toEqual([])
  })
})

describe('a text of a stranger ends a search of it soon', () => {
  it.each([
    ['tags', '!%aa'.repeat(500_000)],
    ['tags before something else', '!binary x\n'.repeat(200_000)],
  ])('with many %s', { timeout: 20_000 }, (_what, text) => {
    expect(mayHoldDeployment(text)).toBe(false)
  })

  it.each([
    ['placeholders that do not end', '{{'.repeat(500_000), '{{'.repeat(500_000)],
    ['placeholders before something else', `${'{{ a }} '.repeat(9)}x\n`, `${'x '.repeat(9)}x\n`],
    ['three braces', ' {{{ a }}} # b\nc: {{{ d }}}', '\nc: x'],
    ['a placeholder over lines', '{{ a\n}}\nb: <%\n%>c', '\n\nb: x\nc'],
    [
      'a long one, and one that is too long',
      `{#${'a'.repeat(2_000)}#}-{#${'a'.repeat(2_001)}#}`,
      `x-{#${'a'.repeat(2_001)}#}`,
    ],
    ['a character that has a meaning here', '{{ a }}\uE002', '{{ a }}\uE002'],
  ])('with %s', { timeout: 20_000 }, (_what, text, without) => {
    expect(withoutMarkers(text)).toBe(without)
  })
})

it('services with images are known by their words, however the keys are written', () => {
  const say = (text: string) => mayStartContainers(wordsIn(text))
  const spaces = ' '.repeat(200)
  for (const text of [
    'services:\n  a:\n    image: b\n',
    '{"version": "3", "services": {"a": {"image": "b"}}}',
    `services${spaces}:\n  a:\n${spaces}image${spaces}: b\n`,
    '&a !!str services:\n  a: {!!str build: .}\n',
    '? services\n: a:\n    ? "extends"\n    : {service: b}\n',
  ])
    expect(say(text)).toBe(true)
  for (const text of ['services: []\n', 'the services: an image: none\n', '{"a": "services: image:"}'])
    expect(say(text)).toBe(false)
})
