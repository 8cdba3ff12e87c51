import { describe, expect, it } from 'vitest'
import { javaBases, withSmallerBases } from '../../../src/bases/index.ts'
import { applyEdits } from '../../../src/repair/dockerfile-file.ts'
import type { Proposal } from '../../../src/repair/repair.ts'
import { twoStages } from '../../../src/repair/rules/two-stages.ts'
import { situationOf, type Given } from './situation.ts'

const full = { configuration: { packageManagers: ['/usr/bin/apt-get'] } }

/** The Dockerfile in every way in which it is divided, the first one first. */
function divided(text: string, source: Record<string, string>, given: Given = {}): string[] {
  const situation = situationOf(text, { ...full, ...given, source })
  const forms = (one: Proposal | undefined): Proposal[] => (one === undefined ? [] : [one, ...forms(one.otherwise)])
  return forms(twoStages.propose(situation).proposals?.[0]).map(({ edits = [] }) => applyEdits(text, edits))
}

describe('a Go program', () => {
  const module = 'module example.com/shop/orders\n\ngo 1.26\n'
  const text = `# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm
# Who built it.
LABEL org.opencontainers.image.vendor="Acme"
ENV GOFLAGS=-mod=readonly
ENV GREETING=hello
WORKDIR /src
COPY . .
# One program.
RUN go build -ldflags "-s -w" -o /src/bin/orders ./cmd/orders
EXPOSE 8080
USER nobody
# It listens on 8080.
CMD ["./bin/orders", "--verbose"]
`
  const source = {
    'go.mod': module,
    'cmd/orders/main.go': '',
    'cmd/orders/main_test.go': '',
    'templates/index.html': '',
    'internal/db/db.go': '',
    'internal/db/schema/1.sql': '',
    'README.md': '',
    'docs/picture.png': '',
  }

  it('goes without its compiler and its code, with all else that is beside it, comments with what they stand above', () => {
    expect(divided(text, source)[0]).toBe(`# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm AS build
ENV GOFLAGS=-mod=readonly
ENV GREETING=hello
WORKDIR /src
COPY . .
# One program.
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -ldflags "-s -w" -o /src/bin/orders ./cmd/orders \\
    && find /src -type f \\( -name "*.go" -o -name go.mod \\) -delete

FROM gcr.io/distroless/static-debian12:nonroot
ENV GREETING=hello
WORKDIR /src
COPY --from=build /src /src
# Who built it.
LABEL org.opencontainers.image.vendor="Acme"
EXPOSE 8080
USER 65532:65532
# It listens on 8080.
CMD ["/src/bin/orders", "--verbose"]
`)
  })
  it('is linked with glibc if it cannot do without C, which its modules may say', () => {
    expect(divided(text, source).map((one) => /distroless\/(\S+):/.exec(one)?.[1])).toEqual([
      'static-debian12',
      'base-debian12',
    ])
    expect(divided(text, source)[1]).not.toContain('CGO_ENABLED')
    const withC = { ...source, 'go.mod': `${module}\nrequire github.com/mattn/go-sqlite3 v1.14.24\n` }
    expect(divided(text, withC)).toHaveLength(1)
    expect(divided(text, withC)[0]).toContain('base-debian12')
    expect(divided(text.replace('RUN go', 'RUN CGO_ENABLED=0 go'), source)).toHaveLength(1)
  })
  it('needs no C library where it was compiled on musl, and is left there if it needs that one', () => {
    const musl = text.replace('1.26-bookworm', 'alpine')
    const [alone, more] = divided(musl, source)
    expect(more).toBeUndefined()
    expect(alone).toBe(divided(text, source)[0]?.replace('1.26-bookworm', 'alpine'))
    const withC = { ...source, 'go.mod': `${module}\nrequire github.com/mattn/go-sqlite3 v1.14.0\n` }
    expect(divided(musl, withC)).toEqual([])
    expect(divided(musl.replace('ENV GOFLAGS', 'ENV CGO_ENABLED=1\nENV GOFLAGS'), source)).toEqual([])
  })
  it('that is compiled when it starts is compiled when it is built', () => {
    const run = 'FROM golang:1.26-bookworm\nWORKDIR /app\nCOPY . .\nCMD ["go", "run", "main.go", "--port=80"]\n'
    expect(divided(run, { 'go.mod': module, 'main.go': '' })[0]).toBe(`FROM golang:1.26-bookworm AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -o /usr/local/bin/app main.go \\
    && find /app -type f \\( -name "*.go" -o -name go.mod \\) -delete

FROM gcr.io/distroless/static-debian12:nonroot
WORKDIR /app
COPY --from=build /app /app
COPY --from=build /usr/local/bin/app /usr/local/bin/app
USER 65532:65532
CMD ["/usr/local/bin/app", "--port=80"]
`)
  })
  it('is found where the build puts it, if its name alone is written', () => {
    const named =
      'FROM golang:1.26-bookworm\nWORKDIR /app\nCOPY . .\nRUN go build -o /usr/local/bin/orders\nCMD orders serve\n'
    expect(divided(named, { 'main.go': '' })[0]).toContain(
      'COPY --from=build /usr/local/bin/orders /usr/local/bin/orders\nUSER 65532:65532\nCMD ["/usr/local/bin/orders", "serve"]\n',
    )
  })
  it.each<[string, string, Record<string, string>]>([
    ['a script starts it', text.replace('./bin/orders', './run.sh'), { ...source, 'run.sh': '' }],
    ['a shell starts it', text.replace('CMD ["./bin/orders", "--verbose"]', 'CMD ./bin/orders --port $PORT'), source],
    ['a package is installed that it may call', text.replace('RUN go', 'RUN apt-get install -y ffmpeg && go'), source],
    ['there are stages', `${text}FROM scratch\n`, source],
    ['it has a volume', `${text}VOLUME /data\n`, source],
    ['the base is pinned by digest', text.replace('bookworm\n', `bookworm@sha256:${'a'.repeat(64)}\n`), source],
    ['the base is another', text.replace('golang:1.26-bookworm', 'example.com/golang:1.26'), source],
  ])('is left in one stage where %s', (_, written, files) => expect(divided(written, files)).toEqual([]))
})

describe('a Go application with several programs and what its RUNs make', () => {
  const text = `FROM golang:1.26-bookworm
WORKDIR /app
COPY . .
COPY .env /app
RUN cp config.example.json config.json && mkdir -p uploads && mv config.yml.dist config.yml
RUN go build -o server . && go build -o migrate ./cmd/migrate
CMD ["./server"]
`
  const source = {
    'go.mod': 'module shop\n\ngo 1.26\n',
    'main.go': '',
    'content/a.md': '',
    'config.yml.dist': '',
    '.env': '',
  }
  const taken = (written: string) =>
    [...(divided(written, source)[0] ?? '').matchAll(/^COPY --from=build (.*)$/gm)].map(([, paths]) => paths)

  it('takes its whole directory as the build leaves it, as a user that may write to what is made for it', () => {
    expect(taken(text)).toEqual(['/app /app'])
    expect(divided(text, source)[0]).toContain('\nRUN chown -R 65532:65532 /app/uploads\n')
    expect(divided(text.replace('CMD', 'USER 1000\nCMD'), source)[0]).not.toContain('chown')
  })
  it('takes the programs that are built elsewhere, or where Go installs them', () => {
    expect(taken(text.replace('-o migrate', '-o /usr/local/bin/migrate'))).toContain(
      '/usr/local/bin/migrate /usr/local/bin/migrate',
    )
    expect(taken(text.replace('build -o migrate', 'install'))).toContain('/go/bin /go/bin')
  })
  it('says what is not taken', () => {
    const [proposal] = twoStages.propose(situationOf(text, { ...full, source })).proposals ?? []
    expect(proposal?.what).toContain(', without *.go, go.mod')
  })
  it.each([
    ['several programs go to a directory of the base', text.replace('-o migrate', '-o /usr/local/bin/')],
    ['a variable says where', text.replace('-o migrate', '-o $OUT/migrate')],
    [
      'another says where Go installs',
      text.replace('COPY . .', 'ENV GOBIN=/opt\nCOPY . .').replace('build -o migrate', 'install'),
    ],
    ['a program of the source runs', text.replace('go build -o migrate', 'go run')],
    ['a program of another kind builds', text.replace('go build -o migrate ./cmd/migrate', 'make migrate')],
    ['something is written outside', text.replace('mkdir -p uploads', 'mkdir -p ../uploads')],
    ['another directory is entered', text.replace('mkdir -p uploads', 'cd /var && mkdir -p uploads')],
  ])('stays one stage where %s', (_, written) => expect(divided(written, source)).toEqual([]))
  it('is divided if a Makefile builds in its own directory', () => {
    const make = text.replace('go build -o migrate ./cmd/migrate', 'make migrate')
    const files = (recipe: string) => ({ ...source, Makefile: `migrate:\n\t${recipe}\n` })
    expect(divided(make, files('go build -o migrate ./cmd/migrate'))).not.toEqual([])
    expect(divided(make, files('go build -o /opt/migrate ./cmd/migrate'))).toEqual([])
  })
})

describe('a Go program that may be one of C in part', () => {
  const text = `FROM golang:1.26-bookworm
WORKDIR /app
COPY server/ .
RUN go build -o /app/server .
CMD ["./server"]
`
  const bases = (written: string, source: Record<string, string>) =>
    divided(written, source).map((one) => /distroless\/(\w+)-/.exec(one)?.[1])
  const module = 'module shop\n\ngo 1.26\n'
  it.each([
    ['github.com/mattn/go-sqlite3 v1.14.24 // indirect'],
    ['github.com/confluentinc/confluent-kafka-go/v2 v2.6.1'],
    ['gocv.io/x/gocv v0.39.0'],
  ])('keeps its C library by the go.mod that is copied: %s', (required) => {
    const source = { 'server/go.mod': `${module}require (\n\t${required}\n)\n`, 'server/main.go': '' }
    expect(bases(text, source)).toEqual(['base'])
  })
  it('keeps it by its code, and where code or modules were not read', () => {
    const source = { 'server/go.mod': module, 'server/main.go': '', 'client/main.go': 'import "C"\n' }
    expect(bases(text, source)).toEqual(['static', 'base'])
    expect(bases(text, { ...source, 'server/c.go': 'package main\n\n// #include <math.h>\nimport "C"\n' })).toEqual([
      'base',
    ])
    const { source: given, ...rest } = situationOf(text, { ...full, source })
    const unread = { ...rest, source: { ...given, paths: new Set([...given.paths, 'server/more.go']) } }
    expect(twoStages.propose(unread).proposals?.[0]?.what).toContain('distroless/base')
  })
  it.each(['import "C" // #nosec', 'import ("C")', 'import `C`', '*/ import "C"', 'import (\n\t"C"\n\t"fmt"\n)'])(
    'keeps it however C is imported: %j',
    (line) => {
      const source = { 'server/go.mod': module, 'server/main.go': `package main\n\n${line}\n` }
      expect(bases(text, source)).toEqual(['base'])
    },
  )
  it('keeps it by go.sum where go.mod does not list what others require', () => {
    const old = {
      'server/go.mod': 'module shop\n\ngo 1.16\n',
      'server/main.go': '',
      'server/go.sum': 'github.com/mattn/go-sqlite3 v1.14.5 h1:1\n',
    }
    expect(bases(text, old)).toEqual(['base'])
    expect(bases(text, { ...old, 'server/go.mod': module })).toEqual(['static', 'base'])
  })
  it('keeps it where a tool is installed of which nothing is known', () => {
    const source = { 'server/go.mod': module, 'server/main.go': '' }
    expect(
      bases(text.replace('RUN', 'RUN go install github.com/pressly/goose/v3/cmd/goose@latest && '), source),
    ).toEqual(['base'])
  })
  it('may need git only to download modules, if its code calls nothing', () => {
    const git = text.replace('COPY', 'RUN apt-get update && apt-get install -y git\nCOPY')
    const source = { 'server/go.mod': module, 'server/main.go': 'import "net/http"\n' }
    expect(bases(git, source)).toEqual(['static', 'base'])
    expect(bases(git, { ...source, 'server/main.go': 'import "os/exec"\n' })).toEqual([])
  })
})

describe('what is installed by name', () => {
  it.each([
    ['node:24-bookworm', 'git', 'COPY . .\nCMD ["node", "main.js"]'],
    ['node:24-bookworm', 'openssh-client', 'COPY . .\nCMD ["node", "main.js"]'],
    ['python:3.11', 'curl', 'COPY . .\nRUN pip install flask\nCMD ["python", "app.py"]'],
    ['python:3.11', 'zip', 'COPY . .\nRUN pip install flask\nCMD ["python", "app.py"]'],
    ['rust:1-bookworm', 'git', 'COPY . .\nRUN cargo build --release\nCMD ["./target/release/shop"]'],
  ])('stays, on %s: %s', (base, name, rest) => {
    const text = `FROM ${base}\nWORKDIR /app\nRUN apt-get update && apt-get install -y ${name}\n${rest}\n`
    expect(divided(text, { 'main.js': '', 'app.py': '', 'src/main.rs': '' })).toEqual([])
    expect(
      divided(text.replace(`-y ${name}`, '-y make'), { 'main.js': '', 'app.py': '', 'src/main.rs': '' }),
    ).not.toEqual([])
  })
})

describe('what a RUN does outside the application', () => {
  const text = 'FROM node:24-bookworm\nWORKDIR /app\nCOPY . .\nRUN true\nCMD ["node", "main.js"]\n'
  const files = { 'main.js': '', 'start.sh': '' }
  it.each([
    ["sed -i 's/a/b/' /etc/ssl/openssl.cnf"],
    ["sed -i -e 's/a/b/' -e '/c/d' /etc/ssl/openssl.cnf"],
    ['chmod 600 /etc/shadow'],
    ['chown -R node:node /home/node'],
    ['rm /etc/timezone'],
    ['ln -sf /usr/share/zoneinfo/UTC /etc/localtime'],
    ['touch /etc/ready'],
    ['echo a | tee /etc/motd'],
    ['echo a > /etc/motd'],
    ['cd /etc && touch ready'],
    ['npm install --prefix /opt/tools'],
    ['mkdir -p ../data'],
  ])('is not divided: %s', (command) => expect(divided(text.replace('RUN true', `RUN ${command}`), files)).toEqual([]))
  it.each([
    ["sed -i 's/\\r$//' start.sh && chmod +x /app/start.sh"],
    ["sed -i -e '/^#/d' /app/start.sh"],
    ['rm -rf /var/lib/apt/lists/* /tmp/a'],
    ['echo a > version.txt'],
    ['cd data && touch a && cd .. && touch b'],
  ])('is divided if it is inside: %s', (command) =>
    expect(divided(text.replace('RUN true', `RUN ${command}`), files)).not.toEqual([]),
  )
})

describe('a Python application', () => {
  const text = `FROM python:3.11
WORKDIR /srv/shop
ENV APP_ENV=production
RUN apt-get update && apt-get install -y gcc
COPY . .
RUN pip install -r requirements.txt
EXPOSE 8000
CMD ["uvicorn", "shop.main:app", "--host", "0.0.0.0"]
`
  const source = { 'requirements.txt': 'fastapi\n', 'shop/main.py': '' }
  it('takes its packages to an image of the same version without a shell, or else to the slim form of its base', () => {
    const [bare, slim, more] = divided(text, source)
    expect(more).toBeUndefined()
    expect(bare).toBe(`FROM python:3.11 AS build
WORKDIR /srv/shop
ENV APP_ENV=production
RUN apt-get update && apt-get install -y gcc
COPY . .
RUN pip install -r requirements.txt
RUN rm -rf /usr/local/lib/python3.11/site-packages/pip /usr/local/lib/python3.11/site-packages/pip-*

FROM gcr.io/distroless/python3-debian12:nonroot
ENV APP_ENV=production
WORKDIR /srv/shop
COPY --from=build /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/dist-packages
COPY --from=build /usr/local/share /usr/share
COPY --from=build /usr/local/etc /usr/etc
COPY --from=build /srv/shop /srv/shop
USER 65532:65532
ENTRYPOINT []
EXPOSE 8000
CMD ["/usr/bin/python3", "-m", "uvicorn", "shop.main:app", "--host", "0.0.0.0"]
`)
    expect(slim).toContain(`
FROM python:3.11-slim
ENV APP_ENV=production
WORKDIR /srv/shop
COPY --from=build /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages
COPY --from=build /usr/local/bin /usr/local/bin
COPY --from=build /usr/local/share /usr/local/share
COPY --from=build /usr/local/etc /usr/local/etc
COPY --from=build /srv/shop /srv/shop
USER 65532:65532
EXPOSE 8000
CMD ["uvicorn", "shop.main:app", "--host", "0.0.0.0"]
`)
  })
  it('loses its package manager where packages are installed, before its code is copied', () => {
    const [bare] = divided(
      text.replace(
        'COPY . .\nRUN pip install -r requirements.txt\n',
        'COPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY . .\n',
      ),
      source,
    )
    expect(bare).toContain(`RUN pip install -r requirements.txt
RUN rm -rf /usr/local/lib/python3.11/site-packages/pip /usr/local/lib/python3.11/site-packages/pip-*
COPY . .

FROM`)
  })
  it('stays with its interpreter where no published image has the same version', () => {
    expect(divided(text.replace('3.11', '3.12'), source).map((one) => /\nFROM (\S+)/.exec(one)?.[1])).toEqual([
      'python:3.12-slim',
    ])
    expect(divided(text.replace('3.11', '3.12-slim'), source)).toEqual([])
    expect(divided(text.replace('3.11', '3.11-alpine'), source)).toEqual([])
  })
  it('is where a variable says that it is, if that is plain', () => {
    const written = text
      .replace('WORKDIR /srv/shop\n', 'ENV HOME_OF_APP="/srv/shop"\nWORKDIR $HOME_OF_APP\n')
      .replace('COPY . .', 'COPY . ${HOME_OF_APP}/')
    expect(divided(written, source)[0]).toContain(
      'ENV HOME_OF_APP="/srv/shop"\nENV APP_ENV=production\nWORKDIR /srv/shop\n',
    )
    expect(divided(written.replace('ENV HOME_OF_APP=', 'ARG HOME_OF_APP='), source)).toEqual([])
  })
  it('is divided whatever is done below its own directory', () => {
    const line =
      'RUN mkdir -p static /srv/shop/a && pip install -r requirements.txt 2>/dev/null && python manage.py collectstatic && chown -R 1 .'
    expect(divided(text.replace('RUN pip install -r requirements.txt', line), source)).toHaveLength(2)
  })
  it('keeps a user with a number, and the arguments that its author wrote', () => {
    const written = text
      .replace('CMD ["uvicorn"', 'USER 10001\nENTRYPOINT ["python", "-m", "shop"]\nCMD ["serve"')
      .replace('"shop.main:app", ', '')
    expect(divided(written, source)[0]).toMatch(
      /\/usr\/etc\nCOPY --from=build \/srv\/shop \/srv\/shop\nEXPOSE 8000\nUSER 10001\nENTRYPOINT \["\/usr\/bin\/python3", "-m", "shop"\]\nCMD \["serve", "--host", "0.0.0.0"\]\n$/,
    )
  })
  it.each([
    ['RUN python -m venv /opt/venv && /opt/venv/bin/pip install -r requirements.txt'],
    ['RUN pip install --user -r requirements.txt'],
    ['RUN poetry install'],
    ['RUN apt-get install -y libpq5 && pip install -r requirements.txt'],
    ['RUN pip install -r requirements.txt && python -m nltk.downloader punkt'],
    ['RUN pip install -r requirements.txt && mkdir -p /srv/shop/cache /uploads'],
    ['RUN pip install -r requirements.txt && echo a > /etc/shop.conf'],
    ['RUN pip install -r requirements.txt && curl -o /srv/shop/a https://example.com/a'],
    ['RUN true'],
  ])('is left in one stage where its packages are elsewhere, or need more: %s', (line) =>
    expect(divided(text.replace('RUN pip install -r requirements.txt', line), source)).toEqual([]),
  )
})

describe('a Python application with packages of headers', () => {
  const text = `FROM python:3.11-slim
WORKDIR /app
RUN apt-get update && apt-get install -y libpq-dev gcc python3.11-dev libssl-dev
COPY . .
RUN pip install -r requirements.txt
CMD ["gunicorn", "shop.wsgi"]
`
  const source = { 'requirements.txt': 'gunicorn\n', 'shop/wsgi.py': '' }
  const installed = (...names: string[]): Given => ({
    packages: names.map((name) => ({ name, version: '1', type: 'python-pkg' })),
  })
  it('does without them where none of its packages needs the library', () => {
    expect(divided(text, source, installed('psycopg2-binary', 'gunicorn'))).toHaveLength(1)
    expect(divided(text, source, installed('psycopg', 'psycopg_binary'))).toHaveLength(1)
  })
  it.each([['psycopg2'], ['psycopg'], ['Psycopg_C'], ['PyGreSQL']])('stays in one stage where it has %s', (name) =>
    expect(divided(text, source, installed('gunicorn', name))).toEqual([]),
  )
  it('stays in one stage where its packages are unknown, or what needs the library is', () => {
    expect(divided(text, source, installed())).toEqual([])
    expect(divided(text.replace('libpq-dev', 'libgdal-dev'), source, installed('gunicorn'))).toEqual([])
  })
  it('of MySQL does without them as well', () => {
    const mysql = text.replace('libpq-dev', 'default-libmysqlclient-dev')
    expect(divided(mysql, source, installed('pymysql'))).toHaveLength(1)
    expect(divided(mysql, source, installed('mysqlclient'))).toEqual([])
  })
})

describe('a Python application in the root', () => {
  const text = `FROM python:3.11-slim

COPY . .

RUN pip install -r requirements.txt


CMD [ "uvicorn", "main:app", "--port", "80" ]
`
  const source = {
    'requirements.txt': 'fastapi\n',
    'main.py': '',
    'shop/orders.py': '',
    'shop/.cache': '',
    '.env': '',
    '.gitignore': '',
    Makefile: '',
    'loadline.yaml': '',
    'docker-compose.yml': '',
  }
  const places = (written: string, files: Record<string, string>, given: Given = {}) =>
    [...(divided(written, files, given)[0] ?? '').matchAll(/^COPY --from=build (\S+) (\S+)$/gm)]
      .map(([, from, to]) => [from, to])
      .filter(([from]) => from?.startsWith('/usr/local/') === false)
      .map(([from, to]) => (from === to ? from : `${from} ${to}`))

  it('takes what is copied there, each by its name, and works there', () => {
    expect(divided(text, source)).toEqual([
      `FROM python:3.11-slim AS build

COPY . .

RUN pip install -r requirements.txt
RUN rm -rf /usr/local/lib/python3.11/site-packages/pip /usr/local/lib/python3.11/site-packages/pip-*

FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /
COPY --from=build /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/dist-packages
COPY --from=build /usr/local/share /usr/share
COPY --from=build /usr/local/etc /usr/etc
COPY --from=build /.env /.env
COPY --from=build /main.py /main.py
COPY --from=build /requirements.txt /requirements.txt
COPY --from=build /shop /shop
USER 65532:65532
ENTRYPOINT []


CMD [ "/usr/bin/python3", "-m", "uvicorn", "main:app", "--port", "80" ]
`,
    ])
  })
  it.each([['python -m pip install'], ['uv pip install --system']])('is installed as well by %s', (command) =>
    expect(divided(text.replace('pip install', command), source)).toHaveLength(1),
  )
  it('takes the content of a directory, and what others bring elsewhere', () => {
    const written = text.replace('COPY . .', 'COPY requirements.txt /tmp/\nCOPY src /\nCOPY data /srv/data\nWORKDIR /')
    expect(
      places(written, { 'requirements.txt': '', 'src/main.py': '', 'src/shop/a.py': '', 'data/a.csv': '' }),
    ).toEqual(['/main.py', '/shop', '/srv/data'])
  })
  it.each([
    ['.env\n**/*.csv\n', ['/big', '/main.py', '/requirements.txt', '/shop']],
    ['# comment\n/shop/\n.e*\n', ['/big', '/main.py', '/more.csv', '/requirements.txt']],
    ['*\n!main.py\n!shop/orders.py\n', ['/main.py', '/shop']],
    ['big/*\n?ain.py\n**/.env\n', ['/big', '/more.csv', '/requirements.txt', '/shop']],
  ])('takes nothing that the build does not see: %j', (ignored, expected) => {
    const files = { ...source, 'big/a.csv': '', 'more.csv': '', '.dockerignore': ignored }
    expect(places(text, files)).toEqual(expected)
  })
  it.each<[string, string, Record<string, string>]>([
    ['a name would be an instruction', text, { ...source, 'a\nRUN id': '' }],
    ['a name would be two', text, { ...source, 'a b.py': '' }],
    ['it has a directory of the system', text, { ...source, 'lib/orders.py': '' }],
    ['it has one for temporary files', text, { ...source, 'tmp/a': '' }],
    [
      'a program writes there, beside what has a place',
      text
        .replace('COPY . .', 'COPY main.py /\nCOPY shop /shop')
        .replace('CMD', 'RUN python manage.py collectstatic\nCMD'),
      source,
    ],
    ['a pattern has more wildcards than people write', text, { ...source, '.dockerignore': `${'**/a/'.repeat(9)}x\n` }],
    ['a pattern is not plain', text, { ...source, '.dockerignore': 'shop[1]\n' }],
    ['the Dockerfile has a list of its own', text, { ...source, 'Dockerfile.dockerignore': '' }],
    ['a program writes there', text.replace('CMD', 'RUN python manage.py collectstatic\nCMD'), source],
    ['a directory is made there', text.replace('CMD', 'RUN mkdir -p uploads\nCMD'), source],
    ['it is installed from there', text.replace('-r requirements.txt', '-e .'), source],
    [
      'packages are only downloaded',
      text.replace('install -r', 'download -r requirements.txt && pip install -r'),
      source,
    ],
  ])('stays in one stage where %s', (_, written, files) => expect(divided(written, files)).toEqual([]))
  it('keeps what a program may show or import, whatever it is called', () => {
    const files = { ...source, 'README.md': '', 'notice/a.py': '', 'loadline_client.py': '', 'composer.yml': '' }
    expect(places(text, files)).toEqual(
      expect.arrayContaining(['/README.md', '/notice', '/loadline_client.py', '/composer.yml']),
    )
  })
  it('stays in one stage where a credential was found, whose file will be left out', () => {
    expect(divided(text, source, { secrets: ['/main.py'] })).toEqual([])
  })
})

describe('a RUN in the root, before the directory is named', () => {
  const text =
    'FROM rust:1\nRUN mkdir -p /srv/shop\nWORKDIR /srv/shop\nCOPY . .\nRUN cargo build --release\nCMD ["./target/release/shop"]\n'
  const source = { 'Cargo.toml': '', 'src/main.rs': '' }

  it('may make that directory', () => {
    expect(divided(text, source)[0]).toContain('COPY --from=build /srv/shop /srv/shop\n')
  })
  it('may not make one there, which would be lost', () => {
    expect(divided(text.replace('/srv/shop\nWORKDIR', 'uploads\nWORKDIR'), source)).toEqual([])
  })
})

describe('applications of other languages in the root', () => {
  it.each([
    ['node:24-bookworm-slim', 'RUN npm ci', 'CMD ["node", "main.js"]'],
    ['golang:1.26-bookworm', 'RUN go build -o /app', 'CMD ["/app"]'],
    ['rust:1-bookworm', 'RUN cargo build --release', 'CMD ["./target/release/trial"]'],
    ['maven:3-eclipse-temurin-17', 'RUN mvn package', 'CMD ["java", "-jar", "target/trial.jar"]'],
  ])('stay in one stage, because what they build is there: %s', (base, run, command) => {
    const files = { 'package.json': '{}', 'main.js': '', 'main.go': '', 'pom.xml': '', 'Cargo.toml': '' }
    expect(divided(`FROM ${base}\nWORKDIR /\nCOPY . .\n${run}\n${command}\n`, files)).toEqual([])
  })
  it('are divided if nothing is built there', () => {
    const text = 'FROM node:24-bookworm\nCOPY . /\nCMD ["node", "main.js"]\n'
    expect(divided(text, { 'main.js': '', 'package.json': '{}' })[0]).toContain(`
WORKDIR /
COPY --from=build /main.js /main.js
COPY --from=build /package.json /package.json
`)
  })
})

describe('a Node.js application', () => {
  const text = `FROM node:24-bookworm-slim
WORKDIR /usr/src/app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
ENV PORT=3000
CMD npm start
`
  const source = (manifest: object) => ({
    'package.json': JSON.stringify(manifest),
    'package-lock.json': '{}',
    'src/main.ts': '',
  })
  const start = { scripts: { start: 'node dist/main.js', build: 'tsc' } }
  it('is started without npm, and without what only builds it, unless it needs that', () => {
    const [pruned, whole, more] = divided(text, source({ ...start, devDependencies: { typescript: '5' } }))
    expect(more).toBeUndefined()
    expect(pruned).toBe(`FROM node:24-bookworm-slim AS build
WORKDIR /usr/src/app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /usr/src/app
COPY --from=build /usr/src/app /usr/src/app
USER 65532:65532
ENTRYPOINT []
ENV PORT=3000
CMD ["/nodejs/bin/node", "dist/main.js"]
`)
    expect(whole).toBe(pruned?.replace('RUN npm prune --omit=dev\n', ''))
    expect(divided(text, source(start))[0]).toBe(whole)
  })
  it.each([
    ['a program of a package starts it', { scripts: { start: 'next start' } }, text],
    ['a package is installed for every user', start, text.replace('npm ci', 'npm ci && npm install -g pm2')],
    ['its files are beside the base’s', start, text.replaceAll('/usr/src/app', '/usr/local/lib/app')],
  ])('is left in one stage where %s', (_, manifest, written) => expect(divided(written, source(manifest))).toEqual([]))
})

describe('the variables of a divided image', () => {
  const text =
    'FROM node:24-bookworm\nENV UV_THREADPOOL_SIZE=64\nENV PIP_URL=https://pip.example.com\nENV NPM_CONFIG_LOGLEVEL=warn\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "main.js"]\n'
  const kept = (written: string) =>
    [...(divided(written, { 'main.js': '', 'app.py': '' })[0]?.split('\nFROM ')[1] ?? '').matchAll(/^ENV (.*)$/gm)].map(
      ([, one]) => one,
    )
  it('are all that the application may read', () => {
    expect(kept(text)).toEqual(['UV_THREADPOOL_SIZE=64', 'PIP_URL=https://pip.example.com'])
    expect(kept(text.replace('RUN npm ci\n', ''))).toContain('NPM_CONFIG_LOGLEVEL=warn')
  })
  it('are those of a build tool as well, if another one is made from it', () => {
    const go =
      'FROM golang:1.26-bookworm\nENV GOFLAGS=-mod=mod\nENV GOMODCACHE=/go/pkg/mod\nENV MODULES=$GOMODCACHE/a\nWORKDIR /app\nCOPY . .\nRUN go build -o app\nCMD ["./app"]\n'
    expect(kept(go)).toEqual(['GOMODCACHE=/go/pkg/mod', 'MODULES=$GOMODCACHE/a'])
  })
})

describe('an image that has none of what a build needs', () => {
  it('is left in one stage', () => {
    const text = 'FROM golang:1.26-bookworm\nCOPY . .\nRUN go build -o /app\nCMD ["/app"]\n'
    expect(twoStages.propose(situationOf(text, { source: { 'main.go': '' } }))).toEqual({})
  })
})

describe('a Java application', () => {
  const text = `FROM maven:3-eclipse-temurin-17
WORKDIR /app
COPY pom.xml .
RUN mvn dependency:go-offline
COPY src ./src
COPY settings ./settings
RUN ./mvnw package
# It listens on 8080.
CMD ["java", "-Xmx64m", "-jar", "target/trial-1.0.jar", "--verbose"]
`
  const source = { 'pom.xml': '', 'src/main/java/Main.java': '', 'settings/shop.properties': '' }

  it('goes to an image that only runs it, with all but its code', () => {
    const [first, second, more] = divided(text, source)
    expect(first).toBe(`FROM maven:3-eclipse-temurin-17 AS build
WORKDIR /app
COPY pom.xml .
RUN mvn dependency:go-offline
COPY src ./src
COPY settings ./settings
RUN ./mvnw package \\
    && find /app -type f \\( -name "*.java" -o -name pom.xml \\) -delete

FROM gcr.io/distroless/java17-debian12:nonroot
WORKDIR /app
COPY --from=build /app /app
USER 65532:65532
ENTRYPOINT []
# It listens on 8080.
CMD ["java", "-Xmx64m", "-jar", "/app/target/trial-1.0.jar", "--verbose"]
`)
    expect(second).toContain('\nFROM eclipse-temurin:17-jre\n')
    expect(more).toBeUndefined()
  })
  it('stays as it is if no build makes its archive, or a pattern names it', () => {
    expect(divided(text.replaceAll(/RUN .*\n/g, ''), source)).toEqual([])
    expect(divided(text.replace('target/trial-1.0.jar', 'target/*.jar'), source)).toEqual([])
  })
})

describe('the bases that run Java', () => {
  it.each([
    ['maven', '3-eclipse-temurin-17', ['gcr.io/distroless/java17-debian12:nonroot', 'eclipse-temurin:17-jre']],
    ['maven', '3.9.9-amazoncorretto-11-debian', ['eclipse-temurin:11-jre']],
    ['gradle', '8.14-jdk21-noble', ['gcr.io/distroless/java21-debian12:nonroot', 'eclipse-temurin:21-jre']],
    ['eclipse-temurin', '21-jdk-noble', ['gcr.io/distroless/java21-debian12:nonroot', 'eclipse-temurin:21-jre']],
    ['maven', '3', []],
    ['eclipse-temurin', 'latest', []],
  ])('are of the version that %s:%s has', (runtime, tag, bases) => {
    expect(javaBases({ runtime, tag })).toEqual(bases)
  })
})

describe('a Rust application', () => {
  const text = `FROM rust:1-bookworm as builder
WORKDIR /app
COPY . .
RUN cargo build -v --release
EXPOSE 3000
CMD ["/app/target/release/trial"]
`
  const source = { 'Cargo.toml': '', 'src/main.rs': '', 'templates/index.html': '' }

  it('goes to an image with the library that its program is linked to', () => {
    expect(divided(text, source)).toEqual([
      `FROM rust:1-bookworm as builder
WORKDIR /app
COPY . .
RUN cargo build -v --release \\
    && find /app -type f \\( -name "*.rs" -o -name Cargo.toml \\) -delete \\
    && rm -rf /app/target/release/.fingerprint /app/target/release/build /app/target/release/deps /app/target/release/examples /app/target/release/incremental

FROM gcr.io/distroless/cc-debian12:nonroot
WORKDIR /app
COPY --from=builder /app /app
USER 65532:65532
EXPOSE 3000
CMD ["/app/target/release/trial"]
`,
    ])
  })
  it('keeps the list of what it is made of, for scanners', () => {
    expect(divided(text, { ...source, 'Cargo.lock': '' })).toEqual(divided(text, source))
  })
  it('loses the library of the same package', () => {
    const [only] = divided(text, { ...source, 'src/lib.rs': '' })
    expect(only).toContain('/app/target/release/incremental /app/target/release/libtrial.rlib\n')
  })
  it.each([
    ['commands that follow whatever came of the one before', 'RUN cargo build --release; echo "done"'],
    ['a mount that has files', 'RUN --mount=type=cache,target=/app/target cargo build --release'],
  ])('loses its code in a layer of its own behind %s', (_, line) => {
    const [only] = divided(text.replace('RUN cargo build -v --release', line), source)
    expect(only).toContain(`${line}\nRUN find /app -type f `)
  })
  it('loses its code before a remark', () => {
    const [only] = divided(text.replace('-v --release', '--release # optimised'), source)
    expect(only).toMatch(/^RUN cargo build --release \\\n {4}&& find .* \\\n {4}&& rm -rf \S.* # optimised$/m)
  })
  it('keeps a variable whose name is no word, and what is made from others', () => {
    const [only] = divided(text.replace('COPY . .', 'ENV A(=1 B=2\nENV C=$B\nCOPY . .'), source)
    expect(only?.split('\n\n')[1]).toContain('ENV A(=1 B=2\nENV C=$B\n')
  })
  it('may need headers to be linked: what a program lacks then, the gate says', () => {
    const line = 'RUN apt-get install -y pkg-config libssl-dev && cargo build -v --release'
    expect(divided(text.replace('RUN cargo build -v --release', line), source)).toHaveLength(1)
  })
  it.each([['cargo install diesel_cli'], ['cargo install --path tools'], ['cargo run --bin seed']])(
    'stays as it is with %s, whose results are elsewhere or unknown',
    (command) => {
      expect(divided(text.replace('RUN cargo', `RUN ${command} && cargo`), source)).toEqual([])
    },
  )
  it('stays as it is if its program is not what Cargo makes', () => {
    expect(divided(text.replace('/app/target/release/trial', '/app/run'), source)).toEqual([])
  })
})

describe("an application on Debian's own Python", () => {
  const text = `FROM debian:bookworm
RUN apt update
RUN apt install python3 python3-pip -y
RUN pip3 install --break-system-packages flask
COPY . /web
CMD python3 /web/server.py
`
  const source = { 'server.py': '' }

  it('goes to the base that has the same interpreter', () => {
    expect(divided(text, source)).toEqual([
      `FROM debian:bookworm AS build
RUN apt update
RUN apt install python3 python3-pip -y
RUN pip3 install --break-system-packages flask
COPY . /web

FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /
COPY --from=build /usr/local/lib/python3.11/dist-packages /usr/local/lib/python3.11/dist-packages
COPY --from=build /usr/local/share /usr/local/share
COPY --from=build /usr/local/etc /usr/local/etc
COPY --from=build /web /web
USER 65532:65532
ENTRYPOINT []
CMD ["/usr/bin/python3", "/web/server.py"]
`,
    ])
    expect(divided(text.replace('bookworm', '13-slim'), source)[0]).toContain('/usr/local/lib/python3.13/dist-packages')
  })
  it.each([
    ['a release that is not known', text.replace(':bookworm', ':testing')],
    ['packages that it imports', text.replace('python3-pip', 'python3-pip python3-yaml')],
    ['an environment of its own', text.replace('RUN pip3', 'RUN python3 -m venv /web/venv && pip3')],
    ['another program', text.replace('CMD python3', 'CMD perl')],
  ])('stays one stage with %s', (_, other) => {
    expect(divided(other, source)).toEqual([])
  })
})

describe('an application of Python that was built on a newer Debian', () => {
  const text = 'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD ["python", "app.py"]\n'
  const basesOn = (version: string) => {
    const situation = situationOf(text, { ...full, source: { 'app.py': '' } })
    const image = { ...situation.image, os: { family: 'debian', version } }
    const [proposal] = twoStages.propose({ ...situation, image }).proposals ?? []
    return applyEdits(text, proposal?.edits ?? [])
  }
  it('does not go to an older one', () => {
    expect(basesOn('12.5')).toContain('FROM gcr.io/distroless/python3-debian12:nonroot')
    expect(basesOn('11.9')).toContain('FROM gcr.io/distroless/python3-debian12:nonroot')
    expect(basesOn('13.1')).toContain('FROM python:3.11-slim\n')
  })
})

describe('the bases that may be tried', () => {
  it.each([
    [
      'docker.io/library/python:3.11',
      ['docker.io/library/python:3.11-slim', 'gcr.io/distroless/python3-debian12:nonroot'],
    ],
    [
      'docker.io/library/maven:3-eclipse-temurin-17',
      ['gcr.io/distroless/java17-debian12:nonroot', 'docker.io/library/eclipse-temurin:17-jre'],
    ],
    [
      'docker.io/library/golang:1.26',
      ['static', 'base', 'cc'].map((name) => `gcr.io/distroless/${name}-debian12:nonroot`),
    ],
    ['gcr.io/distroless/cc-debian12:latest', ['gcr.io/distroless/cc-debian12:nonroot']],
    ['registry.example.com/base:1', []],
    [`registry.example.com/base@sha256:${'0'.repeat(64)}`, []],
  ])('in place of %s can be made before they are named', (written, others) => {
    expect(withSmallerBases([written])).toEqual([written, ...others])
  })
})
