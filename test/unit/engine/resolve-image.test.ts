import { describe, expect, it } from 'vitest'
import { imagesOf } from '../../../src/engine/resolve-image.ts'
import { readResolved } from '../../../src/tools/registry/output.ts'
import { recorded } from '../tools/registry/recorded.ts'

const resolved = (name: string) => readResolved({ exitCode: 0, stdout: recorded(name, '1.1.0'), stderr: '' }).done!

describe('the images behind a reference', () => {
  it('are those of an index that run somewhere, by platform, without attestations', () => {
    const { digest, index, manifests } = imagesOf(resolved('resolve-index'))
    expect({ digest, index }).toEqual({
      digest: 'sha256:4923916372931bc595eed3b08a21e22f2b64dd6df1882458f42800c69b9c3532',
      index: true,
    })
    expect(manifests.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64', 'linux/arm/v7'])
  })

  it('are the image itself if there is no index, and its platform is unknown', () => {
    const { digest, manifests, index } = imagesOf(resolved('resolve-image'))
    expect({ index, manifests }).toEqual({ index: false, manifests: [{ digest, platform: undefined }] })
  })

  it('have no platform that could be mistaken for another', () => {
    const found = resolved('resolve-index')
    found.manifests[0]!.platform = { os: 'linux', architecture: 'amd64 ; rm' }
    expect(imagesOf(found).manifests[0]?.platform).toBeUndefined()
  })
})
