import { describe, expect, it } from 'vitest'
import { AuditTree } from '../../../src/audit/audit-tree.ts'
import type { Container } from '../../../src/audit/container.ts'
import { composeFiles } from '../../../src/audit/input/compose/compose-files.ts'
import { readCompose } from '../../../src/audit/input/compose/read-compose.ts'
import { showUnknown } from '../../../src/formats/unknown-value.ts'
import { auditOf, auditOfNamed, saidOf } from './audit-of.ts'

/** The containers of a project of these files, by the first of them. */
function containersOf(files: Record<string, string>): Container[] {
  const [path = ''] = Object.keys(files)
  const tree = new AuditTree(Object.entries(files).map(([name, text]) => ({ path: name, text })))
  return readCompose(composeFiles(path, tree.documents(path) ?? [], tree), tree).containers
}
const only = (text: string, files: Record<string, string> = {}): Container => {
  const [container] = containersOf({ 'compose.yaml': text, ...files })
  if (container === undefined) throw new Error('the file has no service')
  return container
}
const web = (lines: string) => `services:\n  web:\n    image: a:1.0.0\n    ${lines.replaceAll('\n', '\n    ')}\n`
const portsOf = ({ ports }: Container) => ports.map(({ value: { written } }) => written)
const reading = (text: string, files: Record<string, string> = {}) => auditOfNamed(text, 'compose.yaml', files)

describe('variables are filled in as Compose does it', () => {
  it.each([
    ['${P:-8080}:80', '8080:80'],
    ['${P-8080}:80', '8080:80'],
    ['${A:-${B:-${C-8080}}}:80', '8080:80'],
    ['${P:-80${P:-80}}:80', '8080:80'],
    ['${E-8080}:80', ':80'],
    ['${E:-8080}:80', '8080:80'],
    ['${K:+9090}:80', '9090:80'],
    ['${K:+${K}}:80', '7070:80'],
    ['${K:?set it}:80', '7070:80'],
    ['$K:80', '7070:80'],
    ['"127.0.0.1:${K}:80"', '127.0.0.1:7070:80'],
  ])('%s is %s', (written, read) => {
    const text = web(`ports: [${written.startsWith('"') ? written : `"${written}"`}]`)
    expect(portsOf(only(text, { '.env': 'K=7070\nE=\n' }))).toEqual([read])
  })

  it.each(['${P}:80', '$P:80', '${P:?set it}:80', '${P?set it}:80'])(
    '%s is an unknown port, and the rest is judged [fault 98]',
    async (written) => {
      const document = await auditOfNamed(web(`ports: ["${written}"]`), 'compose.yaml')
      expect(saidOf(document, 'cis-5.8')).toEqual(['manual: publishes ${P}:80: a variable decides'])
      expect(saidOf(document, 'cis-5.14')).toEqual(['fail: publishes ${P}:80 on every interface'])
      expect(saidOf(document, 'cis-5.5')).toEqual(['pass: not privileged'])
    },
  )

  it.each([
    ['privileged: ${P}', 'cis-5.5'],
    ['user: "${UID}:${GID}"', 'practice-root-user'],
    ['user: "${UID}"', 'practice-root-user'],
    ['network_mode: ${MODE}', 'cis-5.10'],
    ['pid: ${PID_MODE}', 'cis-5.16'],
    ['read_only: ${RO}', 'cis-5.13'],
    ['restart: ${RESTART}', 'cis-5.15'],
    ['ports: ["${IP}:8080:80"]', 'cis-5.14'],
    ['security_opt: ["seccomp=${PROFILE}"]', 'cis-5.22'],
    ['security_opt: ["apparmor=${PROFILE}"]', 'cis-5.2'],
    ['cap_add: ["${CAP}"]', 'cis-5.4'],
    ['cap_drop: ["${CAP}"]', 'cis-5.4'],
    ['volumes: ["${DIR}:/data"]', 'cis-5.6'],
    ['volumes: ["${DIR}:/data"]', 'cis-5.32'],
    ['volumes: [{type: bind, source: "${DIR}", target: /data}]', 'practice-bind-mount'],
    ['use_api_socket: ${SOCKET}', 'cis-5.32'],
    ['ipc: ${IPC}', 'cis-5.17'],
    ['userns_mode: ${NS}', 'cis-5.31'],
    ['cgroup: ${CG}', 'cis-5.25'],
    ['security_opt: ["no-new-privileges:${NNP}"]', 'cis-5.26'],
    ['deploy: {resources: {limits: {memory: "${MEM}"}}}', 'cis-5.11'],
    ['pids_limit: ${PIDS}', 'cis-5.29'],
    ['cpus: ${CPUS}', 'cis-5.12'],
    ['healthcheck: {test: ["${TEST}"]}', 'cis-5.27'],
    ['healthcheck: {test: [CMD, a], disable: "${OFF}"}', 'cis-5.27'],
    ['network_mode: ${MODE}', 'cis-5.30'],
    ['volumes: [{type: bind, source: ./a, target: /a, bind: {propagation: "${HOW}"}}]', 'cis-5.20'],
    ['ports: ["${PORT}:${PORT}"]', 'practice-database-port'],
    ['security_opt: ["systempaths=${PATHS}"]', 'cis-5.5'],
    ['build: {context: ., privileged: "${PRIVILEGED}"}', 'cis-5.5'],
    ['security_opt: ["label=${LABEL}"]', 'cis-5.3'],
    ['devices: ["${DEVICE}:/dev/x"]', 'cis-5.18'],
    ['sysctls: ["${NAME}=1"]', 'practice-sysctl'],
  ])('%s decides %s, which is never a pass [fault 98]', async (line, id) => {
    const said = saidOf(await auditOfNamed(web(line), 'compose.yaml'), id)
    expect(said.filter((one) => one.startsWith('pass'))).toEqual([])
    expect(said).not.toEqual([])
  })

  it('takes a value from .env beside the file, with quotes, comments, export and what stands above', () => {
    const env = '# one\nexport A="8080" # two\nB=${A}\nC=\'$A\'\nD: 9090\nE=a\\nb # c\nF="a\\nb"\n\nG\n'
    const container = only(web('environment: ["1=${B}", "2=${C}", "3=${D}", "4=${E}", "5=${F}", "6=${G:-none}"]'), {
      '.env': env,
    })
    expect(container.environment.map(({ value: { value } }) => value)).toHaveLength(6)
    expect(portsOf(only(web('ports: ["${B}:80", "${D}:81"]'), { '.env': env }))).toEqual(['8080:80', '9090:81'])
  })

  it('says of a credential what the file itself says, and not what .env beside it holds', async () => {
    const beside = { '.env': 'P=Hunter2-real\n' }
    const document = await auditOfNamed(web('environment: {DB_PASSWORD: "${P}"}'), 'compose.yaml', beside)
    expect(saidOf(document, 'practice-environment-secret')).toEqual([
      'pass: no variable or argument that looks like a credential',
    ])
    const written = await auditOfNamed(web('environment: {DB_PASSWORD: "${P:-Hunter2-real}"}'), 'compose.yaml', beside)
    expect(saidOf(written, 'practice-environment-secret')).toEqual(['fail: DB_PASSWORD holds a credential'])
  })

  it('reads $$ as a dollar, and leaves anything that is not a substitution as written', () => {
    const container = only(web('environment: {A: "$$B", C: "a$", D: "${}", E: "$1"}'))
    expect(container.environment.map(({ value: { value } }) => showUnknown(value))).toEqual(['$B', 'a$', '${}', '$1'])
  })

  it.each([
    ['open braces', '${A:-'.repeat(5_000)],
    ['closed ones', `${'${A:-'.repeat(500)}x${'}'.repeat(500)}`],
    ['dollars', '$'.repeat(50_000)],
  ])('%s cost no more than their length', (_what, value) => {
    const started = performance.now()
    expect(only(web(`environment: {A: "${value}"}`)).environment).toHaveLength(1)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('!reset and !override', () => {
  const base = { 'base.yaml': web('ports: ["8080:80"]\ncap_add: [SYS_ADMIN]\nprivileged: true\nuser: "0"') }
  const child = (lines: string) =>
    `services:\n  app:\n    extends: {file: base.yaml, service: web}\n    ${lines.replaceAll('\n', '\n    ')}\n`

  it('by themselves are nothing, and the value', () => {
    expect(only(web('ports: !reset []')).ports).toEqual([])
    expect(only(web('privileged: !reset true')).privileged).toBeUndefined()
    expect(portsOf(only(web('ports: !override ["127.0.0.1:8080:80"]')))).toEqual(['127.0.0.1:8080:80'])
  })

  it('take away and replace what a service extends', () => {
    const app = only(child('ports: !override ["9090:80"]\ncap_add: !reset []\nprivileged: !reset null'), base)
    expect(portsOf(app)).toEqual(['9090:80'])
    expect(app.capAdd).toEqual([])
    expect(app.privileged).toBeUndefined()
    expect(app.user?.value).toBe('0')
  })

  it('without them lists are joined', () => {
    expect(portsOf(only(child('ports: ["9090:80"]'), base))).toEqual(['8080:80', '9090:80'])
  })

  it('hold in an override file that lies beside the default one', () => {
    const files = { 'compose.override.yaml': 'services:\n  web:\n    ports: !override []\n    privileged: !reset\n' }
    const [container] = containersOf({ ...files, 'compose.yaml': base['base.yaml'] })
    expect(container).toMatchObject({ name: 'web', ports: [], capAdd: [{ value: 'SYS_ADMIN' }] })
    expect(container?.privileged).toBeUndefined()
  })
})

describe('several files and documents', () => {
  it('a second document lies over the first', () => {
    const text = `${web('privileged: true\nports: ["8080:80"]')}---\nservices:\n  web:\n    privileged: false\n    ports: ["9090:80"]\n`
    const container = only(text)
    expect(container.privileged).toMatchObject({ value: false, line: 9 })
    expect(portsOf(container)).toEqual(['8080:80', '9090:80'])
  })

  it('an overlay of another name is judged over the default file where its services have no image', () => {
    const files = {
      'docker-compose.prod.yml': 'services:\n  web:\n    privileged: true\n',
      'docker-compose.yml': web('user: "65532"'),
    }
    expect(containersOf(files)).toMatchObject([{ name: 'web', user: { value: '65532' }, privileged: { value: true } }])
  })

  it('one whose services are whole stands alone', () => {
    const files = { 'docker-compose.prod.yml': web('read_only: true'), 'docker-compose.yml': web('privileged: true') }
    expect(containersOf(files)[0]?.privileged).toBeUndefined()
  })

  it('a file with only networks holds nothing that can be judged, which does not count as passed [fault 97]', async () => {
    const document = await auditOfNamed('networks: {front: {}}\n', 'compose.yaml')
    expect(document).toMatchObject({ outcome: 'undecided', judged: { containers: 0 } })
    expect(document.unjudged).toMatchObject([{ reason: 'it has no services' }])
  })
})

describe('extends', () => {
  const child = (file: string) => `services:\n  web:\n    extends: {file: ${file}, service: base}\n    image: a:1.0.0\n`

  it('joins lists, merges maps and lets the nearer value win', () => {
    const base = 'services:\n  base:\n    image: b:1.0.0\n    cap_add: [SYS_ADMIN]\n    environment: {A: "1", B: "2"}\n'
    expect(
      only(`${child('base.yaml')}    cap_add: [NET_RAW]\n    environment: [B=3]\n`, { 'base.yaml': base }),
    ).toMatchObject({
      image: { value: 'a:1.0.0', path: 'compose.yaml', line: 4 },
      capAdd: [
        { value: 'SYS_ADMIN', path: 'base.yaml', line: 4 },
        { value: 'NET_RAW', path: 'compose.yaml', line: 5 },
      ],
      environment: [{ value: { name: 'A', value: '1' } }, { value: { name: 'B', value: '3' } }],
    })
  })

  it.each(['../base.yaml', '/etc/base.yaml'])('refuses %s, which lies outside of the tree', async (file) => {
    await expect(reading(child(file))).rejects.toMatchObject({
      code: 'SOURCE',
      message: `compose.yaml:3: extends names ${file}, which is outside the audited paths`,
    })
  })

  it('says where a file, a service or an end is missing', async () => {
    await expect(reading(child('base.yaml'))).rejects.toMatchObject({
      message: 'compose.yaml:3: extends names base.yaml, which does not exist',
    })
    await expect(reading(child('base.yaml'), { 'base.yaml': 'services: {other: {}}\n' })).rejects.toMatchObject({
      message: 'compose.yaml:3: expected the service "base" in base.yaml, found none',
    })
    await expect(reading(child('compose.yaml').replace('web', 'base'))).rejects.toMatchObject({
      message: expect.stringContaining('the service extends itself') as string,
    })
  })

  it('a chain that multiplies, and one that is deeper than anybody writes, are refused with their line [fault 28]', async () => {
    const wide = Array.from({ length: 1_000 }, (_, index) =>
      index === 0
        ? '  s0: {image: a}'
        : `  s${index}: {extends: {service: s${index - 1}}, ports: ["${index + 1000}:80"]}`,
    )
    await expect(reading(`services:\n${wide.join('\n')}\n`)).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringMatching(/^compose\.yaml:\d+: expected at most 250000 values/) as string,
    })
    const deep = Array.from({ length: 2_000 }, (_, index) =>
      index === 0 ? '  s0: {image: a}' : `  s${index}: {extends: s${index - 1}}`,
    ).toReversed()
    await expect(reading(`services:\n${deep.join('\n')}\n`)).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringMatching(/^compose\.yaml:\d+: expected at most 1000 services that extend/) as string,
    })
  })
})

describe('include', () => {
  const infra =
    'services:\n  database:\n    image: postgres:17\n    privileged: true\n    volumes: [data:/data]\nvolumes:\n  data: {driver_opts: {o: bind, device: /srv/data}}\n'
  const failures = async (text: string, beside: Record<string, string>, path = 'compose.yaml') =>
    (await auditOfNamed(text, path, beside)).controls.flatMap(({ id, evidence }) =>
      evidence.filter(({ status }) => status === 'fail').map((one) => `${id} ${one.path}:${one.line} ${one.about}`),
    )

  it.each([
    ['a path', 'include: [infra/base.yaml]\n'],
    ['a map', 'include:\n  - path: infra/base.yaml\n    project_directory: .\n'],
    ['a variable with a default', 'include: ["${INFRA:-infra/base.yaml}"]\n'],
    ['a file that includes it', 'include: [infra/all.yaml]\n'],
  ])('judges what %s names as if it were written here', async (_what, text) => {
    const others = { 'infra/base.yaml': infra, 'infra/all.yaml': 'include: [base.yaml]\n' }
    expect(await failures(text, others)).toEqual(await failures(infra, {}, 'infra/base.yaml'))
    expect(await failures(`${text}services:\n  web: {image: a:1.0.0}\n`, others)).toContain(
      'cis-5.5 infra/base.yaml:4 database',
    )
  })

  it('lays the later files of one entry over the first', () => {
    const containers = containersOf({
      'compose.yaml': 'include:\n  - path: [base.yaml, over.yaml]\n',
      'base.yaml': infra,
      'over.yaml': 'services:\n  database:\n    privileged: false\n',
    })
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
    const document = await auditOf({
      'compose.yaml': 'include: [base.yaml]\nservices:\n  web: {image: a:1.0.0}\n',
      'base.yaml': infra,
    })
    expect(
      document.controls.find(({ id }) => id === 'cis-5.5')?.evidence.filter(({ about }) => about === 'database'),
    ).toHaveLength(1)
  })

  it.each([
    [
      'a file that is not there',
      'include: [nowhere.yaml]\n',
      'compose.yaml:1: include names nowhere.yaml, which does not exist',
    ],
    [
      'a file of another tree',
      'include:\n  - path: ../base.yaml\n',
      'compose.yaml:2: include names ../base.yaml, which is outside the audited paths',
    ],
    [
      'an artifact of a registry',
      'include: ["oci://registry.example.com/base:1"]\n',
      'compose.yaml:1: include names oci://registry.example.com/base:1, which is not a file in the tree; the audit fetches nothing',
    ],
    ['a repository', 'include: ["git@git.example.com:shop/base.git"]\n', 'which is not a file in the tree'],
    ['a variable', 'include: ["${INFRA}/base.yaml"]\n', "the variable's value is unknown here: give it a default"],
    [
      'nothing',
      'include:\n  - env_file: .env\n',
      'compose.yaml:2: expected the path of a compose file below include, found none',
    ],
    ['itself', 'include: [compose.yaml]\n', 'the file includes itself: compose.yaml -> compose.yaml'],
  ])('refuses %s', async (_what, text, message) => {
    await expect(reading(text, { 'compose.yaml': text })).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining(message) as string,
    })
  })

  it("leaves an include alone that is another format's", async () => {
    const document = await auditOf({
      'ci/build.yaml': 'include:\n  - remote: https://ci.example.com/build.yaml\n',
      Dockerfile: 'FROM scratch\n',
    })
    expect(document.passedOver).toMatchObject([{ path: 'ci/build.yaml' }])
  })
})

describe('forms of one thing', () => {
  it.each([
    ['"8080:80/UDP"', '8080:80/UDP', 'udp'],
    ['"8080:80/tcp"', '8080:80/tcp', 'tcp'],
    ['8080', '8080', 'tcp'],
    ['"[::1]:8080:80"', '[::1]:8080:80', 'tcp'],
    ['"3000-3005:3000-3005"', '3000-3005:3000-3005', 'tcp'],
    ['{target: 80, published: "8080", host_ip: 127.0.0.1, protocol: UDP}', '127.0.0.1:8080:80', 'udp'],
  ])('port %s', (written, shown, protocol) => {
    expect(only(web(`ports: [${written}]`)).ports).toMatchObject([{ value: { written: shown, protocol } }])
  })

  it.each([
    ['"./data:/data"', 'bind', './data'],
    ['"data:/data"', 'volume', 'data'],
    ['"~/data:/data:ro"', 'bind', '~/data'],
    ['"C:\\\\data:/data"', 'bind', 'C:\\data'],
    ['"c:/data:/data"', 'bind', 'c:/data'],
    ['{type: bind, source: ../x, target: /data}', 'bind', '../x'],
    ['{source: ./x, target: /data}', 'bind', './x'],
    ['{type: npipe, source: "\\\\\\\\.\\\\pipe\\\\docker_engine", target: /x}', 'bind', '\\\\.\\pipe\\docker_engine'],
  ])('volume %s', (written, kind, source) => {
    expect(only(web(`volumes: [${written}]`)).mounts).toMatchObject([{ value: { kind, source } }])
  })

  it('volumes_from, hooks, jobs, build arguments and Dockerfiles inside are read', () => {
    const [app, other, hook] = containersOf({
      'compose.yaml':
        'services:\n  app:\n    image: a:1.0.0\n    volumes_from: [data]\n    build: {context: ., args: {TOKEN: x}, privileged: true}\n    post_start: [{command: a, privileged: true, user: root}]\n    pre_start: [{image: b:1.0.0, command: c}]\n  data:\n    image: b:1.0.0\n    volumes: ["/var/run/docker.sock:/s"]\n',
    })
    expect(app).toMatchObject({
      mounts: [{ value: { source: '/var/run/docker.sock' } }],
      environment: [{ value: { name: 'TOKEN', of: 'build argument' } }],
      escapes: [{ value: 'its build is privileged' }],
      hooks: [{ value: { what: 'post_start', privileged: true, user: 'root' } }],
    })
    expect(other?.name).toBe('data')
    expect(hook).toMatchObject({ name: 'app/pre_start/0', endsByItself: true })
  })

  it('a Dockerfile inside of a compose file is judged, with its lines, arguments and target', async () => {
    const document = await auditOfNamed(
      'services:\n  web:\n    build:\n      args: {U: root}\n      dockerfile_inline: |\n        FROM alpine:3.20\n        ARG U\n        USER $$U\n',
      'compose.yaml',
    )
    expect(document.controls.find(({ id }) => id === 'cis-4.1')?.evidence).toMatchObject([
      { status: 'fail', found: 'USER root', path: 'compose.yaml', line: 8 },
    ])
    // A dollar alone is Compose's: it fills in a variable of its own, which nobody here knows.
    const filled = 'services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM a:1\n        USER $U\n'
    expect(saidOf(await auditOfNamed(filled, 'compose.yaml'), 'cis-4.1')).toEqual([
      'manual: user ${U}: its value is unknown here',
    ])
  })
})
