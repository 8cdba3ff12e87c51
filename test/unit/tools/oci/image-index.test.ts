import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { joinIndexes } from '../../../../src/tools/oci/image-index.ts'

const amd64 = readFileSync(new URL('../../../fixtures/inspect/index-amd64-1.1.0.json', import.meta.url), 'utf8')
const arm64 = readFileSync(new URL('../../../fixtures/inspect/index-arm64-1.1.0.json', import.meta.url), 'utf8')

describe('joinIndexes', () => {
  it('leaves the index.json of a single image as it is, byte for byte', () => {
    expect(joinIndexes([amd64]).text).toBe(amd64)
  })

  it('names every image once, with its platform, in the order given', () => {
    const { text, manifests } = joinIndexes([amd64, arm64])
    const index = JSON.parse(text) as { mediaType: string; manifests: Array<{ digest: string; platform: { architecture: string } }> }
    expect(index.mediaType).toBe('application/vnd.oci.image.index.v1+json')
    expect(index.manifests.map(({ digest, platform }) => [digest, platform.architecture])).toEqual([[manifests[0], 'amd64'], [manifests[1], 'arm64']])
    expect(index.manifests).toEqual([amd64, arm64].flatMap((one) => (JSON.parse(one) as typeof index).manifests))
  })

  it.each([
    ['two images for one platform [fault 51]', [amd64, amd64], /one image per platform/],
    ['an index without images', ['{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'], /unknown form/],
    ['a truncated index', [amd64.slice(0, 80)], /that are none/],
    ['nothing', [''], /printed nothing/],
  ])('refuses %s', (_what, texts, says) => {
    expect(() => joinIndexes(texts)).toThrow(says)
    expect(() => joinIndexes(texts)).toThrow(expect.objectContaining({ code: 'PUBLISH' }))
  })
})
