import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { execa } from 'execa'
import type { Lock } from '../../src/model/index.ts'
import type { Published } from '../../src/stages/publish/publish.ts'
import { registryAccess } from '../../src/engine/registry-access.ts'
import { independentCrane } from './independent-crane.ts'

/** Puts a small image with content of its own into a registry, without a tag, and gives its digest. */
export async function pushSmallImage(registry: string, directory: string, content: string): Promise<string> {
  writeFileSync(join(directory, 'content.txt'), content)
  const layer = join(directory, 'layer.tar')
  await execa('tar', ['--create', '--file', layer, '--directory', directory, 'content.txt'])
  const crane = await independentCrane()
  const { stdout } = await execa(crane, ['append', '--new_layer', layer, '--new_tag', `${registry}/demo/small:pushed`])
  return stdout.trim().split('@')[1] ?? ''
}

/** The pushed image as the stages see it. To be called inside a session. */
export async function publishedImage(registry: string, digest: string, lock: Lock): Promise<Published> {
  const port = Number(registry.split(':')[1])
  const service = dag.host().service([{ frontend: port, backend: port }], { host: '127.0.0.1' })
  return {
    access: await registryAccess({ reference: `${registry}/demo/small:signed`, registry: service }, lock),
    digest,
  }
}

interface Descriptor {
  digest: string
  size: number
  mediaType: string
  artifactType?: string
}

/** The Sigstore bundles that a registry keeps for a digest, fetched by plain HTTP as any client would: through the referrers API, or under the fallback tag. */
export async function fetchBundles(registry: string, repository: string, digest: string): Promise<unknown[]> {
  const json = async (path: string) => {
    const response = await fetch(`http://${registry}/v2/${repository}/${path}`, {
      headers: { accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json' },
    })
    return response.ok ? ((await response.json()) as { manifests?: Descriptor[]; layers?: Descriptor[] }) : undefined
  }
  const index = (await json(`referrers/${digest}`)) ?? (await json(`manifests/${digest.replace(':', '-')}`))
  const manifests = await Promise.all(
    (index?.manifests ?? []).map(({ digest: referrer }) => json(`manifests/${referrer}`)),
  )
  const layers = manifests
    .flatMap((manifest) => manifest?.layers ?? [])
    .filter(({ mediaType }) => mediaType.startsWith('application/vnd.dev.sigstore.bundle'))
  return Promise.all(
    layers.map(async ({ digest: blob }) => (await fetch(`http://${registry}/v2/${repository}/blobs/${blob}`)).json()),
  )
}

/** Tags of a repository that people gave: not those under which signatures are kept. */
export async function tagsOf(registry: string, repository: string): Promise<string[]> {
  const response = await fetch(`http://${registry}/v2/${repository}/tags/list`)
  const { tags } = response.ok ? ((await response.json()) as { tags?: string[] | null }) : { tags: [] }
  return (tags ?? []).filter((tag) => !tag.startsWith('sha256-'))
}
