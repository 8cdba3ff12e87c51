import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { joinIndexes, sharedAnnotations } from '../../../../src/formats/oci/image-index.ts'

const amd64 = readFileSync(new URL('../../../fixtures/inspect/index-amd64-1.1.0.json', import.meta.url), 'utf8')
const arm64 = readFileSync(new URL('../../../fixtures/inspect/index-arm64-1.1.0.json', import.meta.url), 'utf8')

describe('joinIndexes', () => {
  it('leaves the index.json of a single image as it is, byte for byte', () => {
    expect(joinIndexes([amd64]).text).toBe(amd64)
  })

  it('names every image once, with its platform, in the order given', () => {
    const { text, manifests } = joinIndexes([amd64, arm64])
    const index = JSON.parse(text) as {
      mediaType: string
      manifests: Array<{ digest: string; platform: { architecture: string } }>
    }
    expect(index.mediaType).toBe('application/vnd.oci.image.index.v1+json')
    expect(index.manifests.map(({ digest, platform }) => [digest, platform.architecture])).toEqual([
      [manifests[0], 'amd64'],
      [manifests[1], 'arm64'],
    ])
    expect(index.manifests).toEqual([amd64, arm64].flatMap((one) => (JSON.parse(one) as typeof index).manifests))
  })

  it('says of the index what it is told, after the images', () => {
    const annotations = { 'org.opencontainers.image.version': '1.4.0' }
    expect(JSON.parse(joinIndexes([amd64, arm64], annotations).text)).toEqual({
      ...JSON.parse(joinIndexes([amd64, arm64]).text),
      annotations,
    })
  })

  it.each([
    ['two images for one platform [fault 51]', [amd64, amd64], /one image per platform/],
    [
      'an index without images',
      ['{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'],
      /unexpected form/,
    ],
    ['a truncated index', [amd64.slice(0, 80)], /are not valid JSON/],
    ['nothing', [''], /found no output/],
  ])('refuses %s', (_what, texts, says) => {
    expect(() => joinIndexes(texts)).toThrow(says)
    expect(() => joinIndexes(texts)).toThrow(expect.objectContaining({ code: 'PUBLISH' }))
  })
})

describe('sharedAnnotations', () => {
  const manifest = (annotations?: Record<string, unknown>) => JSON.stringify({ schemaVersion: 2, annotations })

  it('are those that every image has, with the same value, by name', () => {
    expect(
      sharedAnnotations([
        manifest({ version: '1', revision: 'a', title: 'x' }),
        manifest({ title: 'x', version: '1', revision: 'b' }),
      ]),
    ).toEqual({ title: 'x', version: '1' })
    expect(Object.keys(sharedAnnotations([manifest({ b: '1', a: '2' })]))).toEqual(['a', 'b'])
  })

  it('are none if one image has none', () => {
    expect(sharedAnnotations([manifest({ title: 'x' }), manifest()])).toEqual({})
  })

  it.each([
    ['a truncated manifest', manifest({ title: 'x' }).slice(0, 20)],
    ['an annotation that is not text', manifest({ title: 1 })],
  ])('refuse %s', (_what, text) => {
    expect(() => sharedAnnotations([manifest({ title: 'x' }), text])).toThrow(
      expect.objectContaining({ code: 'PUBLISH' }),
    )
  })
})
