import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'

/** Writes a directory as the only layer of an image, and that as an OCI archive in a new file: the same archive for whoever reads it. */
export async function writeArchive(directory: string, work: string, archive: string): Promise<void> {
  const blobs = join(work, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const store = async (file: string) => {
    const digest = await digestOfFile(file)
    const size = statSync(file).size
    renameSync(file, join(blobs, digest))
    return { digest: `sha256:${digest}`, size }
  }
  const document = async (value: unknown) => {
    const file = join(work, 'document')
    writeFileSync(file, JSON.stringify(value))
    return store(file)
  }
  const [plain, packed] = [join(work, 'layer.tar'), join(work, 'layer.tar.gz')]
  await execa('tar', ['--create', '--file', plain, '--owner=0', '--group=0', '--directory', directory, '.'])
  const diffId = await digestOfFile(plain)
  await execa('gzip', ['-1', plain])
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...(await store(packed)) }
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    ...(await document({
      architecture: 'amd64',
      os: 'linux',
      config: { User: '65532', Cmd: ['/none'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    })),
  }
  const manifest = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...(await document({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: [layer],
    })),
  }
  writeFileSync(join(work, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  writeFileSync(join(work, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
  await execa('tar', ['--create', '--file', archive, '--directory', work, 'oci-layout', 'index.json', 'blobs'])
}

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
