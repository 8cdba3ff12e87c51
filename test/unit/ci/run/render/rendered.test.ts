import { chmod, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { auditFiles } from '../../../../../ci/run/audit-files.ts'
import { render } from '../../../../../ci/run/render/renderer.ts'
import { rendered } from '../../../../../ci/run/render/rendered.ts'
import { audit } from '../../../../../pipelines/audit.ts'
import type { AuditFile } from '../../../../../src/audit/index.ts'
import { failing, now } from '../../../audit/audit-of.ts'

let directory: string
let programs: string
let tree: string
let policy: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'loadline render '))
  ;[programs, tree] = [join(directory, 'programs'), join(directory, 'tree')]
  await mkdir(programs)
  policy = 'version: 1\n'
  vi.stubEnv('PATH', `node_modules/.bin:.:${programs}`)
  vi.stubEnv('CANARY', 'Tr0ub4dor')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

const pod = (name: string, more = '') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: "a:1.0.0"${more}}]}\n`
const privileged = ', securityContext: {privileged: true}'

async function write(files: Record<string, string>, below = tree): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(below, path)), { recursive: true })
    await writeFile(join(below, path), text)
  }
}

/** A stand-in for a program: it leaves what it was given beside itself, prints a text and ends. */
async function program(name: string, prints: string, exit = 0, below = programs): Promise<string> {
  const path = join(below, name)
  const own = `"${path}`
  const script = `#!/bin/sh
echo "$@" > ${own}.argv"
/usr/bin/env > ${own}.env"
for last; do case "$last" in /*) (cd "$last" && /usr/bin/find . ! -type d) ;; esac; done > ${own}.files"
/bin/cat << 'END-OF-IT' ${exit === 0 ? '' : '>&2'}
${prints}
END-OF-IT
exit ${exit}
`
  await write({ [name]: script }, below)
  await chmod(path, 0o755)
  return path
}
const left = async (path: string, what: 'argv' | 'env' | 'files') => readFile(`${path}.${what}`, 'utf8')
const wasRun = async (path: string) =>
  left(path, 'argv').then(
    () => true,
    () => false,
  )

async function audited(...paths: string[]) {
  const found = await auditFiles(paths.length > 0 ? paths : [tree])
  const byPrograms = async (files: readonly AuditFile[]) => rendered(files, found)
  const document = await audit({ ...found, render: byPrograms, now, policy: { path: 'loadline.yaml', text: policy } })
  const short = (path: string) => path.replace(`${tree}/`, '')
  return {
    document,
    failed: failing(document),
    over: Object.fromEntries(
      document.passedOver.map(({ path, reason }) => [short(path), reason.replaceAll(`${tree}/`, '')]),
    ),
    inputs: document.inputs.map(({ path }) => short(path)),
  }
}

const chart = {
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'web/values.yaml': 'image: a\n',
  'web/templates/pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\n',
  'web/templates/plain.yaml': pod('plain', privileged),
  'web/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
}

describe('a Helm chart', () => {
  it("is judged once by helm's output for a copy of it, at its own file", async () => {
    await write(chart)
    await write({ 'web/.helmignore': '', 'web/Dockerfile': 'FROM a:1.0.0\nUSER 7\n' })
    await symlink('/etc/passwd', join(tree, 'web/files.txt'))
    const helm = await program('helm', `---\n# Source: web/templates/pod.yaml\n${pod('release', privileged)}`)
    const { document, failed, over, inputs } = await audited()
    expect(failed).toContain('cis-5.5')
    expect(document.controls.find(({ id }) => id === 'cis-5.5')?.evidence).toMatchObject([
      { about: 'Pod/release/c', path: expect.stringMatching(/web\/Chart\.yaml$/) as string, line: 1 },
    ])
    expect(inputs).toEqual(['web/Chart.yaml', 'web/Dockerfile'])
    expect(over).toMatchObject({
      'web/templates/pod.yaml': 'part of web/Chart.yaml, which is rendered',
      'web/templates/plain.yaml': 'part of web/Chart.yaml, which is rendered',
      'web/charts/db/Chart.yaml': 'part of web/Chart.yaml, which is rendered',
    })
    expect(await left(helm, 'argv')).toMatch(
      /^template release \S+\/loadline-render-\w+\/files --skip-schema-validation\n$/,
    )
    expect((await left(helm, 'files')).split('\n').filter(Boolean).toSorted()).toEqual(
      [...Object.keys(chart), 'web/.helmignore', 'web/Dockerfile'].map((path) => path.replace('web/', './')).toSorted(),
    )
  })

  it('hides nothing that Helm installs and does not print: what lies in crds, in its own and in a part of it', async () => {
    await write(chart)
    await write({ 'web/crds/pod.yaml': pod('own', privileged), 'web/charts/db/crds/pod.yaml': pod('part', privileged) })
    await program('helm', pod('release'))
    const { failed, inputs } = await audited()
    expect(failed).toContain('cis-5.5')
    expect(inputs).toEqual(['web/Chart.yaml', 'web/charts/db/crds/pod.yaml', 'web/crds/pod.yaml'])
  })

  it('is copied name by name: no file takes the place of another, and long names are names', async () => {
    await write(chart)
    const long = `${'a'.repeat(250)}.txt`
    await write({ 'web/templates/plain.yaml.part': pod('other'), [`web/${long}`]: '' })
    const helm = await program('helm', pod('release'))
    await writeFile(
      helm,
      `#!/bin/sh\nfor last; do case "$last" in /*) /bin/cat "$last/templates/plain.yaml" ;; esac; done\n`,
    )
    expect((await audited()).failed).toContain('cis-5.5')
  })

  it('with a file that is too large is not rendered, and the rest is judged', async () => {
    await write(chart)
    await write({ 'web/large.bin': '' })
    await truncate(join(tree, 'web/large.bin'), 65 * 1_048_576)
    await program('helm', pod('release'))
    const { over, failed } = await audited()
    expect(over['web/Chart.yaml']).toContain('or has a file that cannot be read')
    expect(failed).toContain('cis-5.5')
  })

  it('is rendered by a program that finds no other one, no secret and no home of anybody', async () => {
    await write(chart)
    const helm = await program('helm', pod('release'))
    vi.stubEnv('KUBECONFIG', '/home/ann/.kube/config')
    vi.stubEnv('HELM_PLUGINS', join(tree, 'plugins'))
    await audited()
    const env = await left(helm, 'env')
    expect(env).not.toContain('Tr0ub4dor')
    expect(env).not.toContain(tree)
    expect(env).not.toContain('/home/ann')
    const inside = (name: string) => new RegExp(`^${name}=.*/loadline-render-`, 'm')
    for (const name of ['PATH', 'HOME', 'KUBECONFIG', 'HELM_PLUGINS', 'XDG_DATA_HOME'])
      expect(env).toMatch(inside(name))
    expect(env).toMatch(/^HTTPS_PROXY=http:\/\/127\.0\.0\.1:9$/m)
  })

  it.each([
    ['helm is not installed', undefined, 'helm is not installed'],
    [
      'a dependency is not in it',
      'Error: found in Chart.yaml, but missing in charts/ directory: redis',
      'helm template failed: Error: found in Chart.yaml, but missing in charts/ directory: redis',
    ],
    ['helm is old', 'Error: unknown flag: --skip-schema-validation', 'helm is older than 3.16'],
  ])('is passed over with the reason where %s, and the rest is judged', async (_when, complaint, reason) => {
    await write({ ...chart, 'pod.yaml': pod('other') })
    if (complaint !== undefined) await program('helm', complaint, 1)
    const { document, over } = await audited()
    expect(over['web/Chart.yaml']).toContain(`a Helm chart, which is not rendered (${reason}`)
    expect(over['web/Chart.yaml']).toContain('audit what "helm template" prints')
    expect(over['web/templates/pod.yaml']).toBe('a template')
    expect(document.judged.containers).toBe(2)
  })

  it('that a person named is rendered or refused', async () => {
    await write(chart)
    const path = join(tree, 'web/Chart.yaml')
    await expect(audited(path)).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining('a Helm chart, which is not rendered (helm is not installed)') as string,
    })
    await program('helm', pod('release', privileged))
    expect((await audited(path)).failed).toContain('cis-5.5')
  })

  it('is not rendered where the policy leaves it out', async () => {
    await write({ ...chart, 'pod.yaml': pod('other') })
    policy += 'audit: {ignore: [{path: web, reason: Inputs of tests.}]}\n'
    const helm = await program('helm', pod('release', privileged))
    expect((await audited()).document).toMatchObject({ judged: { containers: 1 }, ignored: [{ path: 'web' }] })
    expect(await wasRun(helm)).toBe(false)
  })

  it('is never rendered by a program of the tree', async () => {
    await write(chart)
    const helm = await program('helm', pod('release'), 0, join(tree, 'bin'))
    await symlink(helm, join(programs, 'helm'))
    vi.stubEnv('PATH', `${join(tree, 'bin')}:${programs}`)
    expect((await audited()).over['web/Chart.yaml']).toContain('helm is not installed')
    expect(await wasRun(helm)).toBe(false)
  })
})

const kustomized = {
  'base/kustomization.yaml': 'resources: [pod.yaml]\nconfigMapGenerator: [{name: c, files: [key=app.conf]}]\n',
  'base/pod.yaml': pod('web', privileged),
  'base/app.conf': 'a: 1\n',
  'prod/kustomization.yaml':
    'resources: [../base]\npatches: [{path: patch.yaml}, {patch: "- op: remove\\n  path: /x\\n"}]\n',
  'prod/patch.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n',
}

describe('a kustomization', () => {
  it("is judged by kustomize's output, and its sources are not judged again", async () => {
    await write({ ...kustomized, 'other.txt': 'x' })
    const kustomize = await program('kustomize', pod('web'))
    await program('kubectl', 'never asked', 1)
    const { failed, over, inputs } = await audited()
    expect(failed).not.toContain('cis-5.5')
    expect(inputs).toEqual(['prod/kustomization.yaml'])
    expect(over).toMatchObject({
      'base/kustomization.yaml': 'part of prod/kustomization.yaml, which is rendered',
      'base/pod.yaml': 'part of prod/kustomization.yaml, which is rendered',
      'prod/patch.yaml': 'part of prod/kustomization.yaml, which is rendered',
    })
    expect(await left(kustomize, 'argv')).toMatch(/^build \S+\/files\/prod\n$/)
    expect((await left(kustomize, 'files')).split('\n').filter(Boolean).toSorted()).toEqual([
      './kustomization.yaml',
      './patch.yaml',
    ])
  })

  it('is rendered by kubectl if there is no kustomize, also under its third name', async () => {
    await write({ 'prod/Kustomization': 'resources: [pod.yaml]\n', 'prod/pod.yaml': pod('web') })
    const kubectl = await program('kubectl', pod('web', privileged))
    const { failed, inputs } = await audited()
    expect(failed).toContain('cis-5.5')
    expect(inputs).toEqual(['prod/Kustomization'])
    expect(await left(kubectl, 'argv')).toMatch(/^kustomize \S+\/files\/prod\n$/)
  })

  it.each([
    [
      'a repository',
      'resources: ["https://github.com/a/b//deploy?ref=v1"]',
      'which is not a file in the tree; the audit fetches nothing',
    ],
    [
      'a repository by ssh',
      'resources: ["git@example.com:a/b.git"]',
      'which is not a file in the tree; the audit fetches nothing',
    ],
    [
      'a file of the web',
      'resources: ["http://127.0.0.1:8080/pod.yaml"]',
      'which is not a file in the tree; the audit fetches nothing',
    ],
    [
      'an address that is a path of the tree as well',
      'patches: [{path: "http://127.0.0.1:9090/x"}]',
      'which is not a file in the tree; the audit fetches nothing',
    ],
    [
      'things in a way of its own',
      'generators: [generator.yaml]',
      'it has generators, which may refer to something that would have to be fetched',
    ],
    ['a directory above', 'resources: [../../../../outside]', 'which is outside the audited paths'],
    ['a path of the machine', 'resources: [/etc]', 'which is outside the audited paths'],
    [
      'a secret of the machine',
      'secretGenerator: [{name: s, files: [/etc/shadow]}]',
      'which is outside the audited paths',
    ],
    [
      'an environment above',
      'configMapGenerator: [{name: c, envs: [../../../../.env]}]',
      'which is outside the audited paths',
    ],
    ['a link that leads out', 'resources: [link.yaml]', 'outside the audited paths'],
    ['nothing that is there', 'patches: [{path: gone.yaml}]', 'prod/gone.yaml does not exist'],
  ])('that names %s is not rendered at all, and says why', async (_what, line, reason) => {
    await write({ 'a/b/prod/kustomization.yaml': `${line}\n`, 'pod.yaml': pod('other') })
    await write({
      'a/b/prod/http:/127.0.0.1:9090/x': pod('x'),
      'a/b/prod/generator.yaml': 'kind: ConfigMapGenerator\n',
    })
    await write({ 'outside/kustomization.yaml': 'resources: []\n', 'outside.yaml': pod('outside') }, directory)
    await symlink(join(directory, 'outside.yaml'), join(tree, 'a/b/prod/link.yaml'))
    const kustomize = await program('kustomize', pod('web'))
    const { document, over } = await audited()
    expect(over['a/b/prod/kustomization.yaml']).toContain(reason)
    expect(document.judged.containers).toBe(1)
    expect(await wasRun(kustomize)).toBe(false)
  })
})

describe('a rendering', () => {
  it('that does not end, or prints without end, is ended', async () => {
    const endless = await program('endless', 'x')
    await writeFile(endless, '#!/bin/sh\nwhile :; do :; done\n')
    const given = { program: endless, argv: () => [], files: new Map(), by: 'helm template', seconds: 1 }
    expect(await render(given)).toEqual({ why: 'helm template took more than 1 seconds' })
    await writeFile(endless, '#!/bin/sh\nwhile :; do echo 0123456789012345678901234567890123456789; done\n')
    expect(await render({ ...given, seconds: 60 })).toEqual({
      why: 'helm template printed more than 16777216 characters',
    })
  })
})

it('as many kustomizations are rendered at once as there are processors, and each result is its own', async () => {
  const processors = availableParallelism()
  const names = Array.from({ length: processors + 2 }, (_, index) => `app${index}`)
  for (const name of names)
    await write({ [`${name}/kustomization.yaml`]: 'resources: [pod.yaml]\n', [`${name}/pod.yaml`]: pod(name) })
  const path = await program('kustomize', '')
  const count = (what: string) => `$(/bin/ls "${directory}" | /bin/grep -c ^${what})`
  // Each waits until as many have begun as may run together, and says how many of these have not ended.
  const script = `#!/bin/sh
> "${directory}/begun.$$"
for try in $(/usr/bin/seq 200); do [ ${count('begun')} -ge ${processors} ] && break; /bin/sleep 0.05; done
begun=${count('begun')}
echo $((begun - ${count('ended')})) >> "${directory}/together"
/bin/cat "$2/pod.yaml"
> "${directory}/ended.$$"
`
  await writeFile(path, script)
  const { document, over } = await audited()
  const together = (await readFile(join(directory, 'together'), 'utf8')).trim().split('\n').map(Number)
  expect(together).toHaveLength(names.length)
  expect(Math.max(...together)).toBe(processors)
  expect(
    document.controls.find(({ id }) => id === 'cis-5.5')?.evidence.map(({ about, path: at }) => `${about} ${at}`),
  ).toEqual(names.map((name) => `Pod/${name}/c ${tree}/${name}/kustomization.yaml`))
  expect(over[`${names[0]}/pod.yaml`]).toBe(`part of ${names[0]}/kustomization.yaml, which is rendered`)
})
