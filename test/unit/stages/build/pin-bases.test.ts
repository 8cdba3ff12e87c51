import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../../src/model/errors.ts'
import type { Lock } from '../../../../src/model/index.ts'
import { pinBases } from '../../../../src/stages/build/pin-bases.ts'
import { externalImages } from '../../../../src/formats/dockerfile/dockerfile.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const text = [
  'FROM python:3.11 AS build',
  'RUN --mount=type=bind,from=python:3.11,target=/p true',
  `FROM debian:12@${digest('d')}`,
  'COPY --from=python:3.11 /a /a',
  '',
].join('\n')
const source = { text, path: 'Dockerfile', images: externalImages(text, { buildArgs: {} }) }
const python = {
  reference: 'docker.io/library/python:3.11',
  digest: digest('a'),
  platforms: ['linux/amd64'],
  resolvedAt: '2026-11-01T00:00:00Z',
}
const connected: Lock = { schemaVersion: 1, mode: 'connected', tools: {}, bases: [python] }

describe('the bases of a build', () => {
  it('are each resolved once: every use builds on the digest that the evidence names [fault 44]', async () => {
    const { images, dockerfile } = await pinBases(source, connected)
    expect(images.map(({ reference, pinnedBy, digest: on }) => [reference, pinnedBy, on])).toEqual([
      [python.reference, 'lock', python.digest],
      [python.reference, 'lock', python.digest],
      ['docker.io/library/debian:12', 'dockerfile', digest('d')],
      [python.reference, 'lock', python.digest],
    ])
    expect(externalImages(dockerfile, { buildArgs: {} }).map((image) => image.digest)).toEqual(
      images.map((image) => image.digest),
    )
  })

  it('are stand-ins on a sealed network, which says so', async () => {
    const stand = (reference: string, letter: string) => ({
      ...python,
      reference,
      digest: digest(letter),
      substitute: `127.0.0.1:5000/stand-in/${letter}`,
    })
    const { images, dockerfile } = await pinBases(source, {
      ...connected,
      mode: 'sealed',
      bases: [stand(python.reference, 'b'), stand('docker.io/library/debian:12', 'c')],
    })
    expect(images.map(({ substitute, digest: on }) => `${substitute}@${on}`)).toEqual(
      externalImages(dockerfile, { buildArgs: {} }).map((image) => image.written),
    )
    expect(images[2]).toMatchObject({ pinnedBy: 'dockerfile', digest: digest('c') })
  })

  it('are missed by name and line on a sealed network that has no stand-in [fault 61]', async () => {
    const pinned = pinBases(source, { ...connected, mode: 'sealed' })
    await expect(pinned).rejects.toThrow(DeliveryError)
    await expect(pinned).rejects.toThrow(
      'Dockerfile line 1: this sealed network has no stand-in for docker.io/library/python:3.11',
    )
  })
})
