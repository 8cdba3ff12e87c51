import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit as auditCommand } from '../../../ci/cli/audit.ts'
import { auditFiles } from '../../../ci/run/audit-files.ts'
import { audit } from '../../../pipelines/audit.ts'
import { readCompose } from '../../../src/audit/input/compose.ts'
import { readDockerRun } from '../../../src/audit/input/docker-run.ts'
import { DeliveryError } from '../../../src/model/errors.ts'
import { read } from '../../repo/source-files.ts'

const now = new Date('2026-11-24T12:00:00Z')
const auditText = async (text: string, path = 'compose.yaml', others: Record<string, string> = {}) =>
  audit({ files: [{ path, text, named: true }], open: async (other) => others[other], now })

describe('manifests that cannot be read', () => {
  it.each([
    ['a tab', 'services:\n\tweb: {}\n', 'compose.yaml:2: wanted spaces, found a tab'],
    [
      'a key twice',
      'services:\n  web:\n    image: a\n    image: b\n',
      'compose.yaml:4: the key "image" is there twice',
    ],
    ['an alias without an anchor', 'services:\n  web: *nowhere\n', 'compose.yaml:2: '],
    [
      'an alias inside of what it names',
      'services: &a\n  web: *a\n',
      'compose.yaml:2: the alias *a stands inside of what it names',
    ],
    ['a tag', 'services:\n  web:\n    ports: !reset []\n', 'compose.yaml:3: '],
    [
      'text where a map is wanted',
      'services:\n  web: nginx\n',
      'compose.yaml:2: wanted a map with "extends", found "nginx"',
    ],
    ['a list where text is wanted', 'services:\n  web:\n    image: [a]\n', 'compose.yaml:3: wanted text, found a list'],
    [
      'a privilege that a variable decides',
      'services:\n  web:\n    privileged: ${PRIVILEGED}\n',
      'compose.yaml:3: wanted true or false, found "${privileged}": give the variable a default',
    ],
    [
      'a port that is none',
      'services:\n  web:\n    ports: ["http"]\n',
      'compose.yaml:3: wanted a port as [ip:][host:]container, found "http"',
    ],
    ['an empty file', '', 'compose.yaml:1: wanted a Dockerfile, a compose file'],
    ['something else', 'name: build\non: push\n', 'compose.yaml:1: wanted a Dockerfile, a compose file'],
    [
      'a workload without a pod',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n',
      'compose.yaml:1: wanted a pod below spec.template.spec of the Deployment',
    ],
    [
      'a second document that is no object',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: b}]}\n---\nname: c\n',
      'compose.yaml:6: wanted a Kubernetes object',
    ],
  ])('%s: file, line and what was wanted', async (_what, text, message) => {
    await expect(auditText(text)).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining(message) as string,
    })
  })

  it('a Dockerfile without FROM', async () => {
    await expect(auditText('RUN true\n', 'Dockerfile')).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining('Dockerfile:1: ') as string,
    })
  })

  it('refuses aliases of aliases that stand for more than anybody writes', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `x-${level}: &a${level} [${Array.from({ length: 10 }, () => (level === 0 ? 'x' : `*a${level - 1}`)).join(', ')}]`,
    )
    await expect(auditText(`${levels.join('\n')}\nservices:\n  web: {image: a}\n`)).rejects.toMatchObject({
      message: expect.stringMatching(/wanted at most 100000 values/) as string,
    })
  })

  it('refuses a file of more than a mebibyte', async () => {
    await expect(auditText(`services:\n  web:\n    image: ${'a'.repeat(1_100_000)}\n`)).rejects.toMatchObject({
      message: expect.stringContaining('compose.yaml:1: wanted at most 1048576 bytes') as string,
    })
  })
})

describe('extends', () => {
  const child = (file: string) => `services:\n  web:\n    extends: {file: ${file}, service: base}\n    image: a:1.0.0\n`

  it('joins lists, merges maps and lets the nearer value win', async () => {
    const base = 'services:\n  base:\n    image: b:1.0.0\n    cap_add: [SYS_ADMIN]\n    environment: {A: "1", B: "2"}\n'
    const [container] = readCompose(
      `${child('base.yaml')}    cap_add: [NET_RAW]\n    environment: [B=3]\n`,
      'compose.yaml',
      (path) => (path === 'base.yaml' ? base : undefined),
    )
    expect(container).toMatchObject({
      image: { value: 'a:1.0.0', path: 'compose.yaml', line: 4 },
      capAdd: [
        { value: 'SYS_ADMIN', path: 'base.yaml', line: 4 },
        { value: 'NET_RAW', path: 'compose.yaml', line: 5 },
      ],
      environment: [{ value: { name: 'A', value: '1' } }, { value: { name: 'B', value: '3' } }],
    })
  })

  it.each(['../base.yaml', '/etc/base.yaml'])('refuses %s, which lies outside of the tree', async (file) => {
    await expect(auditText(child(file))).rejects.toMatchObject({
      code: 'SOURCE',
      message: `compose.yaml:3: extends names ${file}, which lies outside of what is audited`,
    })
  })

  it('says where a file, a service or an end is missing', async () => {
    await expect(auditText(child('base.yaml'))).rejects.toMatchObject({
      message: 'compose.yaml:3: extends names base.yaml, which is not there',
    })
    await expect(
      auditText(child('base.yaml'), 'compose.yaml', { 'base.yaml': 'services: {other: {}}\n' }),
    ).rejects.toMatchObject({ message: 'compose.yaml:3: wanted the service "base" in base.yaml, found none' })
    await expect(auditText(child('compose.yaml').replace('web', 'base'))).rejects.toMatchObject({
      message: expect.stringContaining('the service extends itself') as string,
    })
  })
})

describe('include', () => {
  const infra =
    'services:\n  database:\n    image: postgres:17\n    privileged: true\n    volumes: [data:/data]\nvolumes:\n  data: {driver_opts: {o: bind, device: /srv/data}}\n'
  const failing = async (text: string, others: Record<string, string>, path = 'compose.yaml') => {
    const { controls } = await auditText(text, path, others)
    return controls.flatMap(({ id, status, evidence }) =>
      status === 'fail'
        ? evidence.filter((one) => one.status === 'fail').map((one) => `${id} ${one.path}:${one.line} ${one.about}`)
        : [],
    )
  }

  it.each([
    ['a path', 'include: [infra/base.yaml]\n'],
    ['a map', 'include:\n  - path: infra/base.yaml\n    project_directory: .\n'],
    ['a variable with a default', 'include: ["${INFRA:-infra/base.yaml}"]\n'],
    ['a file that includes it', 'include: [infra/all.yaml]\n'],
  ])('judges what %s names as if it were written here', async (_what, text) => {
    const others = { 'infra/base.yaml': infra, 'infra/all.yaml': 'include: [base.yaml]\n' }
    expect(await failing(text, others)).toEqual(await failing(infra, {}, 'infra/base.yaml'))
    expect(await failing(`${text}services:\n  web: {image: a:1.0.0}\n`, others)).toContain(
      'cis-5.5 infra/base.yaml:4 database',
    )
  })

  it('lays the later files of one entry over the first', async () => {
    const containers = readCompose('include:\n  - path: [base.yaml, over.yaml]\n', 'compose.yaml', (path) =>
      path === 'base.yaml' ? infra : 'services:\n  database:\n    privileged: false\n',
    )
    expect(containers).toMatchObject([
      {
        name: 'database',
        image: { value: 'postgres:17', path: 'base.yaml' },
        privileged: { value: false, path: 'over.yaml', line: 3 },
        mounts: [{ value: { kind: 'bind', source: '/srv/data' } }],
      },
    ])
  })

  it('judges a file once that is included and was given as well', async () => {
    const files = [
      { path: 'compose.yaml', text: 'include: [base.yaml]\nservices:\n  web: {image: a:1.0.0}\n', named: false },
      { path: 'base.yaml', text: infra, named: false },
    ]
    const { controls } = await audit({ files, open: async () => undefined, now })
    expect(
      controls.find(({ id }) => id === 'cis-5.5')?.evidence.filter(({ about }) => about === 'database'),
    ).toHaveLength(1)
  })

  it.each([
    [
      'a file that is not there',
      'include: [nowhere.yaml]\n',
      'compose.yaml:1: include names nowhere.yaml, which is not there',
    ],
    [
      'a file of another tree',
      'include:\n  - path: ../base.yaml\n',
      'compose.yaml:2: include names ../base.yaml, which lies outside of what is audited',
    ],
    [
      'an artifact of a registry',
      'include: ["oci://registry.example.com/base:1"]\n',
      'compose.yaml:1: include names oci://registry.example.com/base:1, which is not a file of the tree; the audit fetches nothing',
    ],
    ['a repository', 'include: ["git@git.example.com:shop/base.git"]\n', 'which is not a file of the tree'],
    [
      'a variable',
      'include: ["${INFRA}/base.yaml"]\n',
      'nobody here knows the value of the variable: give it a default',
    ],
    [
      'nothing',
      'include:\n  - env_file: .env\n',
      'compose.yaml:2: wanted the path of a compose file below include, found none',
    ],
    ['itself', 'include: [compose.yaml]\n', 'the file includes itself: compose.yaml -> compose.yaml'],
    [
      'a file without services',
      'include: [empty.yaml]\n',
      'compose.yaml:1: wanted a compose file with "services", found none',
    ],
  ])('refuses %s', async (_what, text, message) => {
    await expect(auditText(text, 'compose.yaml', { 'empty.yaml': '', 'compose.yaml': text })).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining(message) as string,
    })
  })

  it("leaves an include alone that is another format's", async () => {
    const files = [
      { path: 'ci/build.yaml', text: 'include:\n  - remote: https://ci.example.com/build.yaml\n', named: false },
      { path: 'Dockerfile', text: 'FROM scratch\n', named: true },
    ]
    expect((await audit({ files, open: async () => undefined, now })).passedOver).toEqual(['ci/build.yaml'])
  })
})

describe('a docker run line', () => {
  it.each([
    ['docker run --privilege app', 'docker run has no flag --privilege; did you mean --privileged?'],
    ['docker run -x app', 'docker run has no flag -x'],
    ['docker run --memory', '--memory wants a value'],
    ['docker run --read-only', 'the line names no image'],
    ['docker run --privileged=maybe app', 'wanted true or false, found --privileged=maybe'],
    ['docker run -e "A=b app', 'a quote is opened and never closed'],
    ['docker run app && rm -rf x', 'found the shell operator &&'],
    ['docker run $IMAGE', 'nobody here knows the value of $IMAGE'],
    ['docker run app > log', 'found the shell operator >'],
    ['docker run app\ndocker run other', 'wanted one docker run line, found several'],
    ['docker build .', 'wanted a line that begins with "docker run"'],
    ['', 'wanted a line that begins with "docker run"'],
    ['docker run -p http app', 'wanted a port as'],
    ['docker run --mount type=magic,target=/x app', 'wanted --mount with a type'],
  ])('%j is refused', (line, message) => {
    expect(() => readDockerRun(line)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) as string }) as Error,
    )
  })

  it('is read as a shell and Docker read it: quotes, continued lines, joined and attached short flags, what follows the image', () => {
    const container = readDockerRun(
      'docker container run -itdu 1000 -p8080:80 \\\n  --name="my app" -e \'A=b c\' --read-only=false --cap-drop all registry.example.com:5000/app:1.0.0 serve --privileged',
    )
    expect(container).toMatchObject({
      name: 'my app',
      user: { value: '1000' },
      readOnly: { value: false },
      capDrop: [{ value: 'ALL' }],
      environment: [{ value: { name: 'A', value: 'b c' } }],
      image: { value: 'registry.example.com:5000/app:1.0.0' },
    })
    expect(container.ports.map(({ value }) => value)).toEqual([
      { hostIp: '', host: [8080, 8080], container: [80, 80], written: '8080:80' },
    ])
    expect(container.privileged).toBeUndefined()
  })
})

describe('deviations', () => {
  const policy = (entry: string) => ({ path: 'loadline.yaml', text: `version: 1\nexceptions:\n  register:\n${entry}` })
  const entry = (more: string) =>
    `    - rule: cis-5.13\n      id: web\n      reason: It writes a cache beside its program until release 2.\n      owner: team-shop\n      expires: 2027-01-31\n${more}`
  const path = 'test/fixtures/audit/bad/compose/writable-root.yaml'
  const auditWith = async (text: string, at = now) =>
    audit({
      files: [{ path, text: read(path), named: true }],
      open: async () => undefined,
      policy: policy(text),
      now: at,
    })

  it('are failures that an exception allows, with their compensating control, and never a pass', async () => {
    const document = await auditWith(entry('      compensatingControl: The volume is mounted noexec.\n'))
    const control = document.controls.find(({ id }) => id === 'cis-5.13')
    expect(document.outcome).toBe('passed')
    expect(document.counts).toMatchObject({ fail: 0, deviation: 1 })
    expect(control).toMatchObject({
      status: 'deviation',
      evidence: [
        {
          about: 'web',
          exception: { owner: 'team-shop', compensatingControl: 'The volume is mounted noexec.', daysLeft: 68 },
        },
      ],
    })
  })

  it.each([
    ['another file', entry('      path: other.yaml\n'), 'unused'],
    ['another container', entry('').replace('id: web', 'id: worker'), 'unused'],
  ])('do not count for %s', async (_what, text, state) => {
    const document = await auditWith(text)
    expect(document).toMatchObject({ outcome: 'failed', exceptions: [{ rule: 'cis-5.13', state }] })
  })

  it('do not count past their last day', async () => {
    expect(await auditWith(entry(''), new Date('2027-02-01T00:00:00Z'))).toMatchObject({
      outcome: 'failed',
      exceptions: [{ state: 'expired' }],
    })
  })
})

describe('files of a tree', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'loadline audit '))
  })
  afterAll(async () => rm(directory, { recursive: true }))

  it('finds them below a path with spaces, passes over what is neither, and leaves hidden directories alone', async () => {
    const root = join(directory, 'with spaces')
    await mkdir(join(root, '.github', 'workflows'), { recursive: true })
    await mkdir(join(root, 'a b'))
    await writeFile(join(root, '.github', 'workflows', 'ci.yaml'), '{{ no yaml')
    await writeFile(join(root, 'a b', 'Dockerfile'), 'FROM scratch\n')
    await writeFile(join(root, 'values.yaml'), 'replicas: 3\n')
    await writeFile(join(root, 'compose.yaml'), 'services:\n  web:\n    image: a:1.0.0\n')
    const document = await audit({ ...(await auditFiles([root])), now })
    expect(document.inputs.map(({ path }) => path.slice(root.length + 1))).toEqual(['a b/Dockerfile', 'compose.yaml'])
    expect(document.passedOver.map((path) => path.slice(root.length + 1))).toEqual(['values.yaml'])
  })

  it('refuses a link that leads out, and does not follow linked directories', async () => {
    const root = join(directory, 'links')
    await mkdir(root)
    await writeFile(join(directory, 'outside.yaml'), 'services: {web: {image: a}}\n')
    await symlink(directory, join(root, 'loop'))
    await writeFile(join(root, 'Dockerfile'), 'FROM scratch\n')
    expect((await auditFiles([root])).files).toHaveLength(1)
    await symlink(join(directory, 'outside.yaml'), join(root, 'compose.yaml'))
    await expect(auditFiles([root])).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining('outside of what is audited') as string,
    })
  })

  it('walks ten thousand files and reads those that matter; more manifests than anybody deploys are refused', async () => {
    const root = join(directory, 'many')
    await mkdir(root)
    for (let index = 0; index < 10_000; index++) await writeFile(join(root, `${index}.txt`), '')
    await writeFile(join(root, 'Dockerfile'), 'FROM scratch\n')
    expect((await auditFiles([root])).files.map(({ path }) => path)).toEqual([`${root}/Dockerfile`])
    for (let index = 0; index < 1_001; index++) await writeFile(join(root, `${index}.yaml`), 'a: 1\n')
    await expect(auditFiles([root])).rejects.toMatchObject({
      message: expect.stringContaining('more than 1000 files that may be audited') as string,
    })
  })

  it('writes nothing where one file of several cannot be read', async () => {
    const root = join(directory, 'partly')
    await mkdir(root)
    await writeFile(join(root, 'Dockerfile'), 'FROM scratch\n')
    await writeFile(join(root, 'compose.yaml'), 'services: [\n')
    const output = join(directory, 'report')
    await expect(auditCommand([root], { output, json: true })).rejects.toBeInstanceOf(DeliveryError)
    await expect(auditFiles([output])).rejects.toMatchObject({ message: expect.stringContaining('ENOENT') as string })
  })

  it('says that there is nothing to audit', async () => {
    await expect(audit({ ...(await auditFiles([])), now })).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining('nothing to audit') as string,
    })
  })
})
