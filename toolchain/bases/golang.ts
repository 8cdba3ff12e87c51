import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DeliveryError } from '../../src/model/errors.ts'
import type { AssembleContext, BaseImage } from '../image.ts'
import { assembledImage } from './assembly/assembled-image.ts'
import { debianArchive } from './assembly/debian-archive.ts'
import { debianBuildRoot, installedPackages } from './assembly/debian-root.ts'
import { makeFolder, normalisePermissions } from './assembly/image-tree.ts'
import { layerTar, listTree } from './assembly/layer-tar.ts'
import { describePackages } from './assembly/package-record.ts'
import { sharedDirectory } from './assembly/shared-directory.ts'
import { sourceKey } from './assembly/source-key.ts'

/** Go's own way to carry a toolchain: a module, checked against the checksum database and against this sum. */
const toolchain = {
  version: '1.26.8',
  module: 'golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64',
  sum: 'h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=',
}

const identity = {
  name: 'golang',
  references: ['docker.io/library/golang:1.26-bookworm', `docker.io/library/golang:${toolchain.version}-bookworm`],
}

/** The Go toolchain with git and a C compiler. */
export const golang: BaseImage = {
  ...identity,
  platforms: ['linux/amd64'],
  get key() {
    return `${identity.name}-${sourceKey()}`
  },
  async assemble(context) {
    const root = await debianBuildRoot(context)
    const layer = join(context.work, 'go.tar')
    await layerTar(context, { tree: await toolchainTree(context), tar: layer })
    const sources = [
      describePackages(await installedPackages(root.directory)),
      `Go module ${toolchain.module} ${toolchain.sum}`,
    ]
    return assembledImage(context, { ...identity, sources }, [...root.layers, layer], {
      Env: [
        'PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        `GOLANG_VERSION=${toolchain.version}`,
        'GOTOOLCHAIN=local',
        'GOPATH=/go',
      ],
      Cmd: ['bash'],
      WorkingDir: '/go',
    })
  },
}

const Download = z.object({ Dir: z.string(), Sum: z.string() })

async function toolchainTree(context: AssembleContext): Promise<string> {
  const archive = await debianArchive(context)
  return sharedDirectory(join(archive.directory, `go-${toolchain.version}`), async (tree) => {
    context.say(`fetching the Go ${toolchain.version} toolchain`)
    const cache = join(context.work, 'go-modules')
    const answer = await context.run('go', ['mod', 'download', '-json', toolchain.module], {
      cwd: context.work,
      env: { GOMODCACHE: cache, GOTOOLCHAIN: 'local', GOFLAGS: '-modcacherw', GOWORK: 'off' },
    })
    const download = Download.parse(JSON.parse(answer))
    if (download.Sum !== toolchain.sum) {
      throw new DeliveryError(
        'ENGINE',
        `expected ${toolchain.module} with sum ${toolchain.sum}, found ${download.Sum}`,
        'The module proxy does not serve the pinned content: find out why before using it.',
      )
    }
    const go = join(tree, 'usr/local/go')
    await mkdir(join(tree, 'usr/local'), { recursive: true })
    await moveFolder(context, download.Dir, go)
    await rm(cache, { recursive: true, force: true })
    await restoreRelease(go)
    await normalisePermissions(tree)
    for (const folder of ['go', 'go/bin', 'go/src']) await makeFolder(tree, folder, 0o1777)
  })
}

/**
 * A module can contain neither executable files nor go.mod files below its root, so the toolchain module stores the former without their
 * permission and the latter as `_go.mod`; the go command undoes both when it switches toolchains, and so does this.
 */
async function restoreRelease(go: string): Promise<void> {
  for (const [path, stats] of await listTree(go)) {
    if (!stats.isFile()) continue
    if (path.endsWith('/_go.mod')) await rename(join(go, path), join(go, path.replace(/_go\.mod$/, 'go.mod')))
  }
  for (const folder of ['bin', ...(await readdir(join(go, 'pkg/tool'))).map((name) => `pkg/tool/${name}`)]) {
    for (const name of await readdir(join(go, folder))) await chmod(join(go, folder, name), 0o755)
  }
}

async function moveFolder(context: AssembleContext, from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch {
    await context.run('cp', ['--archive', from, to])
  }
}
