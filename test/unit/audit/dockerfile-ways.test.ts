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
  ])('%s', async (run) => {
    const said = saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\n${run}\nUSER app:app\n` }), 'cis-4.1')
    expect(said).toEqual(['fail: USER app:app, which line 2 makes another name of root'])
  })

  it.each([
    'RUN useradd -u 10001 app',
    'RUN useradd -g 0 app',
    'RUN useradd -o -u 0 other && useradd app',
    'RUN echo "app:x:100:0::/:/bin/sh" >> /etc/passwd',
    'RUN echo "app:x:0:0::/:/bin/sh" >> /etc/passwd.example',
  ])('is not made by %s', async (run) => {
    expect(saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\n${run}\nUSER app\n` }), 'cis-4.1')).toEqual([
      'pass: USER app',
    ])
  })
})
