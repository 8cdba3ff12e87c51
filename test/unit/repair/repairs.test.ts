import { describe, expect, it } from 'vitest'
import { parseStructureTests } from '../../../src/tools/container-structure-test/structure-test-file.ts'
import { applicationLayer } from '../gate/good-evidence.ts'
import { withoutOverlaps } from '../../../src/repair/index.ts'
import { answersTo, remains, repaired, situationOf, type Given } from './situation.ts'

/** Lines of the repaired Dockerfile that are not those of the written one, in order. */
function changed(text: string, given: Given): string[] {
  const before = text.split('\n')
  return repaired(text, given)
    .dockerfile.split('\n')
    .filter((line) => !before.includes(line))
}

/** The repairs that are proposed, and those that can be made together. */
function kinds(text: string, given: Given): { proposals: string[]; kept: string[] } {
  const proposals = answersTo(situationOf(text, given)).flatMap(({ proposals: some = [] }) => some)
  const ids = (some: typeof proposals) => some.map(({ repair }) => repair)
  return { proposals: ids(proposals), kept: ids(withoutOverlaps(proposals).kept) }
}

const root = { configuration: { user: '' } }
const flask = `FROM python:3.12-slim
# The application.
WORKDIR /srv
COPY . .
RUN pip install -r requirements.txt
EXPOSE 5000
CMD python app.py
`

describe('the user', () => {
  it('is added where files no longer change, and comments and the rest stay as they are', () => {
    expect(repaired(flask, root).dockerfile).toBe(
      flask.replace('requirements.txt\n', 'requirements.txt\nUSER 65532:65532\n'),
    )
  })
  it('takes the place of root where that is written', () => {
    const text = 'FROM node:22-slim\nUSER root\nRUN npm ci\nUSER root\nCMD ["node", "a.js"]\n'
    expect(repaired(text, { configuration: { user: 'root' } }).dockerfile).toBe(
      text.replace('USER root\nCMD', 'USER 65532:65532\nCMD'),
    )
  })
  it('owns what is copied, if it cannot start otherwise', () => {
    const [proposal] = answersTo(situationOf(flask, root)).flatMap(({ proposals = [] }) => proposals)
    expect(proposal?.otherwise?.edits?.map(({ text }) => text)).toEqual([' --chown=65532:65532'])
  })
  it('that has a name gets the number that it was seen to have', () => {
    const text = 'FROM debian:12-slim\nRUN useradd -m app\nUSER app\nCMD ["true"]\n'
    expect(changed(text, { configuration: { user: 'app' }, runtime: { user: '1000:1000' } })).toEqual(['USER 1000'])
  })
  it('of the system gets an id of people, where the Dockerfile itself adds it', () => {
    const text = 'FROM alpine:3.20\nRUN addgroup -S app && adduser -S -G app app\nUSER app\nCMD ["true"]\n'
    expect(changed(text, { configuration: { user: 'app' }, runtime: { user: '100:101' } })).toEqual([
      'RUN addgroup -S app && adduser --uid 10001 -S -G app app',
      'USER 10001',
    ])
    const inherited = 'FROM redis:7\nUSER redis\n'
    const given = { configuration: { user: 'redis' }, runtime: { user: '999:999' } }
    expect(repaired(inherited, given).dockerfile).toBe(inherited)
    expect(remains(inherited, given)).toEqual([expect.stringContaining('The user redis has an ID below 1000')])
  })
  it('is that of the policy, where it wants a higher number', () => {
    expect(changed(flask, { ...root, policy: { configuration: { minimumUid: 100_000 } } })).toEqual([
      'USER 100000:100000',
    ])
  })
})

describe('what root still does at the end', () => {
  const nginx = 'FROM debian:12-slim\nRUN apt-get update\nEXPOSE 80\nCMD ["nginx"]\n'
  const given: Given = {
    configuration: {
      user: '',
      cmd: ['nginx'],
      entrypoint: [],
      setuid: [{ path: '/usr/bin/su', mode: '4755', bytes: 1 }],
      worldWritable: [{ path: '/srv/log', mode: '0666', bytes: 1 }],
      packageManagers: ['/usr/bin/apt-get', '/usr/bin/dpkg'],
      shells: ['/bin/sh'],
    },
  }
  it('is one layer, before the user', () => {
    expect(repaired(nginx, given).dockerfile).toBe(
      nginx.replace(
        'update\n',
        'update\nRUN chmod a-s /usr/bin/su \\\n    && chmod o-w /srv/log \\\n    && rm -rf /usr/bin/apt-get /usr/bin/dpkg\nUSER 65532:65532\n',
      ),
    )
  })
  it('is done by root, where another user comes before, who comes back after it', () => {
    const text = 'FROM debian:12-slim\nUSER 1000\nWORKDIR /srv\nCMD ["nginx"]\n'
    expect(changed(text, { configuration: { ...given.configuration, user: '1000' } }).join('\n')).toMatch(
      /^USER 0\nRUN chmod[^]*dpkg$/,
    )
    expect(repaired(text, { configuration: { ...given.configuration, user: '1000' } }).dockerfile).toMatch(
      /dpkg\nUSER 1000\nCMD/,
    )
  })
  it('brings back the user of the base', () => {
    const text = 'FROM gcr.io/distroless/nodejs24-debian12:nonroot\nCOPY a /\n'
    const { dockerfile } = repaired(text, { configuration: { ...given.configuration, user: '65532' } })
    expect(dockerfile).toMatch(/^USER 0\nRUN [^]*\nUSER 65532$/m)
  })
  describe('comes before the last files that are copied', () => {
    const managers: Given = {
      configuration: { packageManagers: ['/usr/bin/dpkg', '/app/bin/npm'], shells: ['/bin/sh'], user: '' },
    }
    const placed = (text: string, user = '') =>
      repaired(text, { configuration: { ...managers.configuration, user } }, ['rest']).dockerfile
    it('if they have nothing to do with it; what is copied itself is cleaned behind them', () => {
      const text = 'FROM debian:12\nRUN true\nWORKDIR /app\nCOPY . .\nUSER 1000\nCMD ["a"]\n'
      const early = repaired(
        text,
        { configuration: { ...managers.configuration, packageManagers: ['/usr/bin/dpkg'] } },
        ['rest'],
      )
      expect(early.dockerfile).toContain('RUN true\nRUN rm -rf /usr/bin/dpkg\nWORKDIR /app\nCOPY . .\nUSER 1000')
      expect(placed(text, '1000')).toContain('COPY . .\nRUN rm -rf /app/bin/npm /usr/bin/dpkg\nUSER 1000')
    })
    it.each([
      ['somebody else than root runs there', 'FROM debian:12\nUSER 1000\nRUN true\nCOPY a /a\nUSER 0\nCOPY b /b\n', ''],
      ['the base runs as somebody else', 'FROM debian:12\nCOPY a /a\n', '1000'],
      ['it is unknown where they are copied to', 'FROM example.com/a\nCOPY a .\n', ''],
      ['they are copied over all', 'FROM debian:12\nCOPY a /\n', ''],
    ])('but not where %s', (_, text, user) => {
      expect(placed(text, user)).toMatch(/COPY [ab] \S+\n(USER 0\n)?RUN rm -rf/)
    })
  })
  it('keeps the line ends and the escape character of the file', () => {
    const { dockerfile } = repaired(nginx.replaceAll('\n', '\r\n'), given)
    expect(dockerfile.replaceAll('\r\n', '')).not.toContain('\n')
  })
  it('leaves the package manager that starts the application', () => {
    const text = 'FROM node:22-slim\nCMD ["npm", "start"]\n'
    const npm: Given = {
      configuration: {
        cmd: ['npm', 'start'],
        entrypoint: [],
        packageManagers: ['/usr/local/bin/npm', '/usr/bin/dpkg'],
        shells: ['/bin/sh'],
      },
    }
    expect(repaired(text, npm).dockerfile).toContain('rm -rf /usr/bin/dpkg')
    expect(repaired(text, npm).dockerfile).not.toContain('bin/npm')
    expect(remains(text, npm)).toEqual([expect.stringContaining('npm starts the application')])
  })
  it('takes the whole tree of a package manager, and its records with it', () => {
    const paths = [
      '/usr/local/bin/npx',
      '/usr/local/lib/node_modules/npm/bin/npm',
      '/usr/local/lib/node_modules/npm/bin/npx',
      '/opt/yarn-v1.22.22/bin/yarn',
      '/usr/local/lib/python3.12/site-packages/pip',
    ]
    const trees: Given = { configuration: { packageManagers: paths, shells: ['/bin/sh'], user: '1000' } }
    expect(repaired('FROM node:22-slim\nUSER root\n', trees).dockerfile).toContain(
      'rm -rf /opt/yarn-v1.22.22 /usr/local/bin/npx /usr/local/lib/node_modules/npm /usr/local/lib/python3.12/site-packages/pip /usr/local/lib/python3.12/site-packages/pip-*.dist-info',
    )
  })
  it('is left out where the image has no shell to run it', () => {
    expect(repaired(nginx, { configuration: { ...given.configuration, shells: [] } }).dockerfile).not.toContain(
      'RUN chmod',
    )
  })
  it('names no path that a shell would read otherwise', () => {
    const text = 'FROM debian:12-slim\n'
    const path = '/srv/a; rm -rf'
    const odd: Given = {
      configuration: {
        worldWritable: [{ path, mode: '0666', bytes: 1 }],
        packageManagers: [path],
        shells: ['/bin/sh'],
      },
    }
    expect(repaired(text, odd).dockerfile).toBe(text)
  })
})

describe('CMD and ENTRYPOINT', () => {
  const shellForm = (words: string[]): Given => ({
    configuration: { cmd: ['/bin/sh', '-c', ...words], entrypoint: [] },
  })
  const cmd = (written: string) => changed(`FROM debian:12-slim\nCMD ${written}\n`, shellForm([written]))

  it.each([
    ['python app.py', '["python", "app.py"]'],
    ['exec gunicorn --bind 0.0.0.0:8000 "shop.wsgi"', '["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi"]'],
    ["java -Dname='a b' -jar app.jar", '["java", "-Dname=a b", "-jar", "app.jar"]'],
    ['gunicorn \\\n  -w 4 \\\n  app:app', '["gunicorn", "-w", "4", "app:app"]'],
  ])('%s', (written, becomes) => expect(cmd(written)).toEqual([`CMD ${becomes}`]))

  it.each([
    'gunicorn --bind :$PORT app',
    'cd /srv && node a.js',
    'node a.js > /tmp/log',
    'A=b node a.js',
    'node *.js',
    'node ~/a.js',
    'node `cat main`',
    'exec "$@"',
    'source env',
    'node a.js &',
  ])('need the shell: %s', (written) => {
    expect(cmd(written)).toEqual([])
    expect(remains(`FROM debian:12-slim\nCMD ${written}\n`, shellForm([written]))).toEqual([
      expect.stringContaining('features of a shell'),
    ])
  })
  it('stand in a stage that the shipped one starts from, too', () => {
    const text = 'FROM debian:12-slim AS base\nCMD node a.js\nFROM base AS final\nCOPY a /a\n'
    expect(changed(text, shellForm(['node a.js']))).toEqual(['CMD ["node", "a.js"]'])
  })
  it('are left where CMD would become the arguments of ENTRYPOINT', () => {
    const text = 'FROM debian:12-slim\nENTRYPOINT run serve\nCMD ["--debug"]\n'
    expect(changed(text, { configuration: { entrypoint: ['/bin/sh', '-c', 'run serve'], cmd: ['--debug'] } })).toEqual(
      [],
    )
  })
})

describe('a script of package.json', () => {
  const text = 'FROM node:22-slim\nCOPY . .\nCMD ["npm", "start"]\n'
  const given = (scripts: Record<string, string>): Given => ({
    configuration: {
      cmd: ['npm', 'start'],
      entrypoint: [],
      packageManagers: ['/usr/local/bin/npm'],
      shells: ['/bin/sh'],
    },
    source: { 'package.json': JSON.stringify({ scripts }), '.dockerignore': '' },
  })
  const started = (scripts: Record<string, string>, written = text) =>
    changed(written, given(scripts)).filter((line) => line.startsWith('CMD'))

  it('is started without what only reads it', () => {
    expect(started({ start: 'node --enable-source-maps dist/main.js' })).toEqual([
      'CMD ["node", "--enable-source-maps", "dist/main.js"]',
    ])
    expect(started({ serve: "node 'a b.js'" }, text.replace('"npm", "start"', '"yarn", "run", "serve"'))).toEqual([
      'CMD ["node", "a b.js"]',
    ])
  })
  it('is started so from shell form, too, by one change of the line', () => {
    const shell = text.replace('["npm", "start"]', 'npm start')
    const { proposals, kept } = kinds(shell, {
      ...given({ start: 'node a.js' }),
      lint: ['DL3025:3'],
    })
    expect(proposals).toEqual(expect.arrayContaining(['started-script', 'exec-form CMD']))
    expect(kept).not.toContain('exec-form CMD')
  })
  it.each<Record<string, string>>([
    { start: 'node a.js', prestart: 'npm run build' },
    { start: 'next start' },
    { start: 'NODE_ENV=production node a.js' },
    { start: 'node a.js --port $PORT' },
    { start: 'node a.js && node b.js' },
    {},
  ])('is left where it does more: %o', (scripts) => expect(started(scripts)).toEqual([]))
  it('is left where the entry point is one of the application', () => {
    expect(started({ start: 'node a.js' }, text.replace('CMD', 'ENTRYPOINT ["/run.sh"]\nCMD'))).toEqual([])
  })
})

describe('package managers', () => {
  const text = `FROM debian:12-slim
RUN apt-get update && \\
    # the client of the database
    apt-get install curl libpq5 \\
    && pip install --upgrade pip flask
RUN python3 -m pip install "uvicorn" && yum install -y a || true
CMD ["true"]
`
  it('get the options that are missing, each behind its word, and comments stay', () => {
    expect(changed(text, { lint: ['DL3014:2', 'DL3015:2', 'DL3042:2', 'DL3042:6'] })).toEqual([
      '    apt-get install -y --no-install-recommends curl libpq5 \\',
      '    && pip install --no-cache-dir --upgrade pip flask',
      'RUN python3 -m pip install --no-cache-dir "uvicorn" && yum install -y a || true',
    ])
  })
  it('keep the certificates, which come as a recommendation', () => {
    expect(
      changed(text, { lint: ['DL3015:2'], packages: [{ name: 'ca-certificates', version: '1', type: 'debian' }] }),
    ).toEqual(['    apt-get install --no-install-recommends curl libpq5 ca-certificates \\'])
  })
  it('say what they say already once', () => {
    const said = 'FROM debian:12-slim\nRUN apt-get -y install --no-install-recommends curl\n'
    expect(repaired(said, { lint: ['DL3014:2', 'DL3015:2'] }).dockerfile).toBe(said)
  })
  it('get the versions that were judged, where every version stays to be had', () => {
    const packages = [
      { name: 'Flask', version: '3.1.0', type: 'python-pkg' },
      { name: 'pip', version: '25.0', type: 'python-pkg' },
      { name: 'pip', version: '24.0', type: 'python-pkg' },
      { name: 'uvicorn', version: '0.34.0', type: 'python-pkg' },
    ]
    expect(changed(text, { lint: ['DL3013:2', 'DL3013:6', 'DL3008:2'], packages })).toEqual([
      '    && pip install --upgrade pip flask==3.1.0',
      'RUN python3 -m pip install "uvicorn==0.34.0" && yum install -y a || true',
    ])
    expect(remains(text, { lint: ['DL3008:2'] })).toEqual([expect.stringContaining('DL3008')])
    const npm = 'FROM node:22\nRUN npm install -g pm2 @nestjs/cli ./local\n'
    expect(
      changed(npm, {
        lint: ['DL3016:2'],
        packages: [
          { name: 'pm2', version: '5.4.3', type: 'node-pkg' },
          { name: '@nestjs/cli', version: '10.4.9', type: 'node-pkg' },
        ],
      }),
    ).toEqual(['RUN npm install -g pm2@5.4.3 @nestjs/cli@10.4.9 ./local'])
  })
  it.each([
    ['--no-cache-dir --upgrade flask gunicorn', '--no-cache-dir --upgrade flask==3.1.0 gunicorn==23.0.0'],
    ['"flask[async]" \'gunicorn\'', '"flask[async]==3.1.0" \'gunicorn==23.0.0\''],
    ['--target gunicorn flask', '--target gunicorn flask==3.1.0'],
    ['"flask>=3" ./gunicorn', '"flask>=3" ./gunicorn'],
    ['flask>=3 ./gunicorn', 'flask>=3 ./gunicorn'],
    ['evil flask', 'evil flask==3.1.0'],
  ])('get the versions that were judged: pip install %s', (names, expected) => {
    const packages = [
      { name: 'flask', version: '3.1.0', type: 'python-pkg' },
      { name: 'gunicorn', version: '23.0.0', type: 'python-pkg' },
      { name: 'evil', version: '1; rm -r /', type: 'python-pkg' },
    ]
    const made = ['pip install', 'pip --no-input install', 'python3 -m pip install'].map((command) =>
      changed(`FROM python:3.11\nRUN ${command} ${names}\n`, { lint: ['DL3013:2'], packages }),
    )
    const all = ['pip install', 'pip --no-input install', 'python3 -m pip install'].map(
      (command) => `RUN ${command} ${expected}`,
    )
    expect(made).toEqual(expected === names ? [[], [], []] : all.map((line) => [line]))
  })
  it('write no sparse file of users', () => {
    const made = 'FROM debian:12\nRUN useradd -u 99999 shop\n'
    expect(changed(made, { lint: ['DL3046:2'] })).toEqual(['RUN useradd --no-log-init -u 99999 shop'])
  })
  it('leave what is no command of the package manager alone', () => {
    const npm = 'FROM node:22\nRUN npm run add express && npm install -w express --save pm2\n'
    const packages = ['express', 'pm2'].map((name) => ({ name, version: '1.0.0', type: 'node-pkg' }))
    expect(changed(npm, { lint: ['DL3016:2'], packages })).toEqual([
      'RUN npm run add express && npm install -w express --save pm2@1.0.0',
    ])
  })
  it('leave here-documents and other shells alone', () => {
    const heredoc = 'FROM debian:12-slim\nRUN <<EOF\napt-get install curl\nEOF\n'
    expect(repaired(heredoc, { lint: ['DL3014:2'] }).dockerfile).toBe(heredoc)
  })
})

describe('caches', () => {
  const text =
    'FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl \\\n    && echo done\nRUN yum -y install a; true\n'
  const lists = {
    packageCaches: [{ path: '/var/lib/apt/lists', bytes: 9 }],
    pathLayers: { '/var/lib/apt/lists': applicationLayer },
  }
  it('are removed in the RUN that makes them', () => {
    expect(repaired(text, { configuration: lists, broughtBy: 2 }).dockerfile).toContain(
      '\\\n    && echo done \\\n    && rm -rf /var/lib/apt/lists/*\nRUN yum',
    )
  })
  it('once, whoever says it', () => {
    expect(
      repaired(text, { configuration: lists, broughtBy: 2, lint: ['DL3009:2'] }).dockerfile.match(/rm -rf/g),
    ).toHaveLength(1)
  })
  it('at the end, where a later RUN installs from the lists that an earlier one fetched', () => {
    const two = 'FROM debian:12-slim\nRUN apt update\nRUN apt-get install -y apache2\nRUN apt-get install -y curl\n'
    const given = { configuration: { ...lists, shells: ['/bin/sh'] }, broughtBy: 2, lint: ['DL3009:2'] }
    const { dockerfile } = repaired(two, given)
    expect(dockerfile).toContain('RUN apt update\nRUN apt-get install -y apache2\nRUN apt-get install -y curl\n')
    expect(dockerfile).toMatch(/curl\n(USER .*\n)?RUN rm -rf \/var\/lib\/apt\/lists\/\*/)
  })
  it('at the end, where it is unknown whether the earlier commands succeeded', () => {
    const { dockerfile } = repaired(text, {
      configuration: { ...lists, user: '1000', shells: ['/bin/sh'] },
      broughtBy: 4,
    })
    expect(dockerfile).toMatch(/; true\nUSER 0\nRUN rm -rf \/var\/lib\/apt\/lists\/\*\nUSER 1000/)
  })
})

describe('remarks that have one answer', () => {
  const one = (text: string, given: Given) =>
    repaired(`FROM debian:12-slim\n${text}\n`, given).dockerfile.split('\n').slice(1, -1).join('\n')
  const source = { 'app/main.py': '', 'a.conf': '', 'site.tar.gz': '' }

  it.each<[string, string, Given, string]>([
    [
      'MAINTAINER',
      'MAINTAINER Ada <ada@example.com>',
      { lint: ['DL4000:2'] },
      'LABEL org.opencontainers.image.authors="Ada <ada@example.com>"',
    ],
    [
      'MAINTAINER, as BuildKit says it',
      'MAINTAINER Ada',
      { checks: ['MaintainerDeprecated:2'] },
      'LABEL org.opencontainers.image.authors="Ada"',
    ],
    [
      'apt',
      'RUN apt update && apt -y install a',
      { lint: ['DL3027:2', 'DL3027:2'] },
      'RUN apt-get update && apt-get -y install a',
    ],
    ['sudo', 'RUN sudo make && sudo -u a b', { lint: ['DL3004:2'] }, 'RUN make && sudo -u a b'],
    [
      'a pipe',
      'RUN curl a | sh',
      { lint: ['DL4006:2'] },
      'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl a | sh',
    ],
    ['two CMD', 'CMD a\n# which one?\nCMD ["b"]', { lint: ['DL4003:4'] }, '# which one?\nCMD ["b"]'],
    [
      'two HEALTHCHECK',
      'HEALTHCHECK CMD a\nHEALTHCHECK CMD b',
      { checks: ['MultipleInstructionsDisallowed:3'] },
      'HEALTHCHECK CMD b',
    ],
    ['ADD of a directory', 'ADD --chown=1:1 app /app', { lint: ['DL3020:2'], source }, 'COPY --chown=1:1 app /app'],
    [
      'ADD of everything',
      'ADD . /app',
      { lint: ['DL3020:2'], source: { ...source, '.dockerignore': '' } },
      'COPY . /app',
    ],
    ['ADD of an archive', 'ADD a.conf site.tar.gz /', { lint: ['DL3020:2'], source }, 'ADD a.conf site.tar.gz /'],
    ['ADD of what is not there', 'ADD b.conf /', { lint: ['DL3020:2'], source }, 'ADD b.conf /'],
    ['ADD of an address', 'ADD https://example.com/a /', { lint: ['DL3020:2'], source }, 'ADD https://example.com/a /'],
    [
      'WORKDIR',
      'WORKDIR srv/app',
      { lint: ['DL3000:2'], configuration: { workingDir: '/srv/app' } },
      'WORKDIR /srv/app',
    ],
    [
      'a relative COPY, in the directory of the base',
      'COPY a ./\nCOPY b b',
      { lint: ['DL3045:2', 'DL3045:3'], configuration: { workingDir: '/srv' } },
      'WORKDIR /srv\nCOPY a ./\nCOPY b b',
    ],
    [
      'a relative COPY in another stage',
      'COPY a .\nFROM golang:1.26 AS b\nCOPY a .\nFROM scratch\nCOPY --from=b /a /a\nCOPY --from=0 /a /b',
      { lint: ['DL3045:2', 'DL3045:4'] },
      'WORKDIR /\nCOPY a .\nFROM golang:1.26 AS b\nWORKDIR /go\nCOPY a .\nFROM scratch\nCOPY --from=b /a /a\nCOPY --from=0 /a /b',
    ],
    [
      'a relative COPY behind a comment, in another stage of a base whose directory is known',
      'COPY a /a\nFROM php:8.3-apache AS b\n# The site.\nCOPY src .\nWORKDIR /x\nFROM scratch\nCOPY --from=b /a /a',
      { lint: ['DL3045:5'] },
      'COPY a /a\nFROM php:8.3-apache AS b\nWORKDIR /var/www/html\n# The site.\nCOPY src .\nWORKDIR /x\nFROM scratch\nCOPY --from=b /a /a',
    ],
    [
      'a relative COPY on PHP without a server',
      'COPY a /a\nFROM php:8.3-cli AS b\nCOPY a .\nFROM scratch\nCOPY --from=b /a /a',
      { lint: ['DL3045:4'] },
      'COPY a /a\nFROM php:8.3-cli AS b\nWORKDIR /\nCOPY a .\nFROM scratch\nCOPY --from=b /a /a',
    ],
    [
      'a relative COPY, on a base of which nothing is known',
      'COPY a /a\nFROM example.com/golang:1 AS b\nCOPY a .\nFROM b AS c\nCOPY a .\nFROM scratch\nCOPY --from=c /a /a',
      { lint: ['DL3045:4', 'DL3045:6'] },
      'COPY a /a\nFROM example.com/golang:1 AS b\nCOPY a .\nFROM b AS c\nCOPY a .\nFROM scratch\nCOPY --from=c /a /a',
    ],
    [
      'WORKDIR below another',
      'WORKDIR /a\nWORKDIR b',
      { checks: ['WorkdirRelativePath:3'], configuration: { workingDir: '/a/b' } },
      'WORKDIR /a\nWORKDIR /a/b',
    ],
    [
      'WORKDIR below one of the base that would be another instruction',
      'WORKDIR b',
      { checks: ['WorkdirRelativePath:2'], configuration: { workingDir: '/a\nRUN true\n/b' } },
      'WORKDIR b',
    ],
    [
      'MAINTAINER with a remark in it',
      'MAINTAINER \\\n# The first one.\n  Ada',
      { lint: ['DL4000:2'] },
      '# The first one.\nLABEL org.opencontainers.image.authors="Ada"',
    ],
  ])('%s', (_, written, given, becomes) => expect(one(written, given)).toBe(becomes))

  describe('a pipe', () => {
    const bash = 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
    const sh = 'SHELL ["/bin/sh", "-c"]\n'
    const made = (lines: string, ...at: number[]) =>
      repaired(`FROM debian:12\n${lines}`, { lint: at.map((line) => `DL4006:${line}`) }).dockerfile.slice(
        'FROM debian:12\n'.length,
      )
    it('on Alpine, which has no bash, in one shell with the next', () => {
      const text = `FROM alpine:3.20\nRUN wget -O - a | tar x${'\n'.repeat(9)}RUN b | c\n`
      const given = { lint: ['DL4006:11', 'DL4006:2'] }
      expect(changed(text, given)).toEqual(['SHELL ["/bin/ash", "-o", "pipefail", "-c"]'])
      expect(repaired(text, given).dockerfile).toMatch(/^FROM alpine:3.20\nSHELL/)
    })
    it('gives what comes behind it its own shell back, and stands above the remarks', () => {
      const pipe = '# hadolint ignore=DL3008\nRUN curl a | sh\n'
      expect(made(`${pipe}COPY a /a\nRUN echo "a\\nb" > f\n`, 3)).toBe(
        `${bash}${pipe}COPY a /a\n${sh}RUN echo "a\\nb" > f\n`,
      )
      expect(made(`${pipe}CMD echo "a\\nb"\n`, 3)).toBe(`${bash}${pipe}${sh}CMD echo "a\\nb"\n`)
      expect(made(`${pipe}CMD ["a"]\n`, 3)).toBe(`${bash}${pipe}CMD ["a"]\n`)
      expect(made(`SHELL ["/bin/dash", "-c"]\n${pipe}RUN true\n`, 4)).toBe(
        `SHELL ["/bin/dash", "-c"]\n${bash}${pipe}SHELL ["/bin/dash", "-c"]\nRUN true\n`,
      )
      expect(made('RUN a | b\nRUN true\nRUN c | d\n', 2, 4)).toBe(`${bash}RUN a | b\n${sh}RUN true\n${bash}RUN c | d\n`)
    })
    it('gives a stage that starts from its own the usual shell back', () => {
      const text = 'FROM debian:12 AS a\nRUN a | b\nFROM a\nRUN c\n'
      expect(repaired(text, { lint: ['DL4006:2'] }).dockerfile).toBe(
        `FROM debian:12 AS a\n${bash}RUN a | b\n${sh}FROM a\nRUN c\n`,
      )
    })
    it.each([
      'RUN echo "a\\nb" | tee f',
      'RUN a | b || c',
      'RUN if a | b; then c; fi',
      'RUN ! a | b',
      'RUN mkdir {a,b} | c',
      'RUN echo $RANDOM | b',
    ])('is left where another shell or a failure may mean something else: %s', (line) =>
      expect(made(`${line}\n`, 2)).toBe(`${line}\n`),
    )
    it('is left with the reason', () =>
      expect(remains('FROM debian:12\nRUN a | b || c\n', { lint: ['DL4006:2'] })).toEqual([
        expect.stringContaining('DL4006'),
      ]))
  })
  it('leave what ADD downloads to people', () => {
    const address = 'https://example.com/tool'
    const text = `FROM debian:12-slim\nADD ${address} /usr/bin/\n`
    expect(remains(text, { downloads: [{ address, line: 2, verified: false }] })).toEqual([
      expect.stringContaining('--checksum=sha256:'),
    ])
  })
})

describe('a base', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const base = {
    pinnedBy: 'nobody' as const,
    written: 'python:3.12',
    reference: 'docker.io/library/python:3.12',
    digest,
  }
  it('gets the digest that was judged, wherever it is named', () => {
    expect(
      repaired('FROM python:3.12 AS build\nFROM --platform=linux/amd64 python:3.12\nCOPY --from=build /a /a\n', {
        base,
      }).dockerfile,
    ).toBe(
      `FROM python:3.12@${digest} AS build\nFROM --platform=linux/amd64 python:3.12@${digest}\nCOPY --from=build /a /a\n`,
    )
  })
  it('that a build argument names is for the lock file', () => {
    const text = 'ARG V=3.12\nFROM python:$V\n'
    expect(repaired(text, { base }).dockerfile).toBe(text)
    expect(remains(text, { base })).toEqual([expect.stringContaining('loadline lock')])
  })
})

describe('labels', () => {
  const missing = { labels: {} }
  it('are what the manifest says', () => {
    const source = {
      'package.json':
        '{"name": "orders", "repository": {"type": "git", "url": "git+https://github.com/acme/orders.git"}}',
    }
    expect(changed(flask, { configuration: missing, source })).toEqual([
      'LABEL org.opencontainers.image.source="https://github.com/acme/orders" org.opencontainers.image.title="orders"',
    ])
    const toml = '[project]\nname = "orders"\n[project.urls]\nRepository = "https://example.com/orders"\n'
    expect(changed(flask, { configuration: missing, source: { 'pyproject.toml': toml } }).join('')).toContain(
      'source="https://example.com/orders"',
    )
  })
  it('that are stated nowhere are left to people, and nothing is made up', () => {
    expect(changed(flask, { configuration: missing })).toEqual(['LABEL org.opencontainers.image.title="shop"'])
    expect(remains(flask, { configuration: missing })).toEqual([
      expect.stringContaining('The source does not state them'),
    ])
  })
  it('take nothing that a Dockerfile would read otherwise', () => {
    const source = { 'package.json': '{"name": "a$b\\"", "repository": "javascript:alert(1)"}' }
    expect(changed(flask, { configuration: missing, source })).toEqual([])
  })
})

describe('a health check', () => {
  const none = (configuration: NonNullable<Given['configuration']>) => ({ healthcheck: undefined, ...configuration })
  const seen = { port: 8000, path: '/health', listens: ['0.0.0.0:8000'], readySeconds: 2.2 }
  const check = (given: Given, text = 'FROM debian:12-slim\nCMD ["a"]\n') => changed(text, given).join('\n')

  it('asks what was seen to answer, by the interpreter that runs the application', () => {
    expect(check({ configuration: none({ entrypoint: [], cmd: ['python', 'app.py'] }), packages: [], seen })).toBe(
      'HEALTHCHECK --interval=30s --timeout=5s --start-period=7s --retries=3 CMD ["python", "-c", "import urllib.request; urllib.request.urlopen(\\"http://127.0.0.1:8000/health\\", timeout=3).close()"]',
    )
    expect(
      check({ configuration: none({ entrypoint: [], cmd: ['/usr/bin/node', 'a.js'] }), packages: [], seen }),
    ).toContain('CMD ["/usr/bin/node", "-e", "require(\\"http\\").get(\\"http://127.0.0.1:8000/health\\"')
  })
  it('by a program that the image has', () => {
    const configuration = none({ entrypoint: ['/server'], cmd: [] })
    const packages = [{ name: 'busybox', version: '1.36', type: 'alpine' }]
    expect(check({ configuration, packages, seen })).toContain(
      '["wget", "-q", "-T", "3", "-O", "/dev/null", "http://127.0.0.1:8000/health"]',
    )
    const { path: _, ...port } = seen
    expect(check({ configuration, packages, seen: port })).toContain('["nc", "-z", "-w", "3", "127.0.0.1", "8000"]')
    expect(check({ configuration, packages: [], seen })).toBe('')
  })
  it('of a program without anything beside it is compiled where that is', () => {
    const text =
      'FROM golang:1.26-bookworm AS build\nCOPY . .\nRUN go build -o /a\nFROM gcr.io/distroless/static-debian12:nonroot\nCOPY --from=build /a /a\nCMD ["/a"]\n'
    const given: Given = {
      configuration: none({ user: '65532', entrypoint: [], cmd: ['/a'] }),
      packages: [],
      seen,
      source: { '.dockerignore': '' },
    }
    expect(changed(text, given)).toEqual([
      'COPY deploy/healthcheck/main.go /healthcheck/main.go',
      'RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -ldflags="-s -w" -o /healthcheck/check /healthcheck/main.go',
      'COPY --from=build /healthcheck/check /healthcheck',
      'HEALTHCHECK --interval=30s --timeout=5s --start-period=7s --retries=3 CMD ["/healthcheck", "http://127.0.0.1:8000/health"]',
    ])
    expect(Object.keys(repaired(text, given).files)).toEqual(['deploy/healthcheck/main.go'])
    const taken = { ...given, source: { ...given.source, 'deploy/healthcheck/main.go': '' } }
    expect(changed(text, taken)).toEqual([])
    const { path: _, ...port } = seen
    expect(changed(text, { ...given, seen: port })).toEqual([])
  })
  it('by bash, for a port that answers nothing', () => {
    const configuration = none({ entrypoint: ['/server'], cmd: [], shells: ['/bin/bash'] })
    const { path: _, ...port } = seen
    expect(check({ configuration, packages: [], seen: port })).toContain(
      'CMD ["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000"]',
    )
  })
  it('by bash, if there is nothing else', () => {
    const configuration = none({ entrypoint: ['/server'], cmd: [], shells: ['/bin/dash', '/bin/bash'] })
    expect(check({ configuration, packages: [], seen })).toContain(
      String.raw`CMD ["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000 && printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r -t 3 answer <&3 && [[ $answer == HTTP/*' '[23]* ]]"]`,
    )
    expect(check({ configuration: none({ entrypoint: ['/server'], shells: ['/bin/dash'] }), packages: [], seen })).toBe(
      '',
    )
  })
  it.each([
    [
      'Java',
      'maven:3-eclipse-temurin-17',
      ['java', '-jar', 'app.jar'],
      [
        'COPY deploy/healthcheck/HealthCheck.java /healthcheck/HealthCheck.java',
        'RUN javac /healthcheck/HealthCheck.java',
      ],
      'COPY --from=build /healthcheck/HealthCheck.class /healthcheck/',
      '["java", "-cp", "/healthcheck", "HealthCheck", "http://127.0.0.1:8000/health"]',
    ],
    [
      'Rust',
      'rust:1-bookworm',
      ['/a'],
      [
        'COPY deploy/healthcheck/main.rs /healthcheck/main.rs',
        'RUN rustc -O -o /healthcheck/check /healthcheck/main.rs',
      ],
      'COPY --from=build /healthcheck/check /healthcheck',
      '["/healthcheck", "http://127.0.0.1:8000/health"]',
    ],
  ])('of a %s application is compiled where that is', (_, base, entrypoint, made, copied, command) => {
    const text = `FROM ${base} AS build\nCOPY . .\nFROM gcr.io/distroless/cc-debian12:nonroot\nCOPY --from=build /a /a\n`
    const given: Given = {
      configuration: none({ user: '65532', entrypoint, cmd: [], shells: [] }),
      packages: [],
      seen,
      source: { '.dockerignore': '' },
    }
    const lines = changed(text, given)
    expect(lines.slice(0, 3)).toEqual([...made, copied])
    expect(lines[3]).toContain(`CMD ${command}`)
  })
  it('stands behind the user, whoever wrote that', () => {
    const text = 'FROM debian:12-slim\nCOPY a /a\nUSER 1000\nCMD ["python3"]\n'
    const configuration = none({ user: '1000', cmd: ['python3'], entrypoint: [] })
    expect(repaired(text, { configuration, seen }).dockerfile).toMatch(/USER 1000\nHEALTHCHECK .*\nCMD/)
  })
  it('takes the place of one that asks nothing', () => {
    const text = 'FROM debian:12-slim\nHEALTHCHECK NONE\nCMD ["python3"]\n'
    const configuration = {
      cmd: ['python3'],
      entrypoint: [],
      healthcheck: { test: ['NONE'], intervalSeconds: 0, timeoutSeconds: 0, startPeriodSeconds: 0, retries: 0 },
    }
    const { dockerfile } = repaired(text, { configuration, seen })
    expect(dockerfile).not.toContain('NONE')
    expect(dockerfile.match(/HEALTHCHECK/g)).toHaveLength(1)
  })
  it('is not made up for an image that was never seen to answer', () => {
    const given = { configuration: none({ cmd: ['python3'] }), packages: [] }
    expect(check(given)).toBe('')
    expect(remains('FROM debian:12-slim\nCMD ["a"]\n', given)).toEqual([
      expect.stringContaining('The image was not seen to answer'),
    ])
  })
})

describe('compiled files of Python', () => {
  const refused = (...paths: string[]): Given => ({
    runtime: { refusedWrites: paths.map((path) => ({ path, why: 'read-only' as const, call: 'openat', count: 1 })) },
  })
  const compiled = '/usr/lib/python3.11/__pycache__/secrets.cpython-311.pyc.140354550077840'
  it('are not written where nothing else was refused', () => {
    expect(changed(flask, refused(compiled, '/srv/a/__pycache__'))).toEqual(['ENV PYTHONDONTWRITEBYTECODE=1'])
    expect(changed(flask, refused(compiled, '/srv/log'))).toEqual([])
  })
})

describe('files beside the Dockerfile', () => {
  const listens = { listens: ['0.0.0.0:5000'], readySeconds: 1 }
  it('keep out of the image what does not belong in it, a credential first of all', () => {
    const { files } = repaired('FROM node:22-slim\nWORKDIR /srv\nCOPY . /srv/\nRUN npm ci\n', {
      source: { 'package.json': '{}', 'deploy/key.pem': '', 'src/a.js': '' },
      secrets: ['/srv/deploy/key.pem'],
    })
    expect(files['.dockerignore']?.split('\n')).toEqual(
      expect.arrayContaining(['.git', 'loadline.yaml', 'structure-test.yaml', 'node_modules', 'deploy/key.pem']),
    )
    expect(files['.dockerignore']).not.toContain('src/a.js')
  })
  it('are left as they are where they are there', () => {
    expect(repaired(flask, { ...root, source: { '.dockerignore': '*' } }).files).toEqual({})
    const listed = { ...root, secrets: ['/app/keys/id_rsa'], source: { 'keys/id_rsa': '', '.dockerignore': '.git' } }
    expect(repaired(flask, listed).files).toEqual({ '.dockerignore': '.git\nkeys/id_rsa\n' })
    const known = { ...listed, source: { ...listed.source, '.dockerignore': '/keys/id_rsa\n' } }
    expect(repaired(flask, known).files).toEqual({})
    expect(remains(flask, known)).toContainEqual(expect.stringContaining('revoke it'))
    const twice = { ...listed, source: { ...listed.source, id_rsa: '' } }
    expect(repaired(flask, twice).files).toEqual({ '.dockerignore': '.git\nkeys/id_rsa\n' })
    const back = { ...known, source: { ...listed.source, '.dockerignore': 'keys/id_rsa\n!keys\n' } }
    expect(repaired(flask, back).files).toEqual({ '.dockerignore': 'keys/id_rsa\n!keys\nkeys/id_rsa\n' })
  })
  it('test what the image was seen to be, in the form that is run', () => {
    const given: Given = {
      withoutTests: true,
      seen: listens,
      configuration: {
        user: '65532:65532',
        cmd: ['python', 'app.py'],
        entrypoint: [],
        exposedPorts: ['5000/tcp'],
        workingDir: '/srv',
      },
      source: { '.dockerignore': '' },
    }
    const { seen: _, ...withoutSeen } = given
    const text = repaired(flask, given).files['structure-test.yaml'] ?? ''
    expect(parseStructureTests(text, 'structure-test.yaml').metadataTest).toEqual({
      user: '65532:65532',
      exposedPorts: ['5000'],
      cmd: ['python', 'app.py'],
      workdir: '/srv',
    })
    expect(repaired(flask, withoutSeen).files).toEqual({})
  })
})

describe('an image that passes', () => {
  it('is left as it is', () => {
    const text = 'FROM gcr.io/distroless/static-debian12:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n'
    expect(repaired(text).dockerfile).toBe(text)
    expect(remains(text)).toEqual([])
  })
})

describe('an application that does not end when it is asked to', () => {
  const runtime = { stop: { signal: 'SIGTERM', seconds: 10, exit: { code: 137, signal: 'SIGKILL' }, forced: true } }
  const debian = [{ name: 'apt', version: '2.6', type: 'debian' }]
  const given = (configuration: NonNullable<Given['configuration']>, more: Given = {}): Given => ({
    runtime,
    packages: debian,
    configuration: { shells: ['/bin/sh'], ...configuration },
    source: { '.dockerignore': '' },
    ...more,
  })
  const installs =
    'RUN apt-get update && apt-get install -y --no-install-recommends tini=0.19.* && apt-get clean && rm -rf /var/lib/apt/lists/*'

  it('is started by an init from the packages of its base, before anything else is made', () => {
    const text = 'FROM node:24-slim\nCOPY a.js /a.js\nCMD ["node", "a.js"]\n'
    expect(changed(text, given({ entrypoint: ['docker-entrypoint.sh'], cmd: ['node', 'a.js'] }))).toEqual([
      installs,
      'ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]',
    ])
    expect(repaired(text, given({ entrypoint: [], cmd: ['node', 'a.js'] })).dockerfile).toContain(
      `FROM node:24-slim\n${installs}\nCOPY`,
    )
  })
  it('by that of Alpine', () => {
    const packages = [{ name: 'apk-tools', version: '2', type: 'alpine' }]
    expect(
      changed('FROM alpine:3.20\nCOPY a /a\nENTRYPOINT ["/a"]\n', given({ entrypoint: ['/a'], cmd: [] }, { packages })),
    ).toEqual(['RUN apk add --no-cache tini=~0.19', 'ENTRYPOINT ["/sbin/tini", "--", "/a"]'])
  })
  it('by that of an earlier stage, if its own has no packages', () => {
    const text =
      'FROM golang:1.26-bookworm AS build\nCOPY . .\nFROM gcr.io/distroless/static-debian12:nonroot\nCOPY --from=build /a /a\nCMD ["/a"]\n'
    expect(changed(text, given({ user: '65532', shells: [], entrypoint: [], cmd: ['/a'] }, { packages: [] }))).toEqual([
      installs,
      'COPY --from=build /usr/bin/tini-static /usr/bin/tini',
      'ENTRYPOINT ["/usr/bin/tini", "--"]',
    ])
  })
  it('with everything that a shell has started, and with the command of its base', () => {
    const text = 'FROM debian:12-slim\nCOPY a /a\n'
    expect(changed(text, given({ entrypoint: [], cmd: ['sh', '-c', 'exec /a'] }))).toEqual([
      installs,
      'ENTRYPOINT ["/usr/bin/tini", "-g", "--"]',
      'CMD ["sh", "-c", "exec /a"]',
    ])
  })
  it('but not twice, not before it is started without a shell, and not if it ends', () => {
    const text = 'FROM debian:12-slim\nCOPY a /a\nENTRYPOINT /a\n'
    expect(changed(text, given({ entrypoint: ['/bin/sh', '-c', '/a'], cmd: [] }))).toEqual(['ENTRYPOINT ["/a"]'])
    const exec = 'FROM debian:12-slim\nCOPY a /a\nENTRYPOINT ["/a"]\n'
    expect(changed(exec, given({ entrypoint: ['tini', '--', '/a'], cmd: [] }))).toEqual([])
    expect(changed(exec, given({ entrypoint: ['/a'], cmd: [] }, { runtime: {} }))).toEqual([])
    expect(changed(exec, given({ entrypoint: ['/a'], cmd: [] }, { packages: [] }))).toEqual([])
  })
})

describe('an argument for a secret', () => {
  const text = `FROM node:24-slim
# For the packages.
ARG NPM_TOKEN
COPY . .
RUN npm config set token $NPM_TOKEN && npm ci
CMD ["node", "a.js"]
`
  const found = (written: string, given: Given = {}) =>
    changed(written, { checks: ['SecretsUsedInArgOrEnv:3'], source: { '.dockerignore': '' }, ...given })

  it('is mounted in the RUN that names it', () => {
    expect(found(text)).toEqual([
      'RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm config set token $NPM_TOKEN && npm ci',
    ])
    expect(repaired(text, { checks: ['SecretsUsedInArgOrEnv:3'] }).dockerfile).not.toContain('ARG')
  })
  it('is mounted as well where the image shows its value', () => {
    const shown = { suspectedSecrets: [{ name: 'NPM_TOKEN', where: 'history' as const }] }
    expect(repaired(text, { configuration: shown }).dockerfile).toContain('env=NPM_TOKEN npm config')
  })
  it('stays where it has a value, where the policy gives one, and where more than RUNs read it', () => {
    expect(found(text.replace('ARG NPM_TOKEN', 'ARG NPM_TOKEN=abc'))).toEqual([])
    expect(found(text, { policy: { build: { args: { NPM_TOKEN: 'abc' } } } })).toEqual([])
    expect(found(text.replace('COPY', 'ENV TOKEN=$NPM_TOKEN\nCOPY'))).toEqual([])
    expect(found(text.replace('$NPM_TOKEN', '$OTHER'))).toEqual([])
  })
})
