import { describe, expect, it } from 'vitest'
import { auditOf, saidOf } from './audit-of.ts'

it.each([
  ['Dockerfile.php', '# syntax=docker/dockerfile:1\n\nFROM php:8.3.1\nUSER 7\n'],
  ['go.Dockerfile', 'FROM golang:1.26.0 AS build\nUSER 7\n'],
  ['Dockerfile.go', 'FROM --platform=$BUILDPLATFORM golang:1.26.0 AS build\nUSER 7\n'],
  ['docker/Dockerfile.sh', '\uFEFFARG BASE=a:1.0.0\nFROM $BASE\nUSER 7\n'],
])('%s is the Dockerfile of a program in that language, where it begins as one', async (path, text) => {
  expect(await auditOf({ [path]: text })).toMatchObject({ judged: { dockerfiles: 1 }, passedOver: [] })
})

describe('an image that a platform makes from another stage', () => {
  const file = (amd64: string, arm64: string, end = '') =>
    `FROM a:1.0.0 AS base-amd64\n${amd64}FROM a:1.0.0 AS base-arm64\n${arm64}FROM base-\${TARGETARCH} AS mid\nFROM mid\n${end}`

  it.each([
    ['root on one of them', file('USER root\n', 'USER 7\n'), ['fail: USER root', 'pass: USER 7']],
    ['nobody on one of them', file('', 'USER 7\n'), ['fail: no USER: the container runs as root', 'pass: USER 7']],
    ['the same on both', file('USER 7\n', 'USER 7\n'), ['pass: USER 7', 'pass: USER 7']],
    ['its own, whatever they say', file('USER root\n', 'USER root\n', 'USER 7\n'), ['pass: USER 7']],
    ['what the nearest stage says', 'FROM a:1.0.0 AS a\nUSER root\nFROM a AS b\nUSER 7\nFROM b\n', ['pass: USER 7']],
  ])('%s', async (_what, text, said) => {
    expect(saidOf(await auditOf({ Dockerfile: text }), 'cis-4.1')).toEqual(said)
  })

  it('has the health check of each', async () => {
    const check = 'HEALTHCHECK CMD ["/a"]\n'
    expect(saidOf(await auditOf({ Dockerfile: file(check, '') }), 'cis-4.6')).toEqual([
      'fail: no HEALTHCHECK',
      'pass: HEALTHCHECK CMD ["/a"]',
    ])
  })
})

describe('a user who is root by another name', () => {
  it.each([
    'RUN useradd -o -u 0 app',
    'RUN useradd -ou 0 -m app',
    'RUN apt-get update && useradd --non-unique --uid=0 app',
    'RUN adduser -D -u0 app',
    "RUN sh -c 'usermod -o --uid 0 app'",
    'RUN echo "app:x:0:0::/:/bin/sh" >> /etc/passwd',
    'RUN printf "bin:x:1:1::/:\\napp:x:00:0::/:\\n" > /etc/passwd',
    'RUN echo app::0:7::/:/bin/sh | tee -a /etc/passwd',
    'RUN cat >> /etc/passwd <<E\napp:x:0:7::/:/bin/sh\nE',
    'RUN sed -i "s/^app:x:10001:/app:x:0:/" /etc/passwd',
  ])('%s', async (run) => {
    const said = saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\n${run}\nUSER app:app\n` }), 'cis-4.1')
    expect(said).toEqual(['fail: USER app:app, which line 2 makes another name of root'])
  })

  it.each([
    'RUN echo "app ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/app',
    "RUN useradd app && printf 'app ALL=(ALL:ALL) NOPASSWD: ALL\\n' | tee /etc/sudoers.d/app",
    'RUN echo ALL ALL=NOPASSWD: ALL >> /etc/sudoers',
    'RUN echo permit nopass app as root > /etc/doas.d/app.conf',
    'RUN echo "app ALL=(root) NOPASSWD:SETENV: ALL" > /etc/sudoers.d/app',
    "RUN usermod -aG docker,wheel app && echo '%wheel ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/wheel",
    "RUN addgroup app admins && echo 'permit nopass :admins' > /etc/doas.conf",
    "RUN usermod -aG sudo app && echo 'Defaults !authenticate' >> /etc/sudoers",
    "RUN printf 'Defaults:web,app env_reset, !authenticate\\n' > /etc/sudoers.d/app",
  ])('%s', async (run) => {
    const said = saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\n${run}\nUSER app\n` }), 'cis-4.1')
    expect(said).toEqual(['fail: USER app, which line 2 lets become root without a password'])
  })

  it.each([
    'ENTRYPOINT ["sudo", "/app"]',
    'ENTRYPOINT ["tini", "--", "/usr/bin/sudo", "-E", "/app"]',
    'CMD sudo -n chown app /data && exec /app',
    'ENTRYPOINT ["sh", "-c", "doas /app"]',
    'CMD ["gosu", "root:root", "/app"]',
    'CMD ["sudo", "-u", "root", "/app"]',
    'CMD ["sudo", "--user=#0", "/app"]',
  ])('%s', async (start) => {
    const said = saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\nUSER 7\n${start}\n` }), 'cis-4.1')
    expect(said).toEqual(['fail: USER 7, and line 3 starts a program as root'])
  })

  it.each([
    'CMD ["sudo", "-u", "web", "/app"]',
    'CMD ["sudo", "-nu", "web", "/app"]',
    'CMD ["su-exec", "web", "/app"]',
    'CMD ["tini", "--", "/app", "sudo"]',
    'RUN echo "web ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/web',
    'RUN echo "7 ALL=(ALL) ALL" > /etc/sudoers.d/seven',
    'HEALTHCHECK CMD sudo /check',
  ])('is not made by %s', async (line) => {
    expect(saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\n${line}\nUSER 7\n` }), 'cis-4.1')).toEqual([
      'pass: USER 7',
    ])
  })

  it.each([
    'RUN useradd -u 10001 app',
    'RUN useradd -g 0 app',
    'RUN useradd -o -u 0 other && useradd app',
    'RUN echo "app:x:100:0::/:/bin/sh" >> /etc/passwd',
    'RUN echo "app:x:0:0::/:/bin/sh" >> /etc/passwd.example',
    'RUN sed -i "s#/bin/bash#/bin/false#" /etc/passwd',
    'RUN echo "app ALL=(root) NOPASSWD: /usr/bin/reload" > /etc/sudoers.d/app',
    "RUN echo 'Defaults:web !authenticate' > /etc/sudoers.d/web",
    "RUN echo 'Defaults !requiretty' > /etc/sudoers.d/tty",
    'RUN useradd -G wheel ops && useradd app && echo "%wheel ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/wheel',
  ])('is not made by %s', async (run) => {
    expect(saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\n${run}\nUSER app\n` }), 'cis-4.1')).toEqual([
      'pass: USER app',
    ])
  })
})

it('a user by number is the one who was given it', async () => {
  const text = (id: number) =>
    `FROM a:1.0.0\nRUN useradd -u 1000 app && echo "app ALL=(ALL) NOPASSWD:ALL" >> /etc/sudoers\nUSER ${id}\n`
  expect(saidOf(await auditOf({ Dockerfile: text(1000) }), 'cis-4.1')).toEqual([
    'fail: USER 1000, which line 2 lets become root without a password',
  ])
  expect(saidOf(await auditOf({ Dockerfile: text(1001) }), 'cis-4.1')).toEqual(['pass: USER 1001'])
})

describe('setgid on a directory only passes its group on', () => {
  const said = async (lines: string) => saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\n${lines}\n` }), 'cis-4.8')
  it.each([
    'RUN mkdir -p /data && chmod 2775 /data',
    'RUN mkdir "$DATA"; chown 7 "$DATA"; chmod g+s "$DATA"',
    'RUN chmod 2755 /var/lib/app/',
    'WORKDIR /app\nRUN chmod g+rwxs /app',
    'RUN install -d -m 2775 /data',
  ])('%s', async (lines) => {
    expect(await said(lines)).toEqual([expect.stringMatching(/^manual: /)])
  })

  it.each([
    ['RUN mkdir /data && chmod -R 2775 /data', 'chmod 2775'],
    ['RUN mkdir /data && chmod 6775 /data', 'chmod 6775'],
    ['RUN mkdir /data && chmod ug+s /data', 'chmod ug+s'],
    ['RUN mkdir /data && chmod 2755 /data /bin/a', 'chmod 2755'],
    ['RUN chmod g+s /bin/a', 'chmod g+s'],
    ['RUN install -m 2755 a /bin/a', 'install 2755'],
  ])('and not %s', async (lines, mode) => {
    expect(await said(lines)).toEqual([`fail: ${mode}`])
  })
})

it('an address from which the build fetches is no setting of one environment', async () => {
  const id = 'practice-hard-coded-configuration'
  const text = (step: string) => `FROM a:1.0.0\nENV SOURCE=https://example.com/a.tgz\nRUN ${step}\n`
  expect(saidOf(await auditOf({ Dockerfile: text('curl -fo a.tgz ${SOURCE}') }), id)[0]).toMatch(/^pass/)
  expect(saidOf(await auditOf({ Dockerfile: text('curl -fo a.tgz $SOURCES') }), id)[0]).toMatch(/^fail/)
})
