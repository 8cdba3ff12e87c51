import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { Digest } from '../../src/model/index.ts'
import { locateCache } from '../../toolchain/cache.ts'
import { engineRootStep } from '../../toolchain/engine-root.ts'
import { prerequisites } from '../../toolchain/prerequisites.ts'
import { withSetUpLock } from '../../toolchain/set-up-lock.ts'
import { runSteps } from '../../toolchain/steps.ts'
import { deterministicTar } from '../../toolchain/tool-image.ts'
import type { Image } from './image.ts'
import { publishedEngine } from './publishers.ts'
import { addBytes, addFile, addManifest, emptyStore, mediaTypes, type Descriptor, type Store } from './store.ts'

const content = 'usr/local/share/dagger/content'
const binaries = [
  'usr/local/bin/dagger-engine',
  'usr/local/bin/dagger-init',
  'usr/bin/dial-stdio',
  'opt/cni/bin/dnsname',
]

/**
 * With control groups of the second version a group that has processes cannot give controllers to those below it: the container's own go into one of their own first. What else the
 * publisher's entry point does is of no concern here.
 */
const entrypoint = `#!/bin/sh
set -e
groups=/sys/fs/cgroup
if [ -f "$groups/cgroup.controllers" ]; then
  mkdir -p "$groups/init"
  for process in $(cat "$groups/cgroup.procs"); do echo "$process" > "$groups/init/cgroup.procs" || true; done
  for controller in $(cat "$groups/cgroup.controllers"); do echo "+$controller" > "$groups/cgroup.subtree_control" || true; done
fi
exec /usr/bin/tini -- /usr/local/bin/dagger-engine "$@"
`

/** The image of the engine, of what this machine's sealed engine is made of: its root, its programs, and the runtime of TypeScript modules without the lock file of the sealed toolchain. */
export async function engineImage(store: Store, work: string): Promise<Image> {
  const cache = locateCache()
  const bundle = JSON.parse(await readFile(cache.path('engine/bundle/config.json'), 'utf8')) as {
    mounts: Array<{ destination: string; source: string }>
  }
  const mounted = (path: string) => {
    const mount = bundle.mounts.find(({ destination }) => destination === `/${path}`)
    if (mount === undefined) throw new Error(`the sealed engine has nothing at /${path}`)
    return mount.source
  }
  const tree = join(work, 'engine')
  for (const path of binaries) {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await copyFile(mounted(path), join(tree, path))
  }
  await writeFile(join(tree, 'usr/local/bin', publishedEngine.entrypoint[0]), entrypoint, { mode: 0o755 })
  // Of the sealed engine's, what it keeps: by default an engine on a disk that is four fifths full keeps nothing from one run to the next.
  const { gc } = JSON.parse(await readFile(mounted('etc/dagger/engine.json'), 'utf8')) as { gc: unknown }
  await mkdir(join(tree, 'etc/dagger'), { recursive: true })
  await writeFile(join(tree, 'etc/dagger/engine.json'), JSON.stringify({ gc }))
  const runtime = await withoutLastLayer(mounted(content), join(tree, content))
  const programs = `${tree}.tar`
  await execa('tar', [...deterministicTar, '--file', programs, '--directory', tree, '.'])
  await rm(tree, { recursive: true })
  return {
    platform: { os: 'linux', architecture: 'amd64' },
    layers: [
      await addFile(store, await engineRoot(), mediaTypes.layer),
      await addFile(store, programs, mediaTypes.layer),
    ],
    settings: {
      Entrypoint: publishedEngine.entrypoint,
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        `DAGGER_TYPESCRIPT_SDK_MANIFEST_DIGEST=${runtime}`,
      ],
    },
  }
}

/** The tar of the sealed engine's root, without its programs. */
async function engineRoot(): Promise<string> {
  const [cache, step] = [locateCache(), engineRootStep(prerequisites)]
  const say = () => undefined
  return withSetUpLock(cache, undefined, say, async (signal) =>
    (await runSteps([step], { cache, onProgress: say, signal }))(step),
  )
}

/** Copies an image layout with one image, but for the image's last layer: that of the TypeScript runtime says that the engine is a sealed one. Gives the digest of the manifest. */
async function withoutLastLayer(from: string, to: string): Promise<Digest> {
  const read = async <Content>(path: string) => JSON.parse(await readFile(path, 'utf8')) as Content
  const blob = (digest: Digest) => join(to, 'blobs', ...digest.split(':'))
  await cp(from, to, { recursive: true })
  const index = await read<{ manifests: [Descriptor] }>(join(to, 'index.json'))
  const { layers, config } = await read<{ layers: Descriptor[]; config: Descriptor }>(blob(index.manifests[0].digest))
  const configuration = await read<{ rootfs: { diff_ids: string[] }; history: unknown[] }>(blob(config.digest))
  for (const list of [layers, configuration.rootfs.diff_ids, configuration.history]) list.pop()
  const made = emptyStore()
  const newConfig = addBytes(made, Buffer.from(JSON.stringify(configuration)), mediaTypes.config)
  const manifest = addManifest(made, { mediaType: mediaTypes.manifest, config: newConfig, layers })
  await writeFile(blob(newConfig.digest), JSON.stringify(configuration))
  await writeFile(blob(manifest.digest), made.manifests.get(manifest.digest)?.bytes ?? '')
  await writeFile(
    join(to, 'index.json'),
    JSON.stringify({ ...index, manifests: [{ ...index.manifests[0], ...manifest }] }),
  )
  const used = new Set([newConfig, manifest, ...layers].map(({ digest }) => digest.split(':')[1]))
  const blobs = join(to, 'blobs/sha256')
  for (const name of await readdir(blobs)) if (!used.has(name)) await rm(join(blobs, name))
  return manifest.digest
}
