import { describe, expect, it } from 'vitest'
import { isDockerfile } from '../../../src/audit/file-names.ts'
import { auditOf, auditOfNamed } from './audit-of.ts'

const good = { Dockerfile: 'FROM scratch\nUSER 7\nHEALTHCHECK CMD ["/a"]\n' }
const pod = (name: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {hostNetwork: true, containers: [{name: c, image: "a:1"}]}\n`

/** What is somebody else's, as a tree has it: the path, the text, what the report says of it. */
const foreign: ReadonlyArray<[path: string, text: string, reason: RegExp]> = [
  [
    'chart/templates/web.yaml',
    'apiVersion: apps/v1\nkind: Deployment\n{{- if .Values.a }}\nspec: {}\n{{- end }}\n',
    /template/,
  ],
  ['chart/templates/cm.yaml', 'apiVersion: v1\nkind: ConfigMap\ndata:\n  {{- range .Values.x }}\n  a: b\n', /template/],
  ['ansible/web.yaml', 'apiVersion: v1\nkind: Pod\nspec:\n{% if x %}\n  containers: []\n{% endif %}\n', /template/],
  ['jinja.yml', 'services:\n  {{ name }}:\n    image: a\n', /template/],
  ['.gitlab-ci.yml', 'services: [docker:dind]\nbuild:\n  script: !reference [.a, script]\n', /neither/],
  ['drone.yml', 'kind: pipeline\nservices:\n  - name: db\n    image: postgres:16\n', /neither/],
  ['symfony.yaml', 'services:\n  _defaults: {autowire: true}\n  App\\: {resource: ../src}\n', /neither/],
  ['stack.yaml', 'Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Name: !Ref B\n', /neither/],
  ['sam.yaml', 'Resources:\n  services: !Sub "${A}"\n', /neither/],
  ['mkdocs.yml', 'plugins:\n  - a: !!python/name:a.b\n', /neither/],
  ['kustomization.yaml', 'resources: [a.yaml]\n', /not rendered: audit what "kubectl kustomize" prints/],
  [
    'base/kustomization.yml',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n',
    /not rendered/,
  ],
  ['chart/Chart.yaml', 'apiVersion: v2\nname: a\nversion: 1.0.0\n', /not rendered: audit what "helm template" prints/],
  [
    'patch.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {replicas: 3}\n',
    /a patch of a Deployment/,
  ],
  ['ops.yaml', '- op: replace\n  path: /spec/replicas\n  value: 3\n', /neither/],
  [
    'crd.yaml',
    `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {a: ${'{a: '.repeat(120)}1${'}'.repeat(120)}}\n`,
    /^$/,
  ],
  [
    'pnpm-lock.yaml',
    `lockfileVersion: '9.0'\n${'packages:\n'.repeat(1)}${Array.from({ length: 5_000 }, (_, i) => `  a${i}@1.0.0: {resolution: {integrity: x}}`).join('\n')}\n`,
    /neither/,
  ],
  ['package-lock.json', '{"lockfileVersion": 3}', /^$/],
  ['tsconfig.json', '{ // comment\n "services": 1, }', /neither/],
  ['latin.yaml', 'title: caf\uFFFD\n', /neither/],
  ['broken.yaml', 'a: [\n', /neither/],
  ['broken-services.yaml', 'services: [\n', /./],
  ['tabs.yaml', 'a:\n\tb: c\n', /neither/],
  ['empty.yaml', '', /neither/],
  ['Dockerfile.frag', 'RUN a\nCOPY b c\n', /no FROM/],
  ['dockerfile.py', '# Builds.\nfrom typing import List\nBASE = "FROM a:1"\n', /judging by its content/],
  ['src/dockerfile.go', 'package dockerfile\n\nconst base = `\nFROM a:1\n`\n', /judging by its content/],
  ['Dockerfile.rb', 'from = "a:1"\n', /judging by its content/],
  ['Dockerfile.gen', '{% for a in b %}\nFROM {{ a }}\n{% endfor %}\n', /template/],
]

describe('a file that was not requested decides nothing', () => {
  it.each(foreign)('%s', async (path, text, reason) => {
    const document = await auditOf({ ...good, [path]: text })
    expect(document).toMatchObject({ outcome: 'passed', unread: [], judged: { dockerfiles: 1, containers: 0 } })
    const about = document.passedOver.filter((entry) => entry.path === path).map((entry) => entry.reason)
    expect(about.join()).toMatch(reason)
  })

  it('and all of them beside a pod leave that judged [fault 96]', async () => {
    const document = await auditOf({
      ...good,
      ...Object.fromEntries(foreign.map(([path, text]) => [path, text])),
      'zz/pod.yaml': pod('p'),
    })
    expect(document).toMatchObject({ outcome: 'failed', unread: [], judged: { dockerfiles: 1, containers: 1 } })
  })

  it('more than a thousand of them, and more than a thousand that are judged', { timeout: 120_000 }, async () => {
    const many = (count: number, text: (index: number) => string) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}.yaml`, text(index)]))
    expect(await auditOf({ ...good, ...many(1_200, () => 'a: 1\n') })).toMatchObject({ outcome: 'passed' })
    expect(await auditOf(many(1_001, (index) => pod(`p${index}`)))).toMatchObject({ judged: { containers: 1_001 } })
  })
})

describe('what is deployed and cannot be read is not clean', () => {
  it.each([
    ['compose.yaml', 'services:\n  web:\n    image: a\n    image: b\n', 4],
    ['deploy/docker-compose.prod.yml', 'services:\n\tweb: {}\n', 2],
    ['pod.yaml', 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n   image: b\n', 6],
    ['pod.yaml', `${pod('a')}---\napiVersion: v1\nkind: Pod\nspec: {containers: [{name: a]}\n`, 8],
    ['Dockerfile.bad', 'FROM a\nFETCH b\n', 2],
    ['Dockerfile.mark', '\uFEFFFROM a\nFETCH b\n', 2],
    ['compose.yaml', 'services:\n  web:\n    ports: [http]\n', 3],
  ])('%s: exit 3, with file and line, and the rest is judged [fault 96]', async (path, text, line) => {
    const document = await auditOf({ ...good, [path]: text })
    expect(document.unread).toMatchObject([{ path, line }])
    expect(document.outcome).not.toBe('passed')
    expect(document.judged.dockerfiles).toBe(1)
    await expect(auditOfNamed(text, path)).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining(`${path}:${line}: `) as string,
    })
  })
})

describe('a file that was named is read or refused', () => {
  it.each(foreign.filter(([path]) => !/^(crd\.yaml|patch\.yaml|Dockerfile\.gen)$/.test(path)))(
    '%s',
    async (path, text) => {
      await expect(auditOfNamed(text, path)).rejects.toMatchObject({ code: 'SOURCE' })
    },
  )

  it('whatever it is called, a Dockerfile is one', async () => {
    expect(await auditOfNamed(good.Dockerfile, 'build/image.txt')).toMatchObject({ judged: { dockerfiles: 1 } })
  })
})

describe('nothing judged does not count as passed', () => {
  it.each([
    ['nothing at all', {}],
    ["what is somebody else's", { 'a.yaml': 'a: 1\n' }],
    ['kinds that hold no pod', { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' }],
    ['an empty list', { 'a.yaml': 'apiVersion: v1\nkind: List\nitems: []\n' }],
  ])('%s [fault 97]', async (_what, files) => {
    expect(await auditOf(files)).toMatchObject({ outcome: 'undecided' })
    expect(await auditOf(files, { allowEmpty: true })).toMatchObject({ outcome: 'passed' })
  })
})

describe('what the policy ignores', () => {
  const policy = (entries: string) => ({ path: 'loadline.yaml', text: `version: 1\naudit:\n  ignore:\n${entries}` })
  const files = { ...good, 'test/bad/pod.yaml': pod('p'), 'testing/pod.yaml': pod('q') }

  it('is left out, with its reason and how many files it was', async () => {
    const document = await auditOf(files, {
      policy: policy(
        '    - {path: test/bad, reason: Inputs of tests.}\n    - {path: none/x.yaml, reason: It was there once.}\n',
      ),
    })
    expect(document.judged).toMatchObject({ dockerfiles: 1, containers: 1 })
    expect(document.ignored).toEqual([
      { path: 'test/bad', reason: 'Inputs of tests.', files: 1 },
      { path: 'none/x.yaml', reason: 'It was there once.', files: 0 },
    ])
  })

  it('is a whole name, and no beginning of one', async () => {
    const document = await auditOf(files, { policy: policy('    - {path: test, reason: Inputs of tests.}\n') })
    expect(document.judged.containers).toBe(1)
  })

  it('is read all the same where somebody names it', async () => {
    const document = await auditOf(files, {
      names: ['test/bad/pod.yaml'],
      policy: policy('    - {path: test, reason: Inputs of tests.}\n'),
    })
    expect(document.judged.containers).toBe(2)
  })

  it('leaves nothing: then nothing was judged, which does not count as passed', async () => {
    const document = await auditOf(
      { 'a/Dockerfile': good.Dockerfile },
      { policy: policy('    - {path: a, reason: Inputs of tests.}\n') },
    )
    expect(document.outcome).toBe('undecided')
  })

  it.each(['/etc', '../x', 'a/../../x', '**', 'a/*.yaml', "''"])(
    'is not a pattern and stays inside: %s',
    async (path) => {
      await expect(
        auditOf(files, { policy: policy(`    - {path: ${path}, reason: Inputs of tests.}\n`) }),
      ).rejects.toMatchObject({ code: 'POLICY' })
    },
  )

  it('has a reason', async () => {
    await expect(auditOf(files, { policy: policy('    - {path: a}\n') })).rejects.toMatchObject({ code: 'POLICY' })
  })
})

describe('the name of a Dockerfile', () => {
  it.each([
    'Dockerfile',
    'dockerfile',
    'a/Dockerfile.prod',
    'web.Dockerfile',
    'Containerfile',
    'Dockerfile-dev',
    'Dockerfile_dev',
    'Dockerfile.3.12',
    'Containerfile.arm64',
  ])('%s', (path) => {
    expect(isDockerfile(path)).toBe(true)
  })
  it.each([
    'dockerfile.ts',
    'Dockerfile.j2',
    'Dockerfile.md',
    'docs/dockerfile.png',
    'Dockerfile.dockerignore',
    'Dockerfile.tmpl',
    'dockerfile-below.ts',
    'DockerfileParser',
    'my-dockerfile',
    'Dockerfile.in',
    'Dockerfile.orig',
    'Dockerfile.sh',
    'Dockerfile.yaml',
  ])('and none: %s', (path) => {
    expect(isDockerfile(path)).toBe(false)
  })
})
