import { describe, expect, it } from 'vitest'
import { externalImages } from '../../../../src/formats/dockerfile/external-images.ts'

const digest = `sha256:${'a'.repeat(64)}`

describe('externalImages', () => {
  const dockerfile = [
    '# syntax=docker/dockerfile:1',
    'ARG TAG=3.11-slim-bookworm',
    'FROM --platform=$BUILDPLATFORM python:${TAG} AS Build',
    'RUN --mount=type=bind,from=docker.io/library/busybox:1.37,target=/busybox true',
    'FROM build AS tests',
    `FROM gcr.io/distroless/python3-debian12:nonroot@${digest}`,
    'COPY --from=build /app /app',
    'COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uv',
    '',
  ].join('\n')

  it('lists what comes from outside, with lines, and leaves stages out', () => {
    const images = externalImages(dockerfile, { buildArgs: {} })
    expect(images.map(({ reference, line, final, stage }) => ({ reference, line, final, stage }))).toEqual([
      { reference: 'docker.io/library/python:3.11-slim-bookworm', line: 3, final: false, stage: 'build' },
      { reference: 'docker.io/library/busybox:1.37', line: 4, final: false, stage: 'build' },
      { reference: 'gcr.io/distroless/python3-debian12:nonroot', line: 6, final: true, stage: '2' },
      { reference: 'ghcr.io/astral-sh/uv:0.9', line: 8, final: false, stage: '2' },
    ])
    expect(images[2]?.digest).toBe(digest)
  })

  it('follows a target through the stages that it starts from', () => {
    const images = externalImages(dockerfile, { buildArgs: { TAG: '3.12' }, target: 'tests' })
    expect(images.filter(({ final }) => final).map(({ reference }) => reference)).toEqual([
      'docker.io/library/python:3.12',
    ])
  })

  it('keeps CRLF files apart by lines [fault 21]', () => {
    const images = externalImages('ARG A=1\r\nFROM scratch\r\nCOPY --from=alpine:3 /a /a\r\n', { buildArgs: {} })
    expect(images.map(({ reference, line }) => [reference, line])).toEqual([
      ['scratch', 2],
      ['docker.io/library/alpine:3', 3],
    ])
  })

  it.each([
    ['RUN true\n', /starts with FROM/],
    ['FROM $NOTHING\n', /\$NOTHING, which has no value/],
    ['FROM Not/A/Ref\n', /is not an image reference/],
  ])('refuses %j', (text, message) => {
    expect(() => externalImages(text, { buildArgs: {} })).toThrow(message)
  })

  it('names the stages when the target is none of them', () => {
    expect(() => externalImages('FROM scratch AS app\n', { buildArgs: {}, target: 'prod' })).toThrow(
      /no stage "prod"; it has app/,
    )
  })
})
