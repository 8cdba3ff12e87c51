import { describe, expect, it } from 'vitest'
import type { Structure, Violation } from '../../src/model/index.ts'
import { application, base } from './application.ts'
import { attacked, type Judge } from './attacked.ts'
import { buildAndScan } from './command-line.ts'

const said = (violations: readonly Violation[]) => violations.map(({ id, found }) => `${id}: ${found}`)

describe('package records', () => {
  const debian = 'FROM debian:bookworm-slim\n'
  const attacks: Record<string, [dockerfile: string, ...RegExp[]]> = {
    'the database is emptied': [
      `${debian}RUN : > /var/lib/dpkg/status\n`,
      /^gone: 8\d packages/,
      /^contradiction|^gone/,
    ],
    'the database is removed, and os-release with it': [
      `${debian}RUN rm -rf /var/lib/dpkg /etc/os-release /usr/lib/os-release /etc/debian_version\n`,
      /^gone: /,
      /^system: .* to nothing/,
    ],
    'a layer hides it': [
      `FROM busybox AS none\n${debian}RUN mv /var/lib/dpkg /var/lib/kept && mkdir /var/lib/dpkg\n`.replace(
        'FROM busybox AS none\n',
        '',
      ),
      /^gone: /,
    ],
    'one package is said to be removed': [
      `${debian}RUN sed -i '/^Package: perl-base$/,/^$/s/^Status: .*/Status: deinstall ok config-files/' /var/lib/dpkg/status\n`,
      /^gone: 1 packages .*perl-base/,
    ],
    'a version is written over': [
      `${debian}RUN sed -i '/^Package: perl-base$/,/^$/s/^Version: .*/Version: 9.99/' /var/lib/dpkg/status\n`,
      /^changed: .*perl-base from .* to 9\.99/,
    ],
    'os-release is that of another release': [
      `${debian}RUN sed -i 's/^VERSION_ID=.*/VERSION_ID="13"/' /usr/lib/os-release\n`,
      /^system: .*debian 12 to debian 13/,
      /^contradiction: os-release says debian 13, but its package base-files is 12/,
    ],
    'os-release is that of another distribution': [
      `${debian}RUN printf 'ID=wolfi\\nVERSION_ID=20230201\\n' > /usr/lib/os-release\n`,
      /^system: .* to wolfi/,
      /^contradiction: os-release says wolfi/,
    ],
    'only what scanners read says another release': [
      `${debian}RUN echo 13.0 > /etc/debian_version\n`,
      /^contradiction: os-release says debian 12, but the scanner judged it as debian 13/,
    ],
    'the system is copied without its records': [
      `${debian.trim()} AS whole\nRUN rm -rf /var/lib/dpkg\nFROM scratch\nCOPY --from=whole / /\n`,
      /that no package owns/,
    ],
  }

  it('that are gone, rewritten or contradicted are findings, each with a sentence [fault 83]', async () => {
    await attacked(async (attack) => {
      const tried = Object.entries(attacks).map(async ([title, [dockerfile, ...patterns]]) => {
        const judged = await attack({
          files: { Dockerfile: dockerfile },
          kinds: ['configuration', 'licenses', 'vulnerabilities'],
        })
        const told = said(judged.violations('package-records')).join('\n')
        for (const pattern of patterns) expect(told, title).toMatch(new RegExp(pattern.source, 'm'))
      })
      await Promise.all(tried)
    })
  })

  it('changed by the package manager itself do not count', async () => {
    await attacked(async (attack) => {
      const judged = await attack({
        files: {
          Dockerfile: `${debian}RUN dpkg --purge --force-all mount && dpkg --remove --force-all ncurses-bin && rm -rf /var/lib/dpkg/info/*.md5sums\nCOPY --chmod=755 app /usr/bin/app\n`,
          app: '#!/bin/sh\n',
        },
        kinds: ['configuration', 'licenses', 'vulnerabilities'],
      })
      expect(said(judged.violations('package-records'))).toEqual([])
    })
  })

  it('reject the image in a whole run, and say whose fault it is [fault 83]', async () => {
    const source = application({
      Dockerfile: 'FROM debian:bookworm-slim\nRUN : > /var/lib/dpkg/status\n',
      'loadline.yaml':
        'version: 1\nextends: advisory\ndatabase: {accept: [example, given], maximumAge: 36500d}\nruntime: {required: false}\nrules:\n  package-records: {level: deny}\n',
    })
    const { run, exitCode, stdout } = await buildAndScan(source)
    expect(exitCode).toBe(1)
    const result = run.verdict?.results.find(({ rule }) => rule === 'package-records')
    expect(result).toMatchObject({
      status: 'failed',
      violations: [{ id: 'gone', owner: { kind: 'application', line: 2 } }],
    })
    expect(stdout).toMatch(/8\d gone/)
  })
})

describe('what a file may do', () => {
  it('counts like setuid, whatever grants it [fault 86]', async () => {
    await attacked(async (attack) => {
      const { violations } = await attack({
        files: {
          Dockerfile: [
            'FROM python:3.11-slim-bookworm',
            `RUN cp /bin/true /raw && python3 -c "import os; os.setxattr('/raw', 'security.capability', bytes.fromhex('0100000200200000000000000000000000000000'))"`,
            'RUN mknod /srv/zero c 1 5',
            `RUN touch /shared && python3 -c "import os, struct; os.setxattr('/shared', 'system.posix_acl_access', struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in [(1, 6, 0xffffffff), (2, 6, 65532), (4, 4, 0xffffffff), (16, 6, 0xffffffff), (32, 4, 0xffffffff)]))" || true`,
            'RUN cp /bin/true /plain && chmod 4755 /plain && ln /plain /also',
          ].join('\n'),
        },
        kinds: ['configuration'],
      })
      const told = said(violations('setuid'))
      expect(told).toContain('/raw: cap_net_raw=ep')
      expect(told).toContain('/srv/zero: character device 1:5')
      expect(told).toEqual(expect.arrayContaining(['/plain: mode 4755', '/also: mode 4755']))
    })
  })
})

describe('the shared libraries of what is started', () => {
  // The real dynamic linker says in each build what is wanted of it; a build fails if it disagrees.
  const debian = 'FROM debian:bookworm-slim\n'
  const linker = (wanted: string) =>
    `RUN case "$(ldd /usr/bin/dpkg)" in *${wanted}*) ;; *) ldd /usr/bin/dpkg; exit 1;; esac\n`
  const moved = `${debian}RUN mkdir /opt/lib && mv /usr/lib/$(uname -m)-linux-gnu/libpcre2-8.so.0* /opt/lib\n`
  const lost = '"libpcre2-8.so.0 => not found"'
  const elsewhere = '"libpcre2-8.so.0 => /opt/lib/"'
  const images: Record<string, { dockerfile: string; wanted: string[] }> = {
    'a distribution as it is': {
      dockerfile:
        'FROM python:3.11-slim-bookworm\nENTRYPOINT ["python3", "-m", "http.server"]\nHEALTHCHECK CMD perl -e 1 && ldconfig --version\n',
      wanted: [],
    },
    'a library of a library was moved away': {
      dockerfile: `${moved}${linker(lost)}ENTRYPOINT ["dpkg", "--version"]\n`,
      wanted: ['libpcre2-8.so.0'],
    },
    'only ld.so.conf names its directory, which nobody reads': {
      dockerfile: `${moved}RUN echo /opt/lib > /etc/ld.so.conf.d/opt.conf\n${linker(lost)}CMD ["dpkg"]\n`,
      wanted: ['libpcre2-8.so.0'],
    },
    'ldconfig has found it': {
      dockerfile: `${moved}RUN echo /opt/lib > /etc/ld.so.conf.d/opt.conf && ldconfig\n${linker(elsewhere)}CMD ["dpkg"]\n`,
      wanted: [],
    },
    'the environment names its directory': {
      dockerfile: `${moved}ENV LD_LIBRARY_PATH=/opt/lib\n${linker(elsewhere)}CMD ["dpkg"]\n`,
      wanted: [],
    },
    'a program without its linker': {
      dockerfile: `FROM python:3.11-slim-bookworm AS whole\nFROM ${base}\nCOPY --from=whole /usr/local/bin/python3.11 /python\nENTRYPOINT ["/python"]\n`,
      wanted: [expect.stringMatching(/^\/lib.*\/ld-linux/) as string],
    },
    'a script without its shell': {
      dockerfile: `FROM ${base}\nCOPY --chmod=755 start /start\nENTRYPOINT ["/start"]\n`,
      wanted: ['/bin/sh'],
    },
  }

  it('are missing where the real linker misses them [fault 103]', async () => {
    await attacked(async (attack) => {
      const tried = Object.entries(images).map(async ([title, { dockerfile, wanted }]) => {
        const judged = await attack({
          files: { Dockerfile: dockerfile, start: '#!/bin/sh\n' },
          kinds: ['configuration'],
        })
        const found = judged.violations('shared-libraries').map(({ id }) => id)
        expect({ title, found }).toEqual({ title, found: wanted })
      })
      await Promise.all(tried)
    })
  })
})

describe('what layers waste', () => {
  it('is named, with the steps that write and remove it', async () => {
    await attacked(async (attack) => {
      const { violations } = await attack({
        files: {
          Dockerfile:
            'FROM debian:bookworm-slim\nRUN head -c 3000000 /dev/urandom > /srv/archive\nRUN rm /srv/archive\n',
        },
        kinds: ['size'],
        policy: 'version: 1\nsize: {wasted: 1 MB}\n',
      })
      expect(said(violations('wasted-bytes'))).toEqual([
        expect.stringMatching(/most by \/srv\/archive 3 MB \(.*urandom.*, then .*rm \/srv\/archive\)$/) as string,
      ])
    })
  })
})

describe('structure tests', () => {
  const tests = (yaml: string) => `schemaVersion: 2.0.0\n${yaml}`
  const results = ({ evidence: { structure } }: Judge): Record<string, Structure['tests'][number]> => {
    if (structure?.status !== 'collected') throw new Error(JSON.stringify(structure))
    return Object.fromEntries(structure.value.tests.map((test) => [test.name.replace(/^.*?: /, ''), test]))
  }
  const spy = `import os, socket, sys
telling = [k for k in os.environ if k not in ('PATH', 'LANG', 'HOME', 'LC_CTYPE', 'PYTHON_VERSION')]
seen = open('/proc/self/mountinfo').read() + open('/proc/self/cgroup').read() + socket.gethostname() + ' '.join(os.listdir('/'))
words = [w for w in ('loadline', 'sandbox', 'dagger', 'structure-test', 'judge', 'tests.yaml', 'buildkit') if w in seen.lower()]
hidden = [n for n in os.listdir('/') if n.startswith('.')]
try:
    socket.create_connection(('1.1.1.1', 53), 2); network = ['network']
except OSError:
    network = []
print('told by', telling, words, hidden, network)
`

  it('see the image as it ships: it can neither repair itself nor find out [fault 85]', async () => {
    await attacked(async (attack) => {
      const judged = await attack({
        files: {
          Dockerfile: [
            'FROM python:3.11-slim-bookworm',
            'COPY spy.py /spy.py',
            // What the engine runs by itself in images that have it.
            `RUN printf '#!/bin/sh\\necho good > /app/config\\n' > /usr/sbin/update-ca-certificates && chmod 755 /usr/sbin/update-ca-certificates && mkdir /app`,
            'COPY --chown=65532 config /app/config',
            'USER 65532',
          ].join('\n'),
          config: 'broken\n',
          'spy.py': spy,
          'structure-test.yaml': tests(
            [
              'commandTests:',
              '  - {name: repairs, command: sh, args: [-c, "echo good > /app/config"]}',
              '  - {name: does not see another repair, command: cat, args: [/app/config], expectedOutput: ["^broken"]}',
              '  - name: has a setup of its own',
              '    setup: [[sh, -c, "echo ready > /app/config"]]',
              '    envVars: [{key: MODE, value: "${PATH}:test"}]',
              '    command: sh',
              '    args: [-c, "cat /app/config; env"]',
              '    expectedOutput: ["^ready", "MODE=/.*:test"]',
              '  - {name: is nobody, command: id, args: [-u], expectedOutput: ["^65532"]}',
              '  - {name: has no capabilities, command: grep, args: [CapBnd, /proc/self/status], expectedOutput: ["0000000000000000"]}',
              '  - {name: finds nothing out, command: python3, args: [/spy.py], expectedOutput: ["told by \\\\[\\\\] \\\\[\\\\] \\\\[\\\\] \\\\[\\\\]"]}',
              '  - {name: cannot start, command: /no/such}',
              '  - {name: ends as it likes, command: sh, args: [-c, "exit 7"], exitCode: 7}',
              'fileContentTests:',
              '  - {name: the file is good, path: /app/config, expectedContents: [good]}',
              'fileExistenceTests:',
              '  - {name: it is there, path: /app/config, shouldExist: true, permissions: "-rw-r--r--"}',
              'metadataTest:',
              '  user: "65532"',
              '  unboundEnvVars: [{key: DEBUG}]',
            ].join('\n'),
          ),
        },
        kinds: ['structure'],
      })
      const { 'the file is good': file, 'cannot start': absent, ...others } = results(judged)
      expect(file).toMatchObject({ passed: false })
      expect(absent).toMatchObject({ passed: false, errors: [expect.stringContaining('failed to start')] })
      expect(Object.values(others).filter(({ passed }) => !passed)).toEqual([])
      expect(Object.keys(others)).toHaveLength(9)
    })
  })

  it('that print more than is read prove nothing, and their output is not passed to a terminal unfiltered [fault 87]', async () => {
    await attacked(async (attack) => {
      const judged = await attack({
        files: {
          Dockerfile: 'FROM python:3.11-slim-bookworm\nUSER 65532\n',
          'structure-test.yaml': tests(
            [
              'commandTests:',
              '  - {name: hides the end, command: sh, args: [-c, "head -c 3000000 /dev/zero | tr \\\\0 x; echo secret"], excludedOutput: [secret]}',
              '  - {name: paints, command: sh, args: [-c, "printf \'\\\\033[2J\\\\033]0;owned\\\\007::error::x\\\\n\'"], expectedOutput: [nothing]}',
            ].join('\n'),
          ),
        },
        kinds: ['structure'],
      })
      const found = results(judged)
      expect(found['hides the end']).toMatchObject({
        passed: false,
        errors: [expect.stringContaining('printed more than')],
      })
      expect(found['paints']?.passed).toBe(false)
      expect(JSON.stringify(found['paints']?.errors)).not.toMatch(/\\u001b|\\u0007/)
    })
  })
})
