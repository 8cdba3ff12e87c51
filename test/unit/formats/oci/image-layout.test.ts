import { describe, expect, it } from 'vitest'
import { digestOf, type Digest } from '../../../../src/model/index.ts'
import { refusal, severalImages } from '../../../../src/tools/inspect/output.ts'
import {
  blobPath,
  chooseImage,
  listImages,
  singleLayout,
  type ReadDocument,
} from '../../../../src/formats/oci/image-layout.ts'

const index = 'application/vnd.oci.image.index.v1+json'
const image = 'application/vnd.oci.image.manifest.v1+json'
const docker = 'application/vnd.docker.distribution.manifest.v2+json'
const configuration = 'application/vnd.oci.image.config.v1+json'
const layer = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** A layout in memory: documents by path, each blob under its digest. */
class Layout {
  readonly documents = new Map<string, string>()
  readonly read: ReadDocument = async (path) => {
    const text = this.documents.get(path)
    if (text === undefined) throw new Error(`no ${path}`)
    return text
  }

  add(value: unknown): { digest: Digest; size: number } {
    const text = JSON.stringify(value)
    const digest = digestOf(text)
    this.documents.set(blobPath(digest), text)
    return { digest, size: text.length }
  }

  addImage(name: string, mediaType = image) {
    return this.addManifest(name, configuration, [layer, layer], mediaType)
  }

  addManifest(name: string, configType: string, layerTypes: string[], mediaType = image) {
    const blob = (what: string, type: string) => ({ mediaType: type, digest: digestOf(`${name} ${what}`), size: 7 })
    const config = blob('config', configType)
    const layers = layerTypes.map((type) => blob('layer', type))
    return { mediaType, ...this.add({ schemaVersion: 2, mediaType, config, layers }) }
  }

  top(manifests: unknown[]): this {
    this.documents.set('index.json', JSON.stringify({ schemaVersion: 2, mediaType: index, manifests }))
    return this
  }
}

const platform = (text: string) => {
  const [os, architecture, variant] = text.split('/')
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}

describe('an OCI layout', () => {
  it('names images through nested indexes, and what a builder stores beside an image is not one', async () => {
    const layout = new Layout()
    const [amd64, arm64, attestation] = [
      layout.addImage('amd64'),
      layout.addImage('arm64', docker),
      layout.addManifest('attestation', configuration, ['application/vnd.in-toto+json']),
    ]
    const nested = layout.add({
      schemaVersion: 2,
      manifests: [
        { ...amd64, platform: platform('linux/amd64') },
        { ...arm64, platform: platform('linux/arm64/v8') },
        { ...attestation, platform: platform('unknown/unknown') },
        { ...attestation, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
      ],
    })
    layout.top([{ mediaType: index, ...nested }])
    const images = await listImages(layout.read)
    expect(images).toEqual([
      { digest: amd64.digest, mediaType: image, size: amd64.size, platform: 'linux/amd64' },
      { digest: arm64.digest, mediaType: docker, size: arm64.size, platform: 'linux/arm64' },
    ])
    expect(chooseImage(images, 'linux/arm64').digest).toBe(arm64.digest)
    expect(() => chooseImage(images, 'linux/s390x')).toThrow(
      expect.objectContaining({
        code: 'SOURCE',
        message: 'expected one image for linux/s390x, found none among linux/amd64, linux/arm64',
        hint: expect.stringContaining('--platform'),
      }),
    )
  })

  it('may say nothing of the platform of its one image, and must where there are several', async () => {
    const layout = new Layout()
    const [first, second] = [layout.addImage('first'), layout.addImage('second')]
    expect(chooseImage(await listImages(layout.top([first]).read), 'linux/amd64').digest).toBe(first.digest)
    const both = await listImages(layout.top([first, second]).read)
    expect(() => chooseImage(both, 'linux/amd64')).toThrow(/found none among no platform given, no platform given/)
  })

  it('has signatures and other artifacts beside its image, by the types of what they hold, and an image may have no layers', async () => {
    const layout = new Layout()
    const [ordinary, empty] = [layout.addImage('image'), layout.addManifest('empty', configuration, [])]
    const beside = [
      layout.addManifest('signature of Cosign', configuration, ['application/vnd.dev.cosign.simplesigning.v1+json']),
      layout.addManifest('statement', configuration, ['application/vnd.in-toto+json']),
      layout.addManifest('chart', 'application/vnd.cncf.helm.config.v1+json', [layer]),
      {
        ...layout.addManifest('bundle', 'application/vnd.oci.empty.v1+json', ['application/vnd.oci.empty.v1+json']),
        artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        platform: platform('linux/amd64'),
      },
      { ...layout.addImage('of an older format'), mediaType: 'application/vnd.oci.artifact.manifest.v1+json' },
    ]
    for (const one of [ordinary, empty]) {
      const images = await listImages(layout.top([...beside, one]).read)
      expect(images.map(({ digest }) => digest)).toEqual([one.digest])
      expect(chooseImage(images, 'linux/arm64').digest).toBe(one.digest)
    }
  })

  it('hides no image behind what it says of it', async () => {
    const layout = new Layout()
    const [hidden, shown] = [layout.addImage('hidden'), layout.addImage('shown')]
    const odd = layout.addManifest('odd', configuration, [layer, 'application/vnd.example'])
    const on = platform('linux/amd64')
    for (const disguised of [
      { ...hidden, platform: on, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
      { ...hidden, platform: on, artifactType: 'application/vnd.example' },
      { ...odd, platform: on, artifactType: 'application/vnd.example' },
    ]) {
      const images = await listImages(layout.top([disguised, { ...shown, platform: on }]).read)
      expect(() => chooseImage(images, 'linux/amd64')).toThrow('expected one image for linux/amd64, found 2')
    }
  })

  it('is read once, however often its indexes name the same document, and not to the end if there are too many', async () => {
    const layout = new Layout()
    const many = (one: object) => layout.add({ schemaVersion: 2, manifests: Array.from({ length: 1000 }, () => one) })
    const nested = many({ mediaType: index, ...many({ mediaType: index, ...many(layout.addImage('image')) }) })
    let reads = 0
    const { read } = layout.top([{ mediaType: index, ...nested }])
    expect(await listImages((path) => (reads++, read(path)))).toHaveLength(1)
    expect(reads).toBe(5)
    const others = Array.from({ length: 1000 }, (_, number) => layout.addManifest(String(number), 'text/plain', []))
    const both = [
      layout.addManifest('last', 'text/plain', []),
      { mediaType: index, ...layout.add({ schemaVersion: 2, manifests: others }) },
    ]
    await expect(listImages(layout.top(both).read)).rejects.toThrow('expected at most 1000 indexes and manifests')
  })

  it('is narrowed to one image, whose manifest stays byte for byte as it is', async () => {
    const layout = new Layout()
    const named = layout.addImage('one', docker)
    const [found] = await listImages(
      layout.top([{ ...named, annotations: { 'org.opencontainers.image.ref.name': '../../latest' } }]).read,
    )
    const single = await singleLayout(found!, layout.read)
    expect(JSON.parse(single.index)).toEqual({
      schemaVersion: 2,
      mediaType: index,
      manifests: [{ mediaType: docker, digest: named.digest, size: named.size }],
    })
    const [config, content] = [blobPath(digestOf('one config')), blobPath(digestOf('one layer'))]
    expect(JSON.parse(single.dockerManifest)).toEqual([{ Config: config, RepoTags: null, Layers: [content, content] }])
    expect(single.blobs).toEqual([blobPath(named.digest), config, content])
  })

  it.each<[string, (layout: Layout) => unknown[], RegExp]>([
    ['names nothing', () => [], /expected an image in the layout, found none/],
    [
      'holds something that is not an image',
      (layout) => [{ ...layout.addImage('chart'), mediaType: 'application/vnd.cncf.helm.config.v1+json' }],
      /expected an image in the layout, found none/,
    ],
    [
      'names a digest that leads out of it',
      () => [{ mediaType: image, digest: 'sha256:../../../etc/passwd', size: 1 }],
      /unexpected form/,
    ],
    [
      'has an index that was changed',
      (layout) => {
        const nested = layout.add({ schemaVersion: 2, manifests: [] })
        layout.documents.set(
          blobPath(nested.digest),
          JSON.stringify({ schemaVersion: 2, manifests: [layout.addImage('other')] }),
        )
        return [{ mediaType: index, ...nested }]
      },
      /found bytes with the digest .*damaged or was changed/,
    ],
    [
      'goes deeper than any builder',
      (layout) => [
        [1, 2, 3, 4].reduce(
          (below) => ({ mediaType: index, ...layout.add({ schemaVersion: 2, manifests: [below] }) }),
          layout.addImage('deep'),
        ),
      ],
      /3 levels/,
    ],
    [
      'names more images than anybody has',
      (layout) => Array.from({ length: 101 }, (_, at) => layout.addImage(`image ${at}`)),
      /100 images/,
    ],
  ])('that %s is refused with the reason [fault 100]', async (_what, manifests, message) => {
    const layout = new Layout()
    layout.top(manifests(layout))
    await expect(listImages(layout.read)).rejects.toMatchObject({
      code: 'SOURCE',
      exitCode: 2,
      message: expect.stringMatching(message),
    })
  })

  it('whose manifest was changed is refused [fault 100]', async () => {
    const layout = new Layout()
    const named = layout.addImage('one')
    const [found] = await listImages(layout.top([named]).read)
    layout.documents.set(
      blobPath(named.digest),
      layout.documents.get(blobPath(named.digest))!.replace(/sha256:\w/, 'sha256:0'),
    )
    await expect(singleLayout(found!, layout.read)).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining(`expected the document ${named.digest}`),
    })
  })
})

describe('an archive that inspect refuses', () => {
  it('has several images, or says why it is not valid', () => {
    expect(severalImages('expected exactly one image in the archive, found 2: export one archive per platform\n')).toBe(
      true,
    )
    expect(severalImages('expected exactly one image in the archive, found 0: export one archive per platform\n')).toBe(
      false,
    )
    expect(
      severalImages(
        'expected a whole tar archive, found one that is truncated or damaged: /archive.tar: unexpected EOF: export the image again\n',
      ),
    ).toBe(false)
    expect(
      refusal(
        'expected a whole tar archive, found one that is truncated or damaged: /archive.tar: unexpected EOF: export the image again\n',
      ),
    ).toBe(
      'expected a whole tar archive, found one that is truncated or damaged: unexpected EOF: export the image again',
    )
    expect(refusal('')).toBe('it cannot be read')
  })
})
