import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/repair/dockerfile-file.ts'
import { programBase } from '../../../src/repair/rules/program-base.ts'
import { situationOf, type Given } from './situation.ts'

const full = { configuration: { packageManagers: ['/usr/bin/apt-get'] } }

/** The Dockerfile on its new base; as it is if none is proposed. */
function moved(text: string, given: Given = full): string {
  const [proposal] = programBase.propose(situationOf(text, given)).proposals ?? []
  return applyEdits(text, proposal?.edits ?? [])
}

const go = `FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o app ./cmd/app

# What is shipped.
FROM debian:bookworm-slim
RUN apt update && \\
    apt install -y ca-certificates && \\
    rm -rf /var/lib/apt/lists/*
RUN useradd shop
WORKDIR /srv
COPY --from=build --chown=shop /src/app ./
USER shop
CMD ["/srv/app", "--verbose"]
EXPOSE 8080
`

const rust = `FROM rust:1 AS builder
COPY . .
RUN cargo build --release
FROM ubuntu:24.04
COPY --from=builder ./target/release/trial .
ENTRYPOINT ["/trial"]
`

describe('a program that was compiled in another stage', () => {
  it('is shipped without the distribution around it, as a user with a number', () => {
    expect(moved(go)).toBe(`FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o app ./cmd/app

# What is shipped.
FROM gcr.io/distroless/static-debian12:nonroot
WORKDIR /srv
COPY --from=build --chown=65532:65532 /src/app ./
USER 65532:65532
CMD ["/srv/app", "--verbose"]
EXPOSE 8080
`)
  })
  it('has the library that it was linked with', () => {
    expect(moved(go.replace('CGO_ENABLED=0 ', ''))).toContain('FROM gcr.io/distroless/base-debian12:nonroot\n')
    expect(moved(rust)).toBe(
      rust
        .replace('ubuntu:24.04', 'gcr.io/distroless/cc-debian12:nonroot\nWORKDIR /')
        .replace('ENTRYPOINT', 'USER 65532:65532\nENTRYPOINT'),
    )
  })
  it('needs no C library where it was shipped on musl', () => {
    const alpine = `FROM golang:1.26-alpine AS build
WORKDIR /src
COPY . .
RUN go build -o /app ./cmd/app
FROM alpine:3.22
RUN apk --no-cache add ca-certificates tzdata && update-ca-certificates && rm -rf /var/cache/apk/*
RUN addgroup -S shop && adduser -S -G shop shop
COPY --from=build /app /app
USER shop
ENTRYPOINT ["/app"]
`
    expect(moved(alpine)).toContain(`FROM gcr.io/distroless/static-debian12:nonroot
WORKDIR /
COPY --from=build /app /app
USER 65532:65532
ENTRYPOINT ["/app"]
`)
    expect(moved(rust.replace('ubuntu:24.04', 'alpine'))).toContain('static-debian12')
    const more = alpine.replace('tzdata', 'tzdata curl')
    expect(moved(more)).toBe(more)
  })
  it.each([
    ['other packages of the distribution', go.replace('ca-certificates', 'ca-certificates curl')],
    ['a command that makes something', go.replace('useradd shop', 'mkdir /data')],
    [
      'certificates of a company',
      go.replace('RUN useradd', 'COPY ca.crt /usr/local/share/ca-certificates/\nRUN useradd'),
    ],
    ['an account at home where it works', go.replace('useradd shop', 'useradd -m -d /srv shop')],
    ['an account with the usual home', go.replace('useradd shop', 'useradd -m shop').replaceAll('/srv', '/home/shop')],
    ['a health check', `${go}HEALTHCHECK CMD ["/srv/app", "--check"]\n`],
    ['a shell that starts it', go.replace('CMD ["/srv/app", "--verbose"]', 'CMD ["sh", "-c", "/srv/app"]')],
    ['a volume', `${go}VOLUME /data\n`],
    ['a base that is not only a distribution', go.replace('debian:bookworm-slim', 'node:24-slim')],
    ['a base that is pinned', go.replace('debian:bookworm-slim', `debian:12@sha256:${'0'.repeat(64)}`)],
    ['a stage that compiles nothing known', go.replace('go build -o app ./cmd/app', 'make')],
    ['a program of the source', go.replace('--from=build --chown=shop /src/app', 'app')],
  ])('stays where it is with %s', (_, text) => {
    expect(moved(text)).toBe(text)
  })
  it('stays where nothing says no', () => {
    expect(moved(go, {})).toBe(go)
  })
})
