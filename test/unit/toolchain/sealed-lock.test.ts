import { describe, expect, test } from 'vitest'
import type { BaseImage } from '../../../toolchain/image.ts'
import { sealedLock, substituteName } from '../../../toolchain/sealed-lock.ts'

describe('substituteName', () => {
  test.each([
    ['docker.io/library/python:3.11-slim-bookworm', 'library/python', '3.11-slim-bookworm'],
    ['gcr.io/distroless/python3-debian12:nonroot', 'distroless/python3-debian12', 'nonroot'],
    ['registry.example:5000/a/b:1', 'a/b', '1'],
  ])('%s', (reference, repository, tag) => {
    expect(substituteName(reference)).toEqual({ repository, tag })
  })

  test.each(['python:3.11', 'docker.io/library/python', 'docker.io/library/python@sha256:abc'])(
    'refuses %s',
    (reference) => {
      expect(() => substituteName(reference)).toThrow('is not written as registry/repository:tag')
    },
  )
})

test('the lock pins each tool, what tools need, and each reference of each base by digest on loopback', () => {
  const one = `sha256:${'1'.repeat(64)}` as const
  const two = `sha256:${'2'.repeat(64)}` as const
  const image: BaseImage = {
    name: 'golang',
    references: ['docker.io/library/golang:1.26-bookworm', 'docker.io/library/golang:1.26'],
    platforms: ['linux/amd64'],
    key: '1',
    assemble: () => Promise.reject(new Error('not called')),
  }
  const lock = sealedLock(
    { host: '127.0.0.1', port: 5001 },
    {
      tools: [
        {
          name: 'crane',
          version: '0.22.1',
          standsInFor: 'gcr.io/go-containerregistry/crane:v0.22.1',
          content: { digest: one, platforms: { 'linux/amd64': one } },
        },
        { name: 'inspect', version: '1.0.0', content: { digest: two, platforms: { 'linux/amd64': two } } },
      ],
      bases: [
        {
          image,
          content: { digest: two, platforms: { 'linux/amd64': one } },
          assembledAt: new Date('2026-11-23T00:00:00Z'),
        },
      ],
      offers: ['docker.io/library/node:24', 'docker.io/library/golang:1.26'],
      exampleDatabase: { digest: one, platforms: {} },
    },
  )
  expect(lock).toEqual({
    schemaVersion: 1,
    mode: 'sealed',
    tools: {
      crane: {
        reference: `127.0.0.1:5001/loadline/crane@${one}`,
        digest: one,
        version: '0.22.1',
        standsInFor: 'gcr.io/go-containerregistry/crane:v0.22.1',
      },
      inspect: { reference: `127.0.0.1:5001/loadline/inspect@${two}`, digest: two, version: '1.0.0' },
      'go-compiler': {
        reference: `127.0.0.1:5001/library/golang:1.26-bookworm@${two}`,
        digest: two,
        version: '1.26.8',
        standsInFor: 'docker.io/library/golang:1.26-bookworm',
      },
    },
    bases: image.references.map((reference) => ({
      reference,
      digest: two,
      platforms: ['linux/amd64'],
      substitute: `127.0.0.1:5001/${substituteName(reference).repository}:${substituteName(reference).tag}`,
      resolvedAt: '2026-11-23T00:00:00.000Z',
    })),
    offers: ['docker.io/library/golang:1.26', 'docker.io/library/node:24'],
    exampleDatabase: { reference: `127.0.0.1:5001/loadline/loadline-example-advisories@${one}`, digest: one },
  })
})
