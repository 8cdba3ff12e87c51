import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../../src/model/errors.ts'
import type { Lock } from '../../../../src/model/index.ts'
import { pinBases } from '../../../../src/stages/build/pin-bases.ts'
import { readingOf } from '../../recorded-reading.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const text = [
  'FROM python:3.11 AS build',
  'RUN --mount=type=bind,from=python:3.11,target=/p true',
  `FROM debian:12@${digest('d')}`,
  'COPY --from=build /b /b',
  'COPY --from=python:3.11 /a /a',
  '',
].join('\n')
const source = { path: 'Dockerfile', reading: readingOf(text) }
const python = {
  reference: 'docker.io/library/python:3.11',
  digest: digest('a'),
  platforms: ['linux/amd64'],
  resolvedAt: '2026-11-01T00:00:00Z',
}
const connected: Lock = { schemaVersion: 1, mode: 'connected', tools: {}, bases: [python] }

describe('the bases of a build', () => {
  it('are each resolved once: every use builds on the digest that the evidence names [fault 44]', async () => {
    const { images, toPrepare } = await pinBases(source, connected)
    expect(images('linux/amd64').map(({ reference, pinnedBy, digest: on }) => [reference, pinnedBy, on])).toEqual([
      [python.reference, 'lock', python.digest],
      [python.reference, 'lock', python.digest],
      ['docker.io/library/debian:12', 'dockerfile', digest('d')],
      [python.reference, 'lock', python.digest],
    ])
    expect(toPrepare).toEqual([
      {
        asked: python.reference,
        platform: 'linux/amd64',
        buildOn: `${python.reference}@${python.digest}`,
        from: `${python.reference}@${python.digest}`,
      },
      {
        asked: `docker.io/library/debian:12@${digest('d')}`,
        platform: 'linux/amd64',
        buildOn: undefined,
        from: `docker.io/library/debian:12@${digest('d')}`,
      },
    ])
  })

  it('are those of stages that are built: nobody asks for the others [fault 77]', async () => {
    const unused = 'FROM nowhere.example/none:1 AS unused\nRUN true\nFROM python:3.11\n'
    const { images } = await pinBases({ path: 'Dockerfile', reading: readingOf(unused) }, connected)
    expect(images('linux/amd64').map(({ reference, final }) => [reference, final])).toEqual([[python.reference, true]])
  })

  it('are of each platform by itself', async () => {
    const written = `FROM python:3.11 AS base-amd64\nFROM debian:12@${digest('d')} AS base-arm64\nFROM base-$TARGETARCH\n`
    const reading = readingOf(written, { platforms: ['linux/amd64', 'linux/arm64'] })
    const { images } = await pinBases({ path: 'Dockerfile', reading }, connected)
    expect(images('linux/amd64').map(({ reference }) => reference)).toEqual([python.reference])
    expect(images('linux/arm64').map(({ reference }) => reference)).toEqual(['docker.io/library/debian:12'])
  })

  it('are stand-ins on a sealed network, which says so', async () => {
    const stand = (reference: string, letter: string) => ({
      ...python,
      reference,
      digest: digest(letter),
      substitute: `127.0.0.1:5000/stand-in/${letter}`,
    })
    const { images, toPrepare } = await pinBases(source, {
      ...connected,
      mode: 'sealed',
      bases: [stand(python.reference, 'b'), stand('docker.io/library/debian:12', 'c')],
    })
    const found = images('linux/amd64')
    expect(new Set(found.map(({ substitute, digest: on }) => `${substitute}@${on}`))).toEqual(
      new Set(toPrepare.map(({ buildOn }) => buildOn)),
    )
    expect(found[2]).toMatchObject({ pinnedBy: 'dockerfile', digest: digest('c') })
  })

  it('are missed by name and line on a sealed network that has no stand-in [fault 61]', async () => {
    const pinned = pinBases(source, { ...connected, mode: 'sealed' })
    await expect(pinned).rejects.toThrow(DeliveryError)
    await expect(pinned).rejects.toThrow(
      'Dockerfile line 1: this sealed network has no substitute for docker.io/library/python:3.11',
    )
    const offers = [python.reference]
    await expect(pinBases(source, { ...connected, mode: 'sealed', offers })).rejects.toThrow(
      'has not made its substitute',
    )
    await expect(pinned).rejects.toMatchObject({ hint: expect.not.stringContaining('--build-context') })
  })

  it.each([
    ['COPY --from', 'FROM scratch\nCOPY --from=tools /a /a\n', 2],
    ['a mount', `FROM debian:12@${digest('d')}\nRUN --mount=type=bind,from=tools,target=/t true\n`, 2],
    ['FROM', 'FROM tools\n', 1],
  ])('may have been meant as contexts of their own, and the error of %s says so', async (_, written, line) => {
    const stand = { ...python, reference: 'docker.io/library/debian:12', substitute: '127.0.0.1:5000/debian' }
    const lock: Lock = { ...connected, mode: 'sealed', bases: [stand] }
    await expect(pinBases({ path: 'Dockerfile', reading: readingOf(written) }, lock)).rejects.toMatchObject({
      message: `Dockerfile line ${line}: this sealed network has no substitute for docker.io/library/tools:latest`,
      hint: expect.stringContaining('If tools is a context of its own (docker build --build-context tools=...)'),
    })
  })
})
