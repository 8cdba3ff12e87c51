import { chmod, lstat, mkdir, readFile, readdir, readlink, writeFile } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { AssembleContext } from '../../image.ts'
import { LAYER_TIME, runDebianTool } from './run-debian-tool.ts'

/** Mount points whose content a container runtime provides. */
const RUNTIME_FOLDERS = new Set(['dev', 'proc', 'sys'])

/**
 * Writes a tree as a layer: names sorted by code unit, one modification time, numeric owners, nothing that differs between two runs.
 *
 * @param layer.tree the directory whose content is at the root of the layer.
 * @param layer.below when given, the layer holds only what differs from that tree, with whiteouts for what is gone.
 * @param layer.tar the file to write.
 */
export async function layerTar(
  context: AssembleContext,
  layer: { tree: string; below?: string; tar: string },
): Promise<void> {
  const upper = await listTree(layer.tree)
  const lower = layer.below === undefined ? undefined : await listTree(layer.below)
  const present =
    lower === undefined
      ? [...upper.keys()]
      : await changedPaths({ root: layer.tree, entries: upper }, { root: layer.below ?? '', entries: lower })
  const whiteouts = lower === undefined ? [] : removedPaths(upper, lower)

  const list = `${layer.tar}.names`
  await writeFile(list, nullSeparated(present))
  const members = ['--directory', layer.tree, '--files-from', list]
  if (whiteouts.length > 0) {
    const folder = `${layer.tar}.whiteouts`
    for (const path of whiteouts) {
      await mkdir(join(folder, dirname(path)), { recursive: true })
      await writeFile(join(folder, path), '')
      await chmod(join(folder, path), 0o644)
    }
    const whiteoutList = `${layer.tar}.whiteout-names`
    await writeFile(whiteoutList, nullSeparated(whiteouts))
    members.push('--directory', folder, '--files-from', whiteoutList)
  }
  await runDebianTool(context, [
    'tar',
    '--create',
    '--file',
    layer.tar,
    '--format=posix',
    // Without these, extended headers carry the process id and times of access.
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    '--xattrs',
    '--xattrs-include=security.capability',
    `--mtime=@${LAYER_TIME}`,
    '--numeric-owner',
    '--no-recursion',
    '--null',
    ...members,
  ])
}

/** Paths of a tree, relative to its root and in order, directories before their content. */
export async function listTree(root: string): Promise<Map<string, Stats>> {
  const entries = new Map<string, Stats>()
  const pending = ['']
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const name of await readdir(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`
      const stats = await lstat(join(root, path))
      entries.set(path, stats)
      if (stats.isDirectory() && !RUNTIME_FOLDERS.has(path)) pending.push(path)
    }
  }
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Whiteout names, as the OCI image specification spells them, for what `lower` has and `upper` has not: one for a whole directory. */
export function removedPaths(upper: ReadonlyMap<string, unknown>, lower: ReadonlyMap<string, unknown>): string[] {
  const whiteouts: string[] = []
  for (const path of lower.keys()) {
    if (upper.has(path)) continue
    const folder = dirname(path)
    if (folder === '.') whiteouts.push(`.wh.${basename(path)}`)
    else if (upper.has(folder)) whiteouts.push(`${folder}/.wh.${basename(path)}`)
  }
  return whiteouts
}

interface Tree {
  root: string
  entries: Map<string, Stats>
}

async function changedPaths(upper: Tree, lower: Tree): Promise<string[]> {
  const changed = new Set<string>()
  for (const [path, stats] of upper.entries) {
    const before = lower.entries.get(path)
    if (
      before !== undefined &&
      (await isSame({ path: join(upper.root, path), stats }, { path: join(lower.root, path), stats: before }))
    )
      continue
    changed.add(path)
    // A layer that names a file names its directories too, so that it can be unpacked without the layers below.
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) changed.add(folder)
  }
  return [...changed].sort()
}

async function isSame(a: { path: string; stats: Stats }, b: { path: string; stats: Stats }): Promise<boolean> {
  if (a.stats.mode !== b.stats.mode || a.stats.uid !== b.stats.uid || a.stats.gid !== b.stats.gid) return false
  if (a.stats.isSymbolicLink()) return (await readlink(a.path)) === (await readlink(b.path))
  if (!a.stats.isFile()) return true
  if (a.stats.size !== b.stats.size) return false
  // The upper tree began as a copy that kept modification times: an equal time means an untouched file.
  if (a.stats.mtimeMs === b.stats.mtimeMs) return true
  return (await readFile(a.path)).equals(await readFile(b.path))
}

function nullSeparated(paths: string[]): string {
  return paths.map((path) => `${path}\0`).join('')
}
